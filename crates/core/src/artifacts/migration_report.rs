//! What a move to RKE2 or K3s loses, entry by entry.

use super::answers::{CA_FILE, REGISTRY, TARGET_VERSION, host, path};
use super::aws::Ecr;
use super::ca_placement;
use super::rke2_registries::target;
use super::target::Target;
use super::{Family, Generator, Request, quote};
use crate::credentials::Registry;
use crate::plan::Source;

pub static GENERATOR: Generator = Generator {
    id: "migration-report",
    family: Family::Rke2,
    title: "What the move loses",
    file: "migration.md",
    language: "markdown",
    questions: &[&TARGET_VERSION, &REGISTRY, &CA_FILE],
    applies: |request| target(request).map(drop),
    why: |_| {
        "The official migration agent (rancher/migration-agent, pkg/config/config.go) writes `configs` for entries with both \
         user and password, under the whole url, and nothing else; it writes nothing where registries.yaml exists."
            .to_owned()
    },
    needs: |_| {
        vec!["A test of the move on a cluster that may fail: the agent's own page says not to rely on it.".to_owned()]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let Ok(target) = target(request) else { return String::new() };
    let mut out = format!(
        "# From RKE {} to {} {}\n\n## Registries\n\n",
        quote::line(&request.plan.kubernetes_version),
        target.title(),
        target.name
    );
    let entries = &request.plan.registries.entries;
    if entries.is_empty() {
        out += "The file has none; registries.yaml is not needed.\n";
    }
    for (_, registry) in entries {
        out += &format!("- {}: {}\n", quote::code(&registry.url), entry(request, &target, registry));
    }
    out += &images(request, &target);
    out += &certificates(request, &target);
    out += &format!(
        "\n## Many nodes, one registry\n\n{}\n",
        match target.embedded_registry() {
            Some(true) => "`embedded-registry: true` lets nodes share layers; RKE1's Docker had nothing like it.",
            Some(false) => "`embedded-registry: true` lets nodes share layers; it is an experiment in this release.",
            None => "This release cannot share layers among nodes; Dragonfly as containerd's mirror can.",
        }
    );
    out
}

/// What becomes of one entry, and what the agent makes of it.
fn entry(request: &Request<'_>, target: &Target, registry: &Registry) -> String {
    let url = &registry.url;
    let mut said: Vec<String> = Vec::new();
    let mut agent: Vec<&str> = Vec::new();
    let is_ecr = Ecr::new(url, false, None).is_some();
    if is_ecr || registry.ecr.is_some() {
        said.push(if is_ecr {
            "ECR: the credential provider's file, in the same folder as on RKE1, and the pull policy".to_owned()
        } else {
            "**cannot be expressed**: the ECR plugin on a host that is not ECR's".to_owned()
        });
        if registry.ecr.is_some() {
            agent.push("the ECR plugin");
        }
    } else if registry.user.is_empty() || registry.password.is_empty() {
        said.push("no login to carry over".to_owned());
    } else {
        said.push("its login goes to `configs`, under the host".to_owned());
        let host_of = |other: &Registry| host(&other.url) == host(url) && other.url != *url;
        let mut others = request.plan.registries.entries.iter().map(|(_, other)| other).filter(|other| host_of(other));
        if others.any(|other| (&other.user, &other.password) != (&registry.user, &registry.password)) {
            said.push(
                "**cannot be expressed**: another entry has a different login for the same host, and registries.yaml knows \
                 one a host; use imagePullSecrets for one of them"
                    .to_owned(),
            );
        }
        if !path(url).is_empty() {
            agent.push("the login, kept under a key with a path that is never looked up");
        }
    }
    if registry.is_default {
        said.push(if path(url).is_empty() {
            "the default registry becomes `system-default-registry`".to_owned()
        } else if target.takes_path() {
            "the default registry becomes `system-default-registry`, path included".to_owned()
        } else {
            "the default registry has a path, which this release refuses: a rewrite in registries.yaml stands for it"
                .to_owned()
        });
        agent.push("`is_default`");
    }
    if agent.is_empty() {
        said.join("; ")
    } else {
        format!("{}. The agent drops: {}", said.join("; "), agent.join(", "))
    }
}

fn images(request: &Request<'_>, target: &Target) -> String {
    let mut out = format!(
        "\n## Images\n\n- {} has images of its own: the registry must be filled again from the release's list.\n",
        target.title()
    );
    let pinned: Vec<String> = request
        .plan
        .images
        .iter()
        .filter(|image| matches!(image.source, Source::File(_)))
        .map(|image| format!("`{}`", image.key))
        .collect();
    if !pinned.is_empty() {
        out += &format!("- **cannot be expressed**: the images pinned in `system_images`: {}\n", pinned.join(", "));
    }
    if let Some(image) = &request.plan.infra_container_image {
        out += &format!("- {} becomes `pause-image` in config.yaml\n", quote::code(image));
    }
    out
}

/// Nodes and the certificates that each needs.
fn certificates(request: &Request<'_>, target: &Target) -> String {
    let hosts = ca_placement::hosts(request);
    let mut out = "\n## CA certificates\n\n".to_owned();
    if hosts.is_empty() {
        return out + "No registry of the file has a certificate of its own.\n";
    }
    out += &format!(
        "dockerd looked in `/etc/docker/certs.d`; {} is told by `tls.ca_file` in registries.yaml. A registry with a \
         certificate of a public CA needs neither.\n\n",
        target.title()
    );
    let default = "/etc/docker/certs.d/<registry>/ca.crt".to_owned();
    let file = request.text(&CA_FILE).unwrap_or(default);
    let hosts: Vec<String> = hosts.iter().map(|host| format!("`{host}`")).collect();
    if request.plan.nodes.is_empty() {
        out += &format!("- every node: {} for {}\n", quote::code(&file), hosts.join(", "));
    }
    for node in request.plan.nodes.iter() {
        out += &format!("- {}: {} for {}\n", quote::code(node.name), quote::code(&file), hosts.join(", "));
    }
    out
}
