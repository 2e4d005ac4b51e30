//! What rke does with a file, as one object: a line of `pull explain --format jsonl`.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::redact::{self, MASK, Secrets};
use crate::credentials::{Auth, Lookup, Registry, RegistryMap};
use crate::plan::{Plan, PlannedImage};
use crate::{Checked, Outcome, Stage};

/// rke's answer. Where rke refuses the file it pulls nothing, so there are no images, registries or logins.
#[derive(Debug, serde::Serialize)]
pub struct Record {
    pub path: String,
    #[serde(flatten)]
    pub verdict: Verdict,
    pub system_images: Entries<&'static str, ImageAnswer>,
    pub addon_images: Entries<&'static str, Vec<String>>,
}

/// The part of the answer that is about the file as a whole.
#[derive(Debug, serde::Serialize)]
pub struct Verdict {
    /// Release that is answered for, as `v1.6.3`.
    pub rke: String,
    /// As rke fills it in; null where it stops before that.
    pub kubernetes_version: Option<String>,
    /// `ok`, `error` or `panic`.
    pub outcome: &'static str,
    /// `parse` or `init`: where rke stops before it touches a host.
    pub stage: Option<&'static str>,
    /// rke's exact text.
    pub error: Option<String>,
    /// Raised only after the SSH tunnels are up.
    pub hostcount_error: Option<String>,
    /// By rke's key: the url, `docker.io` where it is empty.
    pub registries: Entries<String, RegistryAnswer>,
    /// What the kubelet's `config.json` holds; null without registries.
    pub kubelet_docker_config: Option<Value>,
}

/// One registry with the JSON names of rke's types; unset fields are left out.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistryAnswer {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub password: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_default: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ecr_credential_plugin: Option<EcrAnswer>,
}

#[derive(Debug, serde::Serialize)]
pub struct EcrAnswer {
    #[serde(rename = "awsAccessKeyId", skip_serializing_if = "String::is_empty")]
    pub access_key_id: String,
    #[serde(rename = "awsSecretAccessKey", skip_serializing_if = "String::is_empty")]
    pub secret_access_key: String,
    /// rke calls the session token so in JSON (types/rke_types.go).
    #[serde(rename = "awsAccessToken", skip_serializing_if = "String::is_empty")]
    pub session_token: String,
}

/// One system image and what looking up its credentials gives.
#[derive(Debug, serde::Serialize)]
pub struct ImageAnswer {
    pub image: String,
    #[serde(flatten)]
    pub login: Login,
}

/// What rke finds for one image.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub struct Login {
    /// The key of `registries` that was found.
    pub registry: Option<String>,
    /// Credentials are sent.
    pub auth: bool,
    /// Text with which the lookup fails.
    pub error: Option<String>,
}

impl From<&Lookup> for Login {
    fn from(lookup: &Lookup) -> Self {
        match lookup {
            Lookup::Invalid(error) => Self { registry: None, auth: false, error: Some(error.clone()) },
            Lookup::Missing { .. } => Self { registry: None, auth: false, error: None },
            Lookup::Found { key, auth: Auth::NotEcr(error) } => {
                Self { registry: Some(key.clone()), auth: false, error: Some(error.clone()) }
            }
            Lookup::Found { key, auth: Auth::Basic | Auth::Ecr { .. } } => {
                Self { registry: Some(key.clone()), auth: true, error: None }
            }
        }
    }
}

