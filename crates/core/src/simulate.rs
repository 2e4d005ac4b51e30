//! One image pulled step by step: how its name is read, and with which login each of the three who pull asks for it.
//!
//! rke pulls through Docker and looks credentials up by one exact key. The kubelet, and cri-dockerd for the pause
//! image, read the configuration that rke writes for them, by other rules.

mod keyring;

use serde::Serialize;

use crate::Checked;
use crate::credentials::{Auth, Lookup, RegistryMap};
use crate::image::reference::Reference;
use crate::image::version::Version;
use crate::plan::Need;
use crate::render::redact;

/// Versions whose kubelet still has a provider for ECR built in.
const BUILT_IN_ECR: &str = "<1.27.0-rancher0";
const PROVIDER_ARGUMENTS: [&str; 2] = ["image-credential-provider-config", "image-credential-provider-bin-dir"];

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Simulation {
    pub image: String,
    /// None where the name cannot be read; `rke.error` says why.
    pub reference: Option<Name>,
    /// Keys of `system_images` that stand for this image and are needed here.
    pub system_images: Vec<&'static str>,
    pub rke: Rke,
    pub kubelet: Reader,
    /// Only for the pause image, where cri-dockerd runs.
    pub cri_dockerd: Option<Reader>,
    /// All of it in sentences, in the order of events.
    pub story: Vec<String>,
}

/// The name with what Docker adds to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name {
    pub full: String,
    /// Host that is asked, with its port.
    pub registry: String,
    pub path: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rke {
    /// What rke looks up; none where the name cannot be read.
    pub key: Option<String>,
    /// Index in `private_registries`.
    pub entry: Option<usize>,
    pub sends: Sends,
    /// rke's own text.
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sends {
    Nothing,
    Login,
    /// User and password are both empty.
    EmptyLogin,
    EcrToken,
}

impl Sends {
    const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "no login",
            Self::Login => "user and password",
            Self::EmptyLogin => "an empty login",
            Self::EcrToken => "a token of Amazon ECR",
        }
    }
}

/// What one reader of the kubelet's config.json would use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reader {
    /// Indices in `private_registries`, in the order in which they are tried.
    pub entries: Vec<usize>,
    /// Of the first of them.
    pub sends: Sends,
    /// A provider of ECR tokens or one on the nodes is asked too.
    pub provider: bool,
}

/// Never fails: a name that cannot be read is part of the answer.
pub fn simulate(image: &str, checked: &Checked) -> Simulation {
    let plan = &checked.plan;
    let lookup = plan.registries.lookup(image);
    let reference = Reference::parse(image).ok();
    let version = Version::from_tag(&plan.kubernetes_version);
    let is = |range: &str| version.as_ref().is_some_and(|version| version.is_in(range));
    let arguments = &checked.cluster.kubelet.extra_args;
    let plugin = PROVIDER_ARGUMENTS.iter().all(|name| arguments.iter().any(|(key, _)| key.value == *name));
    let matches = reference.as_ref().map(|reference| keyring::matches(&plan.registries, reference)).unwrap_or_default();
    let built_in = is(BUILT_IN_ECR) && reference.as_ref().is_some_and(|name| keyring::is_ecr(&name.host));
    let reader = |provider: bool| Reader {
        entries: matches.clone(),
        sends: matches.first().map_or(Sends::Nothing, |index| basic(&plan.registries, *index)),
        provider,
    };
    let keys = plan.images.iter().filter(|planned| planned.image == image && !planned.needs.is_empty());
    let mut simulation = Simulation {
        image: image.to_owned(),
        reference: reference.as_ref().map(name),
        system_images: keys.map(|planned| planned.key).collect(),
        rke: rke(&lookup, &plan.registries),
        kubelet: reader(plugin || built_in),
        cri_dockerd: (plan.runs_cri_dockerd && plan.pause_image() == Some(image)).then(|| reader(false)),
        story: Vec::new(),
    };
    simulation.story = story(&simulation, checked, plugin);
    simulation.story.iter_mut().for_each(redact::hide_login);
    simulation
}

