//! registries.yaml of RKE2 and K3s.

use serde_json::{Map, Value, json};

use super::answers::{CA_FILE, EMBEDDED_REGISTRY, INSECURE, REGISTRY, TARGET_VERSION, host, path};
use super::target::Target;
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "rke2-registries",
    family: Family::Rke2,
    title: "registries.yaml",
    file: "registries.yaml",
    language: "yaml",
    questions: &[&TARGET_VERSION, &REGISTRY, &CA_FILE, &INSECURE, &EMBEDDED_REGISTRY],
    applies: |request| {
        target(request)?;
        if mirrors(request).is_empty() && configs(request).is_empty() {
            return Err("the file has no login, CA or mirror that would belong into registries.yaml".to_owned());
        }
        Ok(())
    },
    why,
    needs,
    write,
};

/// Where the cluster moves to.
pub fn target(request: &Request<'_>) -> Result<Target, String> {
    let text = request.text(&TARGET_VERSION);
    let target = text.as_deref().and_then(Target::parse);
    target.ok_or_else(|| "no release to move to: answer `target_version`, as v1.30.14+rke2r1".to_owned())
}

fn why(request: &Request<'_>) -> String {
    let mut why = "`configs` is keyed by the host of the endpoint, without path: with the path that the official \
                   migration agent copies from rke's url the login is never used."
        .to_owned();
    if needs_rewrite(request) {
        why += " This release takes no path in `system-default-registry`, so the mirror of Docker Hub rewrites the names \
                instead; an endpoint's own path would stand in place of `/v2` and is no prefix.";
    }
    if mirrors(request).values().any(|mirror| mirror.as_object().is_some_and(Map::is_empty)) {
        why += " The empty mirrors are those whose images the nodes share among themselves.";
    }
    why
}

fn needs(request: &Request<'_>) -> Vec<String> {
    let word = target(request).map_or("rke2", |target| target.word());
    let mut needs: Vec<String> = request.expansion("registries.yaml").into_iter().collect();
    needs.push(format!(
        "/etc/rancher/{word}/registries.yaml on every node, readable by root only; then restart {word}."
    ));
    if let Some(certificate) = request.text(&CA_FILE) {
        needs.push(format!("`{certificate}` on every node."));
    }
    if request.is_yes(&EMBEDDED_REGISTRY) {
        needs.push(format!("TCP 5001 and {} open among the nodes.", if word == "k3s" { "6443" } else { "9345" }));
    }
    if !request.ecr_registries().is_empty() {
        needs.push("For ECR the credential provider's file instead: a token here would expire in 12 hours.".to_owned());
    }
    needs
}

/// A default registry with a path that this release cannot be told of.
fn needs_rewrite(request: &Request<'_>) -> bool {
    let has_path = request.text(&REGISTRY).is_some_and(|registry| !path(&registry).is_empty());
    has_path && target(request).is_ok_and(|target| !target.takes_path())
}

fn scheme(request: &Request<'_>) -> &'static str {
    if request.is_yes(&INSECURE) { "http" } else { "https" }
}

fn mirrors(request: &Request<'_>) -> Map<String, Value> {
    let mut mirrors = Map::new();
    let registry = request.text(&REGISTRY);
    if let Some(registry) = registry.as_deref() {
        let endpoint = format!("{}://{}", scheme(request), host(registry));
        if needs_rewrite(request) {
            let rewrite = json!({ "^rancher/(.*)": format!("{}/rancher/$1", path(registry)) });
            mirrors.insert("docker.io".to_owned(), json!({ "endpoint": [endpoint], "rewrite": rewrite }));
        } else if request.is_yes(&INSECURE) {
            // Without a scheme RKE2 speaks HTTPS with it.
            mirrors.insert(host(registry).to_owned(), json!({ "endpoint": [endpoint] }));
        }
    }
    if request.is_yes(&EMBEDDED_REGISTRY) && target(request).is_ok_and(|target| target.embedded_registry().is_some()) {
        let hosts = registry.iter().map(|registry| host(registry).to_owned());
        let logins = request.logins().into_iter().map(|login| login.host().to_owned());
        for host in ["docker.io".to_owned()].into_iter().chain(hosts).chain(logins) {
            mirrors.entry(host).or_insert_with(|| json!({}));
        }
    }
    mirrors
}

fn configs(request: &Request<'_>) -> Map<String, Value> {
    let mut configs: Map<String, Value> = Map::new();
    for login in request.logins() {
        // Of two logins for one host the first is kept; the loss report names the other.
        configs
            .entry(login.host())
            .or_insert_with(|| json!({ "auth": { "username": login.user, "password": login.password } }));
    }
    if let (Some(certificate), false) = (request.text(&CA_FILE), request.is_yes(&INSECURE)) {
        for host in super::ca_placement::hosts(request) {
            let config = configs.entry(host).or_insert_with(|| json!({}));
            if let Some(config) = config.as_object_mut() {
                config.insert("tls".to_owned(), json!({ "ca_file": certificate }));
            }
        }
    }
    configs
}

fn write(request: &Request<'_>) -> String {
    let mut file = Map::new();
    for (key, part) in [("mirrors", mirrors(request)), ("configs", configs(request))] {
        if !part.is_empty() {
            file.insert(key.to_owned(), Value::Object(part));
        }
    }
    quote::yaml(&Value::Object(file))
}
