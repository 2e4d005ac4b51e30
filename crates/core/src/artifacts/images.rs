//! The image list of an air gap: one name a line, as every tool reads it.

use super::answers::{REGISTRY, SCOPE};
use super::copies::Copies;
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "images",
    family: Family::AirGap,
    title: "Image list",
    file: "images.txt",
    language: "text",
    questions: &[&SCOPE],
    applies: any_copies,
    why,
    needs,
    write,
};

/// Nothing to list: the version is unknown, and the file pins nothing that can be read.
pub fn any_copies(request: &Request<'_>) -> Result<(), String> {
    if !request.copies().copies.is_empty() {
        return Ok(());
    }
    let version = quote::line(&request.plan.kubernetes_version);
    Err(format!("no images are known: rke {} has none for `{version}`", request.plan.rke))
}

/// The air-gap files that copy to a registry need one.
pub fn any_targets(request: &Request<'_>) -> Result<(), String> {
    any_copies(request)?;
    if request.text(&REGISTRY).is_some() || request.copies().copies.iter().all(|copy| copy.target.is_some()) {
        return Ok(());
    }
    Err("no registry to fill: answer `registry`, as registry.example.com:5000/mirror".to_owned())
}

/// What a list or a mirror cannot do for some images, one sentence each.
pub fn exceptions(copies: &Copies) -> Vec<String> {
    let names = |images: &[String]| {
        images.iter().map(|image| format!("`{}`", quote::line(image))).collect::<Vec<_>>().join(", ")
    };
    let mut said = Vec::new();
    if !copies.unreadable.is_empty() {
        said.push(format!("Left out, since they are no image names: {}.", names(&copies.unreadable)));
    }
    if !copies.astray.is_empty() {
        said.push(format!(
            "Written without the default registry in the file, so nodes pull them from where they say: {}.",
            names(&copies.astray)
        ));
    }
    said
}

fn why(request: &Request<'_>) -> String {
    let all = request.text(&SCOPE).as_deref() == Some("version");
    let scope = if all {
        "All that rke lists for the version, and what this cluster pulls beside it"
    } else {
        "Exactly what the nodes of this cluster pull, by their roles, network, DNS, ingress and metrics settings"
    };
    let alpine = request.plan.image("alpine").map(|planned| planned.image.as_str());
    let snapshot = match request.plan.snapshot_image.as_deref() {
        Some(image) if Some(image) != alpine => format!(
            " {} takes etcd's snapshots: rke gives it the tag of its default version, so `rke config --system-images` \
             does not list it for this one.",
            quote::code(image)
        ),
        _ => String::new(),
    };
    let exceptions = exceptions(&request.copies());
    format!(
        "{scope}. Names are those of the origin, without your registry; no comments, since Rancher's scripts read each \
         line as an image.{snapshot} {}",
        exceptions.join(" ")
    )
    .trim_end()
    .to_owned()
}

fn needs(_: &Request<'_>) -> Vec<String> {
    vec!["Images of your own pods, add-ons and charts: rke knows nothing of them.".to_owned()]
}

fn write(request: &Request<'_>) -> String {
    let copies = request.copies();
    let names = copies.sources().into_iter().chain(copies.foreign.iter().map(String::as_str));
    names.map(|name| format!("{name}\n")).collect()
}

#[cfg(test)]
mod tests {
    use crate::artifacts::Answers;
    use crate::check;
    use crate::plan::Options;

    #[test]
    fn an_image_of_a_public_registry_keeps_its_host() {
        let text = "\
nodes: [{address: a, role: [etcd, controlplane, worker]}]
private_registries: [{url: quay.io, user: u, password: p}, {url: r.example.com, user: u, password: p}]
system_images: {etcd: quay.io/coreos/etcd:v3.5, alpine: r.example.com/rancher/rke-tools:v1}
";
        let plan = check(text, &Options::default()).plan;
        let artifact = super::GENERATOR.artifact(&plan, &Answers::default()).unwrap();
        let lines: Vec<&str> = artifact.text.lines().collect();
        assert!(lines.contains(&"quay.io/coreos/etcd:v3.5"), "{lines:?}");
        assert!(lines.contains(&"rancher/rke-tools:v1"), "{lines:?}");
        assert!(artifact.why.contains("`quay.io/coreos/etcd:v3.5`"), "{}", artifact.why);
    }
}
