//! A cluster.yml from a few answers, for people who have none yet.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::artifacts::answers;
use crate::artifacts::quote;
use crate::credentials::ecr;
use crate::image::version::Version;
use crate::plan::Options;

/// Stands where the person writes a secret; none is asked for.
pub const PLACEHOLDER: &str = "CHANGE_ME";

/// One question of the form.
pub struct Field {
    pub key: &'static str,
    pub label: &'static str,
    /// Value and words; empty: any text.
    pub choices: &'static [(&'static str, &'static str)],
    pub default: &'static str,
    shown: fn(&Start) -> bool,
}

const YES_NO: &[(&str, &str)] = &[("yes", "yes"), ("no", "no")];

pub static FIELDS: &[Field] = &[
    Field {
        key: "registry",
        label: "Where do the images come from?",
        choices: &[
            ("none", "Docker Hub, anonymously"),
            ("hub", "Docker Hub, with a login"),
            ("private", "a private registry"),
            ("harbor", "Harbor or another registry with a path"),
            ("ecr", "Amazon ECR"),
        ],
        default: "private",
        shown: |_| true,
    },
    Field { key: "url", label: "Registry, as host[:port][/path]", choices: &[], default: "", shown: Start::is_private },
    Field {
        key: "air_gap",
        label: "Are all system images pulled from there, as behind an air gap?",
        choices: YES_NO,
        default: "yes",
        shown: Start::is_private,
    },
    Field {
        key: "user",
        label: "User of the registry",
        choices: &[],
        default: "puller",
        shown: |start| !matches!(start.get("registry"), "none" | "ecr"),
    },
    Field { key: "ec2", label: answers::EC2.question, choices: YES_NO, default: "yes", shown: Start::is_ecr },
    Field {
        key: "instance_profile",
        label: answers::INSTANCE_PROFILE.question,
        choices: YES_NO,
        default: "yes",
        shown: |start| start.is_ecr() && start.get("ec2") == "yes",
    },
    Field {
        key: "profile_ecr_permissions",
        label: answers::PROFILE_ECR_PERMISSIONS.question,
        choices: YES_NO,
        default: "yes",
        shown: |start| start.is_ecr() && start.get("ec2") == "yes" && start.get("instance_profile") == "yes",
    },
    Field {
        key: "nodes",
        label: "Addresses of the nodes, the first ones for the control plane",
        choices: &[],
        default: "10.0.0.11, 10.0.0.21, 10.0.0.22",
        shown: |_| true,
    },
    Field { key: "node_user", label: "SSH user on the nodes", choices: &[], default: "rke", shown: |_| true },
];

/// Answers by key; what is not answered has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    answers: BTreeMap<&'static str, String>,
}

impl Start {
    /// An empty answer takes it back; an unknown key is passed over.
    pub fn set(&mut self, key: &str, value: &str) {
        let Some(field) = FIELDS.iter().find(|field| field.key == key) else { return };
        match value.trim() {
            "" => self.answers.remove(field.key),
            value => self.answers.insert(field.key, value.to_owned()),
        };
    }

    pub fn get(&self, key: &str) -> &str {
        if let Some(answer) = self.answers.get(key) {
            return answer;
        }
        match (key, self.get_registry()) {
            ("url", "ecr") => "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
            ("url", "harbor") => "harbor.example.com/rke",
            ("url", _) => "registry.example.com:5000",
            _ => FIELDS.iter().find(|field| field.key == key).map_or("", |field| field.default),
        }
    }

    /// What the file has in the place of an answer that rke would not read, and why.
    pub fn correction(&self, key: &str) -> Option<String> {
        let (written, meant) = (self.get(key), self.url());
        if key != "url" || written == meant {
            return None;
        }
        let plain = written.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
        let more =
            if plain { "; plain HTTP needs insecure-registries in dockerd's daemon.json on every node" } else { "" };
        Some(format!(
            "Written as `{meant}`: rke takes host, port and path in small letters, no scheme and no slash at the end{more}."
        ))
    }

    /// As rke can put it before the name of an image.
    fn url(&self) -> String {
        let url = self.get("url");
        let bare = url.split_once("://").map_or(url, |(_, behind)| behind);
        bare.trim_end_matches('/').to_ascii_lowercase()
    }