fn name(reference: &Reference) -> Name {
    let tag = reference.tag.as_ref().map_or(String::new(), |tag| format!(":{tag}"));
    let digest = reference.digest.as_ref().map_or(String::new(), |digest| format!("@{digest}"));
    Name {
        full: format!("{}/{}{tag}{digest}", reference.host, reference.path),
        registry: if reference.host == "docker.io" { "registry-1.docker.io" } else { &reference.host }.to_owned(),
        path: reference.path.clone(),
        tag: reference.tag.clone(),
        digest: reference.digest.clone(),
    }
}

fn rke(lookup: &Lookup, registries: &RegistryMap) -> Rke {
    let error = lookup.error().map(str::to_owned);
    match lookup {
        Lookup::Invalid(_) => Rke { key: None, entry: None, sends: Sends::Nothing, error },
        Lookup::Missing { key } => Rke { key: Some(key.clone()), entry: None, sends: Sends::Nothing, error },
        Lookup::Found { key, auth } => {
            let entry = registries.get(key).map(|registry| registry.index);
            let sends = match (auth, entry) {
                (Auth::Ecr { .. }, _) => Sends::EcrToken,
                (Auth::Basic, Some(index)) => basic(registries, index),
                _ => Sends::Nothing,
            };
            Rke { key: Some(key.clone()), entry, sends, error }
        }
    }
}

fn basic(registries: &RegistryMap, index: usize) -> Sends {
    let empty = registries
        .entries
        .iter()
        .any(|(_, registry)| registry.index == index && registry.user.is_empty() && registry.password.is_empty());
    if empty { Sends::EmptyLogin } else { Sends::Login }
}

fn story(simulation: &Simulation, checked: &Checked, plugin: bool) -> Vec<String> {
    let mut story = Vec::new();
    let Some(name) = &simulation.reference else {
        let error = simulation.rke.error.as_deref().unwrap_or_default();
        story.push(format!("`{}` is no image name: {error}. Nobody can pull it.", simulation.image));
        return story;
    };
    if name.registry.is_empty() {
        story.push(format!("`{}` has no host: where a host would stand is an underscore.", simulation.image));
    } else if name.full == simulation.image {
        story.push(format!("The registry `{}` is asked for `{}`.", name.registry, name.path));
    } else {
        let why = "the part before the first slash is a host only with a dot or a colon in it, or as `localhost`";
        story.push(format!("The name is read as `{}`: {why}. `{}` is asked.", name.full, name.registry));
    }
    let planned = checked.plan.images.iter().find(|planned| planned.image == simulation.image);
    if let Some(planned) = planned.filter(|planned| !planned.needs.is_empty()) {
        let needs: Vec<_> = planned.needs.iter().map(|need: &Need| need.why()).collect();
        story.push(format!("It is `system_images.{}` of this cluster, for: {}.", planned.key, needs.join(", ")));
    }
    story.push(rke_story(simulation, checked, name));
    story.extend(kubelet_story(simulation, checked, name, plugin));
    if let Some(reader) = &simulation.cri_dockerd {
        story.push(match reader.entries.first() {
            Some(index) => format!(
                "cri-dockerd pulls it again when it is gone: with {} of `private_registries[{index}]`.",
                reader.sends.words()
            ),
            None => "cri-dockerd pulls it again when it is gone: without a login, for it reads only `auths`, no plugin and no provider.".to_owned(),
        });
    }
    story
}

fn rke_story(simulation: &Simulation, checked: &Checked, name: &Name) -> String {
    let rke = &simulation.rke;
    let key = rke.key.as_deref().unwrap_or_default();
    let looks = format!("rke drops the tag and the last two parts of the path, and looks for `{key}`");
    match (rke.entry, &rke.error) {
        (Some(index), Some(error)) => {
            format!(
                "{looks}: `private_registries[{index}]` has the ECR plugin, but its url is none of ECR. rke: {error}."
            )
        }
        (Some(index), None) => {
            format!("{looks}: it sends {}, as `private_registries[{index}]` says.", rke.sends.words())
        }
        (None, _) => {
            let host = name.full.split('/').next().unwrap_or_default();
            let of_host = |key: &&String| key.split('/').next() == Some(host);
            let near = checked.plan.registries.entries.iter().map(|(key, _)| key).find(of_host);
            let near =
                near.map_or(String::new(), |near| format!(" `{near}` is another key: there is no prefix match."));
            format!("{looks}: no entry of `private_registries` has this url, so it pulls without a login.{near}")
        }
    }
}