/// A JSON object that keeps its order.
#[derive(Debug)]
pub struct Entries<K, V>(pub Vec<(K, V)>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Serialize, V: Serialize> Serialize for Entries<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

pub fn record(path: &str, checked: &Checked, show_secrets: bool) -> Record {
    let accepted = checked.outcome == Outcome::Accepted;
    let (images, addons) = if accepted { answers(&checked.plan) } else { Default::default() };
    Record {
        path: path.to_owned(),
        verdict: verdict(checked, show_secrets),
        system_images: Entries(images),
        addon_images: Entries(addons),
    }
}

type Answers = (Vec<(&'static str, ImageAnswer)>, Vec<(&'static str, Vec<String>)>);

fn answers(plan: &Plan) -> Answers {
    let answer = |planned: &PlannedImage| ImageAnswer { image: planned.image.clone(), login: (&planned.lookup).into() };
    (plan.images.iter().map(|planned| (planned.key, answer(planned))).collect(), plan.addons.clone())
}

pub fn verdict(checked: &Checked, show_secrets: bool) -> Verdict {
    let plan = &checked.plan;
    let (outcome, stage, error) = match &checked.outcome {
        Outcome::Accepted => ("ok", None, None),
        Outcome::Refused { stage, error } => ("error", Some(*stage), Some(error.clone())),
        Outcome::Panics { error } => ("panic", None, Some(error.clone())),
    };
    let secrets = if show_secrets { Secrets::default() } else { Secrets::find("", &checked.cluster) };
    let registries = if outcome == "ok" { registries(&plan.registries, show_secrets) } else { Entries::default() };
    Verdict {
        rke: plan.rke.clone(),
        kubernetes_version: (stage != Some(Stage::Parse)).then(|| plan.kubernetes_version.clone()),
        outcome,
        stage: stage.map(|stage| match stage {
            Stage::Parse => "parse",
            Stage::Init => "init",
        }),
        error: error.map(|error| secrets.hide(&error)),
        hostcount_error: checked.hostcount_error.clone(),
        kubelet_docker_config: (!registries.0.is_empty()).then(|| kubelet_config(&plan.registries, show_secrets)),
        registries,
    }
}

fn registries(map: &RegistryMap, show_secrets: bool) -> Entries<String, RegistryAnswer> {
    let answer = |registry: &Registry| {
        let secret = |value: &String| {
            let mut value = value.clone();
            if !show_secrets {
                redact::hide_value(&mut value);
            }
            value
        };
        RegistryAnswer {
            url: registry.url.clone(),
            user: registry.user.clone(),
            password: secret(&registry.password),
            is_default: registry.is_default,
            ecr_credential_plugin: registry.ecr.as_ref().map(|ecr| EcrAnswer {
                access_key_id: secret(&ecr.access_key_id),
                secret_access_key: secret(&ecr.secret_access_key),
                session_token: secret(&ecr.session_token),
            }),
        }
    };
    Entries(map.entries.iter().map(|(key, registry)| (key.clone(), answer(registry))).collect())
}

/// An entry with the plugin gets the helper `ecr-login`, even beside user and password; any other gets its
/// login, both parts empty included (rke v1.6.3, docker/docker.go:778).
fn kubelet_config(map: &RegistryMap, show_secrets: bool) -> Value {
    use base64::Engine;
    let (mut auths, mut helpers) = (serde_json::Map::new(), serde_json::Map::new());
    for (key, registry) in &map.entries {
        if registry.ecr.is_some() {
            helpers.insert(key.clone(), json!("ecr-login"));
        } else {
            let login = format!("{}:{}", registry.user, registry.password);
            let encoded = base64::engine::general_purpose::STANDARD.encode(login);
            let auth = if show_secrets || registry.password.is_empty() { encoded } else { MASK.to_owned() };
            auths.insert(key.clone(), json!({ "auth": auth }));
        }
    }
    let parts = [("auths", auths), ("credHelpers", helpers)].into_iter().filter(|(_, part)| !part.is_empty());
    Value::Object(parts.map(|(name, part)| (name.to_owned(), Value::Object(part))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Cluster;
    use crate::credentials::EcrKeys;
    use crate::plan::Source;

    fn checked(outcome: Outcome) -> Checked {
        let ecr = EcrKeys { access_key_id: "AKIA1".into(), secret_access_key: "s3cr3t".into(), ..EcrKeys::default() };
        let basic =
            Registry { url: "b.io".into(), user: "u".into(), password: "hunter2".into(), ..Registry::default() };
        let plugin = Registry { url: "a.io".into(), is_default: true, ecr: Some(ecr), ..Registry::default() };
        let image = |key, image: &str, lookup| PlannedImage {
            key,
            image: image.into(),
            source: Source::DefaultRegistry,
            upstream: None,
            lookup,
            needs: Vec::new(),
        };
        let not_ecr = Lookup::Found { key: "a.io".into(), auth: Auth::NotEcr("Not a valid ECR registry".into()) };
        let plan = Plan {
            rke: "v1.6.3".into(),
            kubernetes_version: "v1.30.5-rancher1-1".into(),
            version_known: true,
            prefix: Some("a.io".into()),
            registries: RegistryMap { entries: vec![("a.io".into(), plugin), ("b.io".into(), basic)] },
            images: vec![
                image("etcd", "a.io/x/etcd:1", not_ecr),
                image("alpine", "b.io/y:2", Lookup::Found { key: "b.io".into(), auth: Auth::Basic }),
            ],
            addons: vec![("rke-network-plugin", vec!["a.io/n:1".into()])],
            snapshot_image: None,
        };
        Checked { outcome, hostcount_error: None, cluster: Cluster::default(), plan, diagnostics: Vec::new() }
    }

    #[test]
    fn a_record_has_rkes_names_in_rkes_order_and_no_secret_unless_asked() {
        let accepted = checked(Outcome::Accepted);
        let shown = serde_json::to_string(&record("c.yml", &accepted, true)).unwrap();
        let want = concat!(
            r#"{"path":"c.yml","rke":"v1.6.3","kubernetes_version":"v1.30.5-rancher1-1","outcome":"ok","stage":null,"#,
            r#""error":null,"hostcount_error":null,"registries":{"a.io":{"url":"a.io","isDefault":true,"#,
            r#""ecrCredentialPlugin":{"awsAccessKeyId":"AKIA1","awsSecretAccessKey":"s3cr3t"}},"#,
            r#""b.io":{"url":"b.io","user":"u","password":"hunter2"}},"#,
            r#""kubelet_docker_config":{"auths":{"b.io":{"auth":"dTpodW50ZXIy"}},"credHelpers":{"a.io":"ecr-login"}},"#,
            r#""system_images":{"etcd":{"image":"a.io/x/etcd:1","registry":"a.io","auth":false,"#,
            r#""error":"Not a valid ECR registry"},"#,
            r#""alpine":{"image":"b.io/y:2","registry":"b.io","auth":true,"error":null}},"#,
            r#""addon_images":{"rke-network-plugin":["a.io/n:1"]}}"#
        );
        assert_eq!(shown, want);
        let hidden = serde_json::to_string(&record("c.yml", &accepted, false)).unwrap();
        for secret in ["hunter2", "s3cr3t", "AKIA1", "dTpodW50ZXIy"] {
            assert!(!hidden.contains(secret), "{secret} in {hidden}");
        }
        assert_eq!(hidden.matches(MASK).count(), 4);
    }

    #[test]
    fn of_a_refused_file_nothing_is_pulled() {
        let refused = Outcome::Refused { stage: Stage::Parse, error: "Failed to parse cluster file: x".into() };
        let record = serde_json::to_value(record("c.yml", &checked(refused), true)).unwrap();
        assert_eq!(record["stage"], "parse");
        assert_eq!(record["kubernetes_version"], Value::Null);
        assert_eq!(record["kubelet_docker_config"], Value::Null);
        assert_eq!(record["registries"], json!({}));
        assert_eq!(record["system_images"], json!({}));
    }
}