    /// The questions that matter after the answers so far.
    pub fn shown(&self) -> impl Iterator<Item = &'static Field> + '_ {
        FIELDS.iter().filter(|field| (field.shown)(self))
    }

    /// The file, with the version that is the default of the release answered for.
    pub fn write(&self, options: &Options) -> String {
        let mut out = String::from("# Nodes that rke reaches over SSH, and what each is for.\nnodes:\n");
        self.nodes(&mut out);
        let version = options.release().map_or("", |release| release.default_version);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "\nkubernetes_version: {version}");
        self.registry(&mut out);
        if self.is_ecr() {
            let provider = Version::from_kubernetes(version).is_ok_and(|it| it.is_in(">=1.27.0-rancher0"));
            self.kubelet(provider, &mut out);
        }
        out
    }

    fn nodes(&self, out: &mut String) {
        let separators = |c: char| c == ',' || c.is_whitespace();
        let addresses: Vec<&str> = self.get("nodes").split(separators).filter(|address| !address.is_empty()).collect();
        let planes = if addresses.len() > 3 { 3 } else { 1 };
        for (index, address) in addresses.iter().enumerate() {
            let roles = match (addresses.len(), index < planes) {
                (1, _) => "controlplane, etcd, worker",
                (_, true) => "controlplane, etcd",
                (_, false) => "worker",
            };
            let (address, user) = (yaml(address), yaml(self.get("node_user")));
            let _ = write!(out, "  - address: {address}\n    user: {user}\n    role: [{roles}]\n");
        }
    }

    fn registry(&self, out: &mut String) {
        let kind = self.get_registry();
        if kind == "none" {
            return;
        }
        out.push_str("\nprivate_registries:\n");
        let url = if kind == "hub" { "docker.io".to_owned() } else { self.url() };
        let _ = writeln!(out, "  - url: {}", yaml(&url));
        if kind != "hub" && self.get("air_gap") == "yes" {
            out.push_str("    is_default: true # put before the name of every system image\n");
            if kind == "ecr" {
                out.push_str(
                    "    # cri-dockerd cannot pull the pause image from ECR: rke does so once. Where nodes clean up, keep it\n\
                     \x20   # as services.kubelet.infra_container_image in a registry with user and password.\n",
                );
            }
        }
        if kind != "ecr" {
            let _ = write!(out, "    user: {}\n    password: {PLACEHOLDER}\n", yaml(self.get("user")));
        } else if self.profile_pulls() {
            out.push_str("    # Empty: the instance profile decides.\n    ecr_credential_plugin: {}\n");
        } else {
            let _ = write!(
                out,
                "    ecr_credential_plugin:\n      aws_access_key_id: {PLACEHOLDER}\n      aws_secret_access_key: {PLACEHOLDER}\n"
            );
        }
    }

    /// How pods pull from ECR, which rke's own credentials do not help.
    fn kubelet(&self, provider: bool, out: &mut String) {
        if !provider && self.profile_pulls() {
            return;
        }
        out.push_str("\nservices:\n  kubelet:\n");
        if provider {
            out.push_str(
                "    # From Kubernetes 1.27 on pods pull from ECR by ecr-credential-provider: put both on every node, as\n\
                 \x20   # Drydock's ECR files for this cluster do.\n    extra_args:\n",
            );
            for argument in ecr::PROVIDER_ARGUMENTS {
                let _ = writeln!(out, "      {argument}");
            }
        }
        if !self.profile_pulls() {
            let _ = write!(
                out,
                "    # The kubelet pulls with an identity of its own.\n    extra_env:\n\
                 \x20     - AWS_ACCESS_KEY_ID={PLACEHOLDER}\n      - AWS_SECRET_ACCESS_KEY={PLACEHOLDER}\n"
            );
        }
    }

    fn get_registry(&self) -> &str {
        self.answers.get("registry").map_or("private", String::as_str)
    }

    fn is_private(&self) -> bool {
        !matches!(self.get_registry(), "none" | "hub")
    }

    fn is_ecr(&self) -> bool {
        self.get_registry() == "ecr"
    }

    /// The manual's three conditions for working without keys.
    fn profile_pulls(&self) -> bool {
        ["ec2", "instance_profile", "profile_ecr_permissions"].iter().all(|key| self.get(key) == "yes")
    }
}

