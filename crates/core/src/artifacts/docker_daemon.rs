//! What dockerd must be told about the registry.

use serde_json::{Map, json};

use super::answers::{INSECURE, REGISTRY, host, path};
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "docker-daemon",
    family: Family::AirGap,
    title: "dockerd settings",
    file: "daemon.json",
    language: "json",
    questions: &[&REGISTRY, &INSECURE],
    applies,
    why: |request| {
        let mut why = "rke has no settings for TLS or mirrors: they are dockerd's, on every node.".to_owned();
        if request.is_yes(&INSECURE) {
            why += " `insecure-registries` lets it speak plain HTTP with the registry.";
        }
        if is_mirror(request) {
            why += " `registry-mirrors` stands in for Docker Hub only, which is where images go without a default \
                    registry; dockerd falls back to Docker Hub, and sends a mirror no login.";
        }
        why
    },
    needs: |_| {
        vec![
            "Merge it into /etc/docker/daemon.json on every node, then `systemctl restart docker`: one node after the \
             other, since its containers restart."
                .to_owned(),
        ]
    },
    write,
};

fn applies(request: &Request<'_>) -> Result<(), String> {
    if request.text(&REGISTRY).is_none() {
        return Err("no registry to tell dockerd about: answer `registry`".to_owned());
    }
    if !request.is_yes(&INSECURE) && !is_mirror(request) {
        return Err(
            "dockerd needs no setting for a default registry with TLS; a CA of your own goes to /etc/docker/certs.d"
                .to_owned(),
        );
    }
    Ok(())
}

/// Without a default registry images go to Docker Hub, for which dockerd takes mirrors; they can have no path.
fn is_mirror(request: &Request<'_>) -> bool {
    request.plan.prefix.is_none() && request.text(&REGISTRY).is_some_and(|registry| path(&registry).is_empty())
}

fn write(request: &Request<'_>) -> String {
    let registry = request.text(&REGISTRY).unwrap_or_default();
    let mut settings = Map::new();
    let insecure = request.is_yes(&INSECURE);
    if is_mirror(request) {
        let scheme = if insecure { "http" } else { "https" };
        settings.insert("registry-mirrors".to_owned(), json!([format!("{scheme}://{}", host(&registry))]));
    }
    if insecure {
        settings.insert("insecure-registries".to_owned(), json!([host(&registry)]));
    }
    quote::json(&settings.into())
}
