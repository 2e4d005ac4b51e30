//! What cluster.yml needs for Amazon ECR: the manual's choice, with the keys that rke reads.

use serde_json::{Map, Value, json};

use super::answers::{EC2, INSTANCE_PROFILE, PROFILE_ECR_PERMISSIONS, REGISTRY};
use super::aws::{Ecr, Place, any_private_ecr};
use super::{Family, Generator, Request, quote};
use crate::credentials::Secrets;

pub static GENERATOR: Generator = Generator {
    id: "ecr",
    family: Family::Ecr,
    title: "ECR in cluster.yml",
    file: "ecr.yml",
    language: "yaml",
    questions: &[&EC2, &INSTANCE_PROFILE, &PROFILE_ECR_PERMISSIONS, &REGISTRY],
    applies: any_private_ecr,
    why,
    needs,
    write,
};

/// Where the tool of the kubelet and its configuration lie: inside a folder that rke mounts into the kubelet anyway,
/// and where RKE2 and K3s look by default.
pub const PROVIDER_FOLDER: &str = "/var/lib/rancher/credentialprovider";

const ENVIRONMENT: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// The manual wants a configuration snippet on machines that are no EC2 instances, that have no instance profile, or
/// whose profile lacks the permissions.
fn uses_profile(request: &Request<'_>) -> bool {
    [&EC2, &INSTANCE_PROFILE, &PROFILE_ECR_PERMISSIONS].into_iter().all(|question| request.is_yes(question))
}

fn why(request: &Request<'_>) -> String {
    let choice = if uses_profile(request) {
        "Every node is an EC2 instance whose instance profile may pull from ECR, so no key is written anywhere: \
         `ecr_credential_plugin: {}` switches the plugin on and lets it find the profile. Without a value the key is \
         null, and null switches it off."
    } else {
        let reason = if !request.is_yes(&EC2) {
            "the nodes are no EC2 instances"
        } else if !request.is_yes(&INSTANCE_PROFILE) {
            "the instances have no instance profile"
        } else {
            "the instance profile may not pull from ECR"
        };
        &format!(
            "Keys are written because {reason}. rke takes them only in pairs: with one of the two it falls back to the \
             identity of its own machine without a word."
        )
    };
    let identity = if uses_profile(request) { "identity of the machine that runs rke" } else { "keys of the plugin" };
    let kubelet = if request.kubelet_needs_provider() {
        " Kubernetes 1.27 and later pull for pods through a credential provider, hence the two `extra_args`."
    } else {
        ""
    };
    format!(
        "{choice} The manual writes `ecrCredentialPlugin`, which rke ignores: the key it reads is \
         `ecr_credential_plugin` (rke v1.3.0 to v1.8.14, types/rke_types.go:118). System images are pulled with the \
         {identity}; pods with the identity of their node.{kubelet}"
    )
}

fn needs(request: &Request<'_>) -> Vec<String> {
    let mut needs = vec![
        "Merge this into cluster.yml: your other registries and the rest of `extra_env` stay. Then run `rke up`."
            .to_owned(),
    ];
    if uses_profile(request) {
        needs.push(
            "Pull permissions for the instance profile of every node, and for the machine that runs rke, which pulls \
             the system images: see the pull policy."
                .to_owned(),
        );
    } else if write(request).contains("${AWS_") {
        needs.push(
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in place of `${…}`: rke expands nothing itself, \
             `envsubst < ecr.yml` does."
                .to_owned(),
        );
    }
    for registry in entries(request).iter().filter(|registry| !registry.is_known_to_rke()) {
        if let Some((_, region, _)) = registry.private() {
            needs.push(format!(
                "`{}=$(aws ecr get-login-password --region {region})` before each `rke up`, also put in place by \
                 envsubst.",
                token_variable(registry)
            ));
        }
    }
    if request.kubelet_needs_provider() {
        needs.push(format!(
            "On every node `{PROVIDER_FOLDER}/bin/ecr-credential-provider` (from github.com/kubernetes/\
             cloud-provider-aws; `docker-credential-ecr-login` is another program) and its config.yaml."
        ));
    }
    needs
}