fn yaml(text: &str) -> String {
    quote::yaml(&Value::from(text)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::image::catalogue::Catalogue;
    use crate::{Outcome, check};

    /// Every way through the questions that have choices.
    fn every_way(start: Start, from: usize, ways: &mut Vec<Start>) {
        let open = |(_, field): &(usize, &Field)| (field.shown)(&start) && !field.choices.is_empty();
        match FIELDS.iter().enumerate().skip(from).find(open) {
            None => ways.push(start),
            Some((at, field)) => {
                for (value, _) in field.choices {
                    let mut answered = start.clone();
                    answered.set(field.key, value);
                    every_way(answered, at + 1, ways);
                }
            }
        }
    }

    #[test]
    fn every_way_leads_to_a_file_without_fault() {
        let mut ways = Vec::new();
        every_way(Start::default(), 0, &mut ways);
        assert_eq!(ways.len(), 2 + 2 * 2 + 2 * 4);
        let older = Options { rke: Some("v1.3.20".to_owned()), ..Options::default() };
        for (mut start, options) in
            ways.into_iter().flat_map(|way| [(way.clone(), Options::default()), (way, older.clone())])
        {
            for (nodes, count) in [("10.0.0.1", 1), ("10.0.0.1, 10.0.0.2 10.0.0.3,10.0.0.4", 4)] {
                start.set("nodes", nodes);
                start.set("node_user", "yes");
                let text = start.write(&options);
                let checked = check(&text, &options);
                assert_eq!((checked.outcome, checked.hostcount_error), (Outcome::Accepted, None), "{text}");
                assert_eq!(checked.plan.nodes.iter().count(), count, "{text}");
                let stated = |code| code == "D308" && text.contains("# cri-dockerd cannot pull the pause image");
                let found = checked.diagnostics.iter().filter(|found| !stated(found.code));
                let found: Vec<_> = found.map(|found| (found.code, &found.message)).collect();
                assert!(found.is_empty(), "{text}\n{found:#?}");
            }
        }
    }

    #[test]
    fn a_registry_is_written_as_rke_takes_it() {
        let mut start = Start::default();
        for (url, meant) in [
            ("https://Reg.example.com/", "reg.example.com"),
            ("http://reg.example.com:5000/Path//", "reg.example.com:5000/path"),
            ("reg.example.com/rke", "reg.example.com/rke"),
        ] {
            start.set("url", url);
            let text = start.write(&Options::default());
            assert!(text.contains(&format!("  - url: {meant}\n")), "{text}");
            assert_eq!(start.correction("url").is_some(), url != meant);
            assert!(
                check(&text, &Options::default()).diagnostics.iter().all(|d| d.severity == Severity::Note),
                "{text}"
            );
        }
        start.set("url", "http://reg.example.com");
        let told = start.correction("url").unwrap();
        assert!(told.starts_with("Written as `reg.example.com`: ") && told.contains("insecure-registries"), "{told}");
    }

    #[test]
    fn the_version_is_the_default_of_the_release_answered_for() {
        let version = |options: &Options| {
            let text = Start::default().write(options);
            text.lines().find_map(|line| line.strip_prefix("kubernetes_version: ")).unwrap().to_owned()
        };
        let data = r#"{"K8sVersionRKESystemImages": {"v9.9.9-rancher1-1": {"etcd": "rancher/etcd:v9"}},
            "RKEDefaultK8sVersions": {"default": "v9.9.9-rancher1-1"}}"#;
        let newer = Options { catalogue: Catalogue::read(data).unwrap(), ..Options::default() };
        assert_eq!(version(&newer), "v9.9.9-rancher1-1");
        let older = Options { rke: Some("v1.3.20".to_owned()), ..Options::default() };
        assert_eq!(version(&older), check("", &older).plan.kubernetes_version);
        assert_ne!(version(&older), version(&Options::default()));
    }

    #[test]
    fn answers_stay_values() {
        let mut start = Start::default();
        start.set("user", "a: [b] # c");
        let text = start.write(&Options::default());
        let checked = check(&text, &Options::default());
        assert_eq!(checked.plan.registries.entries[0].1.user, "a: [b] # c", "{text}");
    }
}