fn kubelet_story(simulation: &Simulation, checked: &Checked, name: &Name, plugin: bool) -> Option<String> {
    let reader = &simulation.kubelet;
    let on_ecr = keyring::is_ecr(&name.registry);
    let version = &checked.plan.kubernetes_version;
    let mut told = match reader.entries.first() {
        Some(index) => format!(
            "The kubelet, for pods, compares host and start of the path: it uses {} of `private_registries[{index}]`.",
            reader.sends.words()
        ),
        None => "The kubelet, for pods, finds no login in the `auths` that rke writes.".to_owned(),
    };
    let helper =
        simulation.rke.entry.and_then(|index| checked.cluster.registries.get(index)).is_some_and(|r| r.ecr.is_some());
    if helper && reader.entries.is_empty() {
        told += " The plugin's entry stands under `credHelpers`, which the kubelet does not read.";
    }
    match (plugin, on_ecr, reader.provider) {
        (true, ..) => told += " It also asks the credential provider that `services.kubelet.extra_args` names.",
        (false, true, true) => {
            told += &format!(" In {version} it also gets a token of ECR by itself, with the node's AWS identity.");
        }
        (false, true, false) => {
            told += &format!(" In {version} it has no provider for ECR: that ended with Kubernetes 1.26.");
        }
        _ => {}
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::plan::Options;

    const REGISTRIES: &str = "\
private_registries:
- url: r.example.com
  user: u
  password: p
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin: {}
  is_default: true
- url: open.example.com/team
- url: wrong.example.com
  ecr_credential_plugin: {}
";

    fn run(image: &str, version: &str) -> Simulation {
        let text = format!("kubernetes_version: {version}\n{REGISTRIES}");
        simulate(image, &check(&text, &Options::default()))
    }

    const NEW: &str = "v1.30.5-rancher1-1";

    #[test]
    fn rke_looks_up_one_exact_key_and_the_kubelet_compares_the_start() {
        let found = run("r.example.com/rancher/pause:3.7", NEW);
        assert_eq!((found.rke.entry, found.rke.sends), (Some(0), Sends::Login));
        assert_eq!((found.kubelet.entries, found.kubelet.sends), (vec![0], Sends::Login));
        let deep = run("r.example.com/a/b/c:1", NEW);
        assert_eq!((deep.rke.key.as_deref(), deep.rke.entry), (Some("r.example.com/a"), None));
        assert_eq!(deep.kubelet.entries, [0]);
        assert!(
            deep.story[1].ends_with("`r.example.com` is another key: there is no prefix match."),
            "{:?}",
            deep.story
        );
        let team = run("open.example.com/team/a/b", NEW);
        assert_eq!((team.rke.sends, team.kubelet.sends), (Sends::EmptyLogin, Sends::EmptyLogin));
        assert_eq!(run("open.example.com/other/b", NEW).kubelet.entries, Vec::<usize>::new());
    }

    #[test]
    fn names_without_a_host_go_to_docker_hub() {
        let hub = run("alpine", NEW);
        assert_eq!(hub.reference.unwrap().full, "docker.io/library/alpine");
        assert_eq!(hub.rke.key.as_deref(), Some("docker.io"));
        let bad = run("https://r.example.com/a", NEW);
        assert_eq!(bad.rke.error.as_deref(), Some("invalid reference format"));
        assert_eq!(
            bad.story,
            ["`https://r.example.com/a` is no image name: invalid reference format. Nobody can pull it."]
        );
    }

    #[test]
    fn ecr_depends_on_who_asks_and_on_the_version() {
        let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/rancher/mirrored-pause:3.7";
        let new = run(image, NEW);
        assert_eq!((new.rke.sends, new.kubelet.provider), (Sends::EcrToken, false));
        assert_eq!(new.system_images, ["pod_infra_container"]);
        let cri = new.cri_dockerd.unwrap();
        assert_eq!((cri.entries, cri.provider), (Vec::new(), false));
        let old = run(image, "v1.26.15-rancher1-1");
        assert!(old.kubelet.provider);
        assert!(old.story.iter().any(|told| told.contains("gets a token of ECR by itself")), "{:?}", old.story);
        let wrong = run("wrong.example.com/a/b", NEW);
        assert_eq!(wrong.rke.error.as_deref(), Some("Not a valid ECR registry"));
    }
}