/// Those with a place in the snippet: the public registry is pulled from without a login.
fn entries(request: &Request<'_>) -> Vec<Ecr> {
    request.ecr_registries().into_iter().filter(|registry| registry.place != Place::Public).collect()
}

fn token_variable(registry: &Ecr) -> String {
    format!("TOKEN_{}", quote::variable(registry.host()))
}

fn write(request: &Request<'_>) -> String {
    let registries = entries(request);
    let profile = uses_profile(request);
    let entries: Vec<Value> = registries.iter().map(|registry| entry(request, registry, profile)).collect();
    let mut kubelet = Map::new();
    if request.kubelet_needs_provider() {
        kubelet.insert(
            "extra_args".to_owned(),
            json!({
                "image-credential-provider-config": format!("{PROVIDER_FOLDER}/config.yaml"),
                "image-credential-provider-bin-dir": format!("{PROVIDER_FOLDER}/bin"),
            }),
        );
    }
    if !profile {
        let keys = registries.iter().find(|registry| registry.keys.is_some());
        let values = secrets(request, keys);
        let environment: Vec<String> = values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        kubelet.insert("extra_env".to_owned(), json!(environment));
    }
    let mut file = Map::new();
    file.insert("private_registries".to_owned(), json!(entries));
    if !kubelet.is_empty() {
        file.insert("services".to_owned(), json!({ "kubelet": kubelet }));
    }
    let form = if profile { "the nodes' instance profile" } else { "access keys (configuration snippet)" };
    let mut head = format!("Amazon ECR through {form}, for cluster.yml of Kubernetes ");
    head += &quote::line(&request.plan.kubernetes_version);
    head += "\n\nWhich identity pulls what:\n";
    head += if profile {
        "- system images, at `rke up`: the machine that runs rke\n"
    } else {
        "- system images, at `rke up`: the keys under ecr_credential_plugin\n"
    };
    head += if profile { "- pods: the instance profile of their node\n" } else { "- pods: the keys in extra_env\n" };
    for registry in registries.iter().filter(|registry| !registry.is_known_to_rke()) {
        head += &format!("- rke's plugin does not know {}: a token of 12 hours\n", registry.host());
    }
    format!("{}{}", quote::comment(&head), quote::yaml(&Value::Object(file)))
}

fn entry(request: &Request<'_>, registry: &Ecr, profile: bool) -> Value {
    let mut entry = Map::new();
    entry.insert("url".to_owned(), json!(registry.url));
    if registry.is_default {
        entry.insert("is_default".to_owned(), json!(true));
    }
    if !registry.is_known_to_rke() {
        entry.insert("user".to_owned(), json!("AWS"));
        entry.insert("password".to_owned(), json!(format!("${{{}}}", token_variable(registry))));
        return Value::Object(entry);
    }
    let mut plugin = Map::new();
    if !profile {
        for (name, value) in secrets(request, Some(registry)) {
            plugin.insert(name.to_ascii_lowercase(), json!(value));
        }
    }
    entry.insert("ecr_credential_plugin".to_owned(), Value::Object(plugin));
    Value::Object(entry)
}

/// Names and values; a session token only where the file has one.
fn secrets(request: &Request<'_>, registry: Option<&Ecr>) -> Vec<(&'static str, String)> {
    let keys = registry.and_then(|registry| registry.keys.clone()).unwrap_or_default();
    let written = [&keys.access_key_id, &keys.secret_access_key];
    let shown = request.answers.secrets == Secrets::Shown && written.iter().all(|key| !key.is_empty());
    let value = |name: &str, key: &String| if shown { key.clone() } else { format!("${{{name}}}") };
    let mut secrets: Vec<_> =
        ENVIRONMENT.into_iter().zip(written).map(|(name, key)| (name, value(name, key))).collect();
    if !keys.session_token.is_empty() {
        secrets.push(("AWS_SESSION_TOKEN", value("AWS_SESSION_TOKEN", &keys.session_token)));
    }
    secrets
}
