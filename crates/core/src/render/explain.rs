//! What rke does with a file, as one object: a line of `pull explain --format jsonl`.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::redact::{self, Redactor};
use crate::credentials::{Lookup, Secrets};
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
    /// By rke's key: the url, `docker.io` where it is empty; with the JSON names of rke's types.
    pub registries: Value,
    /// What the kubelet's `config.json` holds; null without registries.
    pub kubelet_docker_config: Option<Value>,
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
        Self {
            registry: lookup.registry().map(str::to_owned),
            auth: lookup.has_auth(),
            error: lookup.error().map(str::to_owned),
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
    let plan = shown(&checked.plan, show_secrets);
    let (images, addons) = if accepted { answers(&plan) } else { Default::default() };
    Record {
        path: path.to_owned(),
        verdict: verdict_on(checked, &plan, show_secrets),
        system_images: Entries(images),
        addon_images: Entries(addons),
    }
}

type Answers = (Vec<(&'static str, ImageAnswer)>, Vec<(&'static str, Vec<String>)>);

fn answers(plan: &Plan) -> Answers {
    let answer = |planned: &PlannedImage| ImageAnswer { image: planned.image.clone(), login: (&planned.lookup).into() };
    (plan.images.iter().map(|planned| (planned.key, answer(planned))).collect(), plan.addons.clone())
}

fn shown(plan: &Plan, show_secrets: bool) -> Cow<'_, Plan> {
    if show_secrets { Cow::Borrowed(plan) } else { Cow::Owned(redact::plan(plan)) }
}

pub fn verdict(checked: &Checked, show_secrets: bool) -> Verdict {
    verdict_on(checked, &shown(&checked.plan, show_secrets), show_secrets)
}

/// `plan` is that of the text, as it is shown.
fn verdict_on(checked: &Checked, plan: &Plan, show_secrets: bool) -> Verdict {
    let (outcome, stage, error) = match &checked.outcome {
        Outcome::Accepted => ("ok", None, None),
        Outcome::Refused { stage, error } => ("error", Some(*stage), Some(error.clone())),
        Outcome::Panics { error } => ("panic", None, Some(error.clone())),
    };
    let secrets = if show_secrets { Secrets::Shown } else { Secrets::Masked };
    let redactor = if show_secrets { Redactor::default() } else { Redactor::find("", &checked.cluster) };
    let accepted = outcome == "ok";
    let kubelet = accepted.then(|| plan.registries.kubelet_docker_config(secrets)).flatten();
    Verdict {
        rke: plan.rke.clone(),
        kubernetes_version: (stage != Some(Stage::Parse)).then(|| plan.written_version().to_owned()),
        outcome,
        stage: stage.map(|stage| match stage {
            Stage::Parse => "parse",
            Stage::Init => "init",
        }),
        error: error.map(|error| redactor.hide(&error)),
        hostcount_error: checked.hostcount_error.clone(),
        registries: if accepted { plan.registries.to_json(secrets) } else { json!({}) },
        // The core writes the text that rke writes; here it is the object in it.
        kubelet_docker_config: kubelet.and_then(|config| serde_json::from_str(&config).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::plan::Options;

    const ACCEPTED: &str = "\
nodes:
- {address: 1.1.1.1, user: u, role: [controlplane, etcd, worker]}
kubernetes_version: v1.30.5-rancher1-1
private_registries:
- url: b.io
  user: u
  password: hunter2
- url: me:hunter3@c.io
- url: a.io
  is_default: true
  ecr_credential_plugin: {aws_access_key_id: AKIA1, aws_secret_access_key: s3cr3t}
system_images:
  alpine: b.io/x/y:2
";

    #[test]
    fn a_record_has_rkes_names_in_rkes_order_and_no_secret_unless_asked() {
        let checked = check(ACCEPTED, &Options::default());
        let record = |show| serde_json::to_string(&record("c.yml", &checked, show)).unwrap();
        let shown = record(true);
        let start = concat!(
            r#"{"path":"c.yml","rke":"v1.6.3","kubernetes_version":"v1.30.5-rancher1-1","outcome":"ok","stage":null,"#,
            r#""error":null,"hostcount_error":null,"registries":{"a.io":{"url":"a.io","isDefault":true,"#,
            r#""ecrCredentialPlugin":{"awsAccessKeyId":"AKIA1","awsSecretAccessKey":"s3cr3t"}},"#,
            r#""b.io":{"url":"b.io","user":"u","password":"hunter2"},"me:hunter3@c.io":{"url":"me:hunter3@c.io"}},"#,
            r#""kubelet_docker_config":{"auths":{"b.io":{"auth":"dTpodW50ZXIy"},"me:hunter3@c.io":{"auth":"Og=="}},"credHelpers":{"a.io":"ecr-login"}},"#,
            r#""system_images":{"etcd":{"image":"a.io/rancher/mirrored-coreos-etcd:v3.5.12","registry":"a.io","#,
            r#""auth":false,"error":"Not a valid ECR registry"},"#,
            r#""alpine":{"image":"b.io/x/y:2","registry":"b.io","auth":true,"error":null},"#
        );
        assert_eq!(shown.get(..start.len()), Some(start));
        assert!(shown.contains(r#""addon_images":{"rke-network-plugin":["a.io/"#), "{shown}");
        let hidden = record(false);
        for secret in ["hunter2", "hunter3", "s3cr3t", "AKIA1", "dTpodW50ZXIy"] {
            assert!(!hidden.contains(secret), "{secret} in {hidden}");
        }
        assert_eq!(hidden.matches("***").count(), 7);
    }

    #[test]
    fn of_a_refused_file_nothing_is_pulled() {
        let broken = format!("{ACCEPTED}x: [\n");
        let record = serde_json::to_value(record("c.yml", &check(&broken, &Options::default()), true)).unwrap();
        assert_eq!(record["stage"], "parse");
        assert_eq!(record["kubernetes_version"], Value::Null);
        assert_eq!(record["kubelet_docker_config"], Value::Null);
        assert_eq!(record["registries"], json!({}));
        assert_eq!(record["system_images"], json!({}));
    }
}
