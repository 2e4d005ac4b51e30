//! Docker's logins.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::answers::REGISTRY;
use super::logins::docker_key;
use super::{Family, Generator, Request, quote};
use crate::credentials::Secrets;

pub static GENERATOR: Generator = Generator {
    id: "docker-config",
    family: Family::Nodes,
    title: "Docker logins",
    file: "config.json",
    language: "json",
    questions: &[&REGISTRY],
    applies: |request| {
        if request.logins().is_empty() && request.ecr_registries().is_empty() {
            return Err("the file has neither user and password nor an ECR registry".to_owned());
        }
        Ok(())
    },
    why: |_| {
        "For `docker pull` by hand; rke sends its own logins, and the kubelet reads the file that rke writes. Docker looks \
         a login up by host, without path. ECR gets a helper for its hosts only: `credsStore: ecr-login` would break every \
         other login."
            .to_owned()
    },
    needs,
    write,
};

fn needs(request: &Request<'_>) -> Vec<String> {
    let mut needs = vec!["~/.docker/config.json of whoever pulls; merge it with the one that is there.".to_owned()];
    if request.answers.secrets == Secrets::Masked {
        for (host, user) in first_by_host(request) {
            let command = format!("docker login --username {} {host}", quote::shell(&user));
            needs.push(format!("{}, which adds the password.", quote::code(&command)));
        }
    }
    if !request.ecr_registries().is_empty() {
        needs.push("docker-credential-ecr-login on PATH.".to_owned());
    }
    needs
}

/// Docker keeps one login a host: of several that of the default registry, else the first.
fn first_by_host(request: &Request<'_>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for login in request.logins() {
        if found.iter().all(|(host, _)| host != login.host()) {
            found.push((login.host().to_owned(), login.user));
        }
    }
    found
}

fn write(request: &Request<'_>) -> String {
    let mut auths = Map::new();
    for login in request.logins() {
        // Base64 of a placeholder would be a wrong password; an empty entry waits for `docker login`.
        let auth = match request.answers.secrets {
            Secrets::Shown => json!({ "auth": STANDARD.encode(format!("{}:{}", login.user, login.password)) }),
            Secrets::Masked => json!({}),
        };
        auths.entry(docker_key(login.host())).or_insert(auth);
    }
    let helpers: Map<String, Value> =
        request.ecr_registries().iter().map(|registry| (registry.host().to_owned(), json!("ecr-login"))).collect();
    let mut config = Map::new();
    if !auths.is_empty() {
        config.insert("auths".to_owned(), Value::Object(auths));
    }
    if !helpers.is_empty() {
        config.insert("credHelpers".to_owned(), Value::Object(helpers));
    }
    quote::json(&Value::Object(config))
}
