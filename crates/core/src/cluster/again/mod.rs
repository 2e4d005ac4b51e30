//! What rke decodes again after its typed pass: blocks of Kubernetes types, by JSON decoders with other names.
//!
//! In rke's order (cluster/cluster.go:707 of v1.6.3); it stops at the first that fails, here all are read.

mod custom;
mod decode;
mod drain;
mod json;
mod object;
pub mod rewrite;

use super::value::Value;
use crate::problem::{Problem, Why};
use crate::schema::again::Table;
use crate::text::Span;
use crate::yaml::Document;
use decode::{Case, Decoded};
use json::{Json, Shape};
use object::Object;

const KUBE_API: &str = "services.kube-api";
/// rke decodes these in random order; when several fail, any of them may be named.
const DAEMON_SETS: [&str; 3] = ["ingress.update_strategy", "network.update_strategy", "dns.nodelocal.update_strategy"];
const DEPLOYMENTS: [&str; 2] = ["monitoring.update_strategy", "dns.update_strategy"];

/// The file as the second passes read it.
pub struct Reading<'d> {
    document: &'d Document,
}

impl Reading<'_> {
    /// The value under a path and the place of its key, where every key above it is there.
    fn json(&self, path: &str) -> Option<(Span, Json)> {
        let mut at = self.document.root?;
        let mut key = Span::default();
        for name in path.split('.') {
            (key, at) = json::entry(self.document, at, name)?;
        }
        Some((key, Json::read(self.document, at)))
    }
}

/// What the second passes give.
#[derive(Default)]
pub struct Pass {
    pub problems: Vec<Problem>,
    /// All behind `Failed to parse cluster file: `, of the first that fails.
    pub error: Option<String>,
    /// The drain input's `deleteLocalData` counts, which the typed pass does not know.
    pub read_by_json_name: bool,
}

impl Pass {
    fn refuse(&mut self, error: String) {
        self.error.get_or_insert(error);
    }

    /// Keeps the value where it is decoded, its problems and its error.
    fn keep(&mut self, config: &mut Value, path: &str, decoded: Decoded, prefix: &str) {
        self.problems.extend(decoded.problems);
        match decoded.error {
            Some(error) => self.refuse(format!("{prefix}{error}")),
            None => {
                if let Some(slot) = config.at_mut(path) {
                    *slot = decoded.value;
                }
            }
        }
    }
}

/// The custom encryption configuration, decoded before everything else.
pub fn custom_config(json: &Json) -> Decoded {
    let ty = Table::get().ty("v1.EncryptionConfiguration");
    let decoded = decode::decode(json, &ty, Case::Any, rewrite::CUSTOM_CONFIG);
    let error = decoded.error.map(|error| format!("error unmarshalling: {error}"));
    Decoded { error, ..decoded }
}

/// Decodes again what rke decodes again, and puts the results into `config`.
///
/// Call it only on documents that passed [`super::generic::check`].
pub fn run(document: &Document, config: &mut Value) -> Pass {
    let reading = Reading { document };
    let mut pass = Pass::default();
    admission_configuration(&reading, config, &mut pass);
    audit_policy(&reading, config, &mut pass);
    event_rate_limit(&reading, config, &mut pass);
    for (name, step, field, ty) in [
        ("extra_envs", "parseIngressExtraEnv", "extraEnvs", "[]types.ExtraEnv"),
        ("extra_volumes", "parseIngressExtraVolumes", "extraVolumes", "[]types.ExtraVolume"),
        ("extra_volume_mounts", "parseIngressExtraVolumeMounts", "extraVolumeMounts", "[]types.ExtraVolumeMount"),
    ] {
        let prefix = format!("error parsing ingress config: [{step}] error unmarshaling ingress config {field}: ");
        plain(&reading, config, &mut pass, &format!("ingress.{name}"), ty, &prefix);
    }
    drain::drain_input(&reading, config, &mut pass);
    for path in DAEMON_SETS {
        let prefix = "error parsing addon config: [parseIngressUpdateStrategy] error unmarshaling updateStrategy: ";
        plain(&reading, config, &mut pass, path, "types.DaemonSetUpdateStrategy", prefix);
    }
    for path in DEPLOYMENTS {
        let prefix = "error parsing addon config: [parseDeploymentUpdateStrategy] error unmarshaling updateStrategy: ";
        plain(&reading, config, &mut pass, path, "types.DeploymentStrategy", prefix);
    }
    pass
}

fn plain(reading: &Reading<'_>, config: &mut Value, pass: &mut Pass, path: &str, ty: &'static str, prefix: &str) {
    if let Some((_, json)) = reading.json(path) {
        pass.keep(config, path, decode::decode(&json, &Table::get().ty(ty), Case::Any, path), prefix);
    }
}

fn object(reading: &Reading<'_>, config: &mut Value, pass: &mut Pass, path: &str, object: &Object, prefix: &str) {
    if let Some((key, json)) = reading.json(path)
        && json.shape != Shape::Null
    {
        pass.keep(config, path, object.decode(&json, path, key), prefix);
    }
}

fn admission_configuration(reading: &Reading<'_>, config: &mut Value, pass: &mut Pass) {
    let path = format!("{KUBE_API}.admission_configuration");
    object(reading, config, pass, &path, &object::ADMISSION, "error parsing admission config: ");
}

/// Decoded even where the audit log is off.
fn audit_policy(reading: &Reading<'_>, config: &mut Value, pass: &mut Pass) {
    let path = format!("{KUBE_API}.audit_log.configuration.policy");
    object(reading, config, pass, &path, &object::AUDIT_POLICY, "error parsing audit log config: ");
}

/// Decoded only where it is enabled; a configuration that is written without a value is refused then.
fn event_rate_limit(reading: &Reading<'_>, config: &mut Value, pass: &mut Pass) {
    const PREFIX: &str = "error parsing event rate limit config: ";
    let path = format!("{KUBE_API}.event_rate_limit");
    if !config.at(&path).and_then(|v| v.bool("enabled")).is_some_and(|enabled| enabled.value) {
        return;
    }
    let path = format!("{path}.configuration");
    let Some((key, json)) = reading.json(&path) else { return };
    if json.shape == Shape::Null {
        let error =
            format!("{PREFIX}.{path} accessor error: <nil> is of the type <nil>, expected map[string]interface{{}}");
        pass.problems.push(Problem::Refused { span: key, at: path, why: Why::Null, error: error.clone() });
        pass.refuse(error);
        return;
    }
    let prefix = format!("{PREFIX}error decoding eventRateLimit: ");
    plain(reading, config, pass, &path, "eventratelimit.Configuration", &prefix);
}
