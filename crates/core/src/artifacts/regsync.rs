//! The configuration of regsync.

use serde_json::{Value, json};

use super::answers::{INSECURE, REGISTRY, SCOPE, host};
use super::images::any_targets;
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "regsync",
    family: Family::AirGap,
    title: "regsync",
    file: "regsync.yml",
    language: "yaml",
    questions: &[&REGISTRY, &SCOPE, &INSECURE],
    applies: any_targets,
    why: |_| {
        "One entry an image, of type `image`: the `tags.allow` of type `repository` are regular expressions, in which \
         the dots of a version match anything. regsync reads the login from the environment."
            .to_owned()
    },
    needs: |request| {
        let ecr = request.private_ecr().is_some();
        let login = if ecr {
            "docker-credential-ecr-login on PATH, with an AWS identity that may push; the repositories made before."
        } else {
            "REGISTRY_USER and REGISTRY_PASSWORD in the environment."
        };
        vec![login.to_owned(), "`regsync once --config regsync.yml`; it exits with 1 where images failed.".to_owned()]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let copies = request.copies();
    let pairs = copies.pairs();
    let ecr = request.ecr_registries();
    let main = request.text(&REGISTRY).map(|registry| host(&registry).to_owned());
    let mut hosts: Vec<&str> = Vec::new();
    for target in pairs.iter().map(|(_, target)| host(target)) {
        if !hosts.contains(&target) {
            hosts.push(target);
        }
    }
    let mut logins: Vec<Value> = Vec::new();
    for host in hosts {
        if ecr.iter().any(|registry| registry.host() == host) {
            logins.push(json!({ "registry": host, "credHelper": "docker-credential-ecr-login" }));
        } else if main.as_deref().is_none_or(|main| main == host) {
            // Only the registry to fill is sent this password.
            logins.push(json!({
                "registry": host,
                "user": "{{env \"REGISTRY_USER\"}}",
                "pass": "{{env \"REGISTRY_PASSWORD\"}}",
                "tls": if request.is_yes(&INSECURE) { "disabled" } else { "enabled" },
            }));
        }
    }
    let sync: Vec<Value> =
        pairs.iter().map(|(source, target)| json!({ "source": source, "target": target, "type": "image" })).collect();
    quote::yaml(&json!({ "version": 1, "creds": logins, "sync": sync }))
}
