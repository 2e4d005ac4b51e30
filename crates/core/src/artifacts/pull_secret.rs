//! Logins for the pods of one namespace.

use serde_json::{Map, Value, json};

use super::answers::NAMESPACE;
use super::logins::docker_key;
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "pull-secret",
    family: Family::Nodes,
    title: "imagePullSecret and service account",
    file: "pull-secret.yaml",
    language: "yaml",
    questions: &[&NAMESPACE],
    applies: |request| {
        if request.logins().is_empty() {
            return Err(
                "the file has no registry with user and password; a secret for ECR would expire in 12 hours".to_owned()
            );
        }
        Ok(())
    },
    why: |_| {
        "rke gives every node all logins of the file, so any pod can use them. This limits one to a namespace: pods of the \
         service account `default` get it without naming it. Unlike docker, the kubelet also tells paths apart."
            .to_owned()
    },
    needs: |request| {
        let expansion = request.expansion("pull-secret.yaml | kubectl apply -f -");
        let apply =
            "One apply for each namespace with such pods; pods that run already keep what they have.".to_owned();
        expansion.into_iter().chain([apply]).collect()
    },
    write,
};

pub const SECRET: &str = "registry-logins";

fn write(request: &Request<'_>) -> String {
    let namespace = request.text(&NAMESPACE).unwrap_or_default();
    let auths: Map<String, Value> = request
        .logins()
        .into_iter()
        .map(|login| {
            let key = docker_key(&login.url).to_owned();
            (key, json!({ "username": login.user, "password": login.password }))
        })
        .collect();
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": SECRET, "namespace": namespace },
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": { ".dockerconfigjson": json!({ "auths": auths }).to_string() },
    });
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": { "name": "default", "namespace": namespace },
        "imagePullSecrets": [{ "name": SECRET }],
    });
    format!("{}---\n{}", quote::yaml(&secret), quote::yaml(&account))
}
