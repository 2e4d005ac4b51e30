//! What rke fills in where the file says nothing: cluster/defaults.go of rke v1.6.3, in its conditions.
//!
//! Fixed values stand in the key table (`default=`); here is what depends on other keys.

use super::slot::{defaults, is_zero, map, read, slot, slot_at, text};
use crate::cluster::Cluster;
use crate::cluster::effective::OWN_ADMISSION_CONFIG;
use crate::cluster::value::{Shape, Value};
use crate::image::version::Version;
use crate::plan::Plan;
use crate::schema::{Kind, Schema, Struct};

/// Versions in which the API server keeps an audit log unasked (defaults.go:989).
const AUDIT_LOG: &str = ">=1.15.11-rancher0 <=1.15.99 || >=1.16.8-rancher0 <=1.16.99 || >=1.17.4-rancher0";

/// Flags of etcd, where the file sets them not itself.
const ETCD_ARGS: [(&str, &str); 2] = [("election-timeout", "5000"), ("heartbeat-interval", "500")];

/// The kubeconfig of the authentication webhook.
const WEBHOOK_FILE: &str = "
apiVersion: v1
kind: Config
clusters:
- name: Default
  cluster:
    insecure-skip-tls-verify: true
    server: http://127.0.0.1:6440/v1/authenticate
users:
- name: Default
  user:
    insecure-skip-tls-verify: true
current-context: webhook
contexts:
- name: webhook
  context:
    user: Default
    cluster: Default
";

pub fn fill(config: &mut Value, cluster: &Cluster, plan: &Plan) {
    let version = Version::from_kubernetes(plan.written_version()).ok();
    let schema = Schema::get();
    images(config, plan);
    // Read before the table fills in.
    let upgrades_written = config.at("upgrade_strategy").is_some_and(|block| !block.is_nil());
    let aws = config.at("cloud_provider.name").and_then(Value::as_str) == Some("aws");
    if aws {
        set(slot_at(config, "cloud_provider.useInstanceMetadataHostname"), Shape::Bool(false));
    }
    present(slot(config, "dns"));
    present(slot(config, "upgrade_strategy"));
    let asks_webhook = |strategies: &str| strategies.split('|').any(|s| s.trim().eq_ignore_ascii_case("webhook"));
    if config.at("authentication.strategy").and_then(Value::as_str).is_some_and(asks_webhook) {
        present(slot_at(config, "authentication.webhook"));
    }
    if let Kind::Struct(root) = schema.root().kind {
        table(config, schema.structure(root), version.as_ref());
    }
    hosts(config);
    if let Some(webhook) = config.at_mut("authentication.webhook").filter(|block| !block.is_nil()) {
        set(slot(webhook, "config_file"), text(WEBHOOK_FILE));
    }
    services(config, version.as_ref());
    super::network::options(config);
    if upgrades_written && config.at("upgrade_strategy.drain").is_none_or(|drain| drain.shape != Shape::Bool(true)) {
        set_block(slot_at(config, "upgrade_strategy.node_drain_input"), "types.NodeDrainInput");
    }
    super::strategies::fill(config);
    set_block(slot_at(config, "dns.linear_autoscaler_params"), "types.LinearAutoscalerParams");
    if let Some(name) = cluster.cloud_provider_name() {
        *slot_at(config, "cloud_provider.name") = replaced(cluster.config.at("cloud_provider.name"), name);
    }
    // The command's flag counts, whatever the file says (cmd/common.go:57).
    *slot(config, "ignore_docker_version") = Shape::Bool(false).into();
}

/// Defaults of the table, in every struct that is there.
fn table(value: &mut Value, structure: &'static Struct, version: Option<&Version>) {
    let filled = fills(structure.name, value);
    for key in &structure.keys {
        if filled && let Some(default) = key.default(version) {
            let security = key.name == "pod_security_configuration";
            if security && value.at("extra_args").is_some_and(|args| args.field(OWN_ADMISSION_CONFIG).is_some()) {
                continue;
            }
            let current = slot(value, key.name);
            if if key.ty.pointer { current.is_nil() } else { is_zero(current) } {
                *current = Value { span: current.span, shape: read(default, &key.ty) };
            }
        }
        match &key.ty.kind {
            Kind::Struct(index) if !Schema::get().structure(*index).again => {
                let below = Schema::get().structure(*index);
                if !key.ty.pointer || value.field(key.name).is_some_and(|f| !f.value.is_nil()) {
                    table(slot(value, key.name), below, version);
                }
            }
            Kind::List(item) => {
                if let (Kind::Struct(index), Shape::List(items)) = (&item.kind, &mut slot(value, key.name).shape) {
                    let below = Schema::get().structure(*index);
                    items.iter_mut().for_each(|item| table(item, below, version));
                }
            }
            _ => {}
        }
    }
}

/// Whether a struct that is there gets the defaults of the table key by key.
fn fills(structure: &str, value: &Value) -> bool {
    match structure {
        "types.BastionHost" => value.text("address").is_some(),
        "types.BackupConfig" => value.bool("enabled").is_none_or(|enabled| enabled.value),
        // Filled in as a whole, or not at all.
        "types.AuditLogConfig" | "types.NodeDrainInput" | "types.LinearAutoscalerParams" => false,
        _ => true,
    }
}

fn images(config: &mut Value, plan: &Plan) {
    *slot(config, "kubernetes_version") = replaced(config.at("kubernetes_version"), plan.written_version());
    for planned in &plan.images {
        let path = format!("system_images.{}", planned.key);
        *slot_at(config, &path) = replaced(config.at(&path), &planned.image);
    }
    for (service, key) in [
        ("etcd", "etcd"),
        ("kube-api", "kubernetes"),
        ("kube-controller", "kubernetes"),
        ("scheduler", "kubernetes"),
        ("kubelet", "kubernetes"),
        ("kubeproxy", "kubernetes"),
    ] {
        let path = format!("services.{service}.image");
        let image = plan.image(key).map_or("", |planned| &planned.image);
        *slot_at(config, &path) = replaced(config.at(&path), image);
    }
    let pause = plan.image("pod_infra_container").map_or("", |planned| &planned.image);
    set(slot_at(config, "services.kubelet.infra_container_image"), text(pause));
}

/// SSH settings that nodes and the bastion take from above (defaults.go:230).
fn hosts(config: &mut Value) {
    let key_path = config.text("ssh_key_path").map_or(String::new(), |path| path.value);
    let agent = config.bool("ssh_agent_auth").is_some_and(|agent| agent.value);
    let bastion = slot(config, "bastion_host");
    if bastion.text("address").is_some() {
        set(slot(bastion, "ssh_key_path"), text(&key_path));
        *slot(bastion, "ssh_agent_auth") = Shape::Bool(agent).into();
    }
    let Shape::List(nodes) = &mut slot(config, "nodes").shape else { return };
    for node in nodes {
        let address = node.text("address").map_or(String::new(), |address| address.value);
        set(slot(node, "internal_address"), text(&address));
        set(slot(node, "hostname_override"), text(&address));
        let name = slot(node, "hostname_override");
        if let Shape::Text(name) = &mut name.shape {
            *name = name.to_lowercase();
        }
        set(slot(node, "ssh_key_path"), text(&key_path));
        *slot(node, "ssh_agent_auth") = Shape::Bool(agent).into();
    }
}

fn services(config: &mut Value, version: Option<&Version>) {
    let arguments = slot_at(config, "services.etcd.extra_args");
    for (name, value) in ETCD_ARGS {
        if arguments.field(name).is_none() {
            *slot(arguments, name) = text(value).into();
        }
    }
    let api = slot_at(config, "services.kube-api");
    let own = api.at("extra_args").is_some_and(|args| args.field(OWN_ADMISSION_CONFIG).is_some());
    if !own && let Some(limit) = api.at_mut("event_rate_limit").filter(|block| is_enabled(block)) {
        let all = map([("type", text("Server")), ("qps", Shape::Int(5000)), ("burst", Shape::Int(20000))]);
        let configuration = map([
            ("kind", text("Configuration")),
            ("apiVersion", text("eventratelimit.admission.k8s.io/v1alpha1")),
            ("limits", Shape::List(vec![all.into()])),
        ]);
        set(slot(limit, "configuration"), configuration);
    }
    let log = slot(api, "audit_log");
    if log.is_nil() && version.is_some_and(|version| version.is_in(AUDIT_LOG)) {
        log.shape = map([("enabled", Shape::Bool(true))]);
    }
    if is_enabled(log) {
        let configuration = slot(log, "configuration");
        set_block(configuration, "types.AuditLogConfig");
        let rule = map([("level", text("Metadata"))]);
        let policy = map([
            ("kind", text("Policy")),
            ("apiVersion", text("audit.k8s.io/v1")),
            ("rules", Shape::List(vec![rule.into()])),
        ]);
        set(slot(configuration, "policy"), policy);
    }
}

fn is_enabled(block: &Value) -> bool {
    block.bool("enabled").is_some_and(|enabled| enabled.value)
}

/// A pointer to a struct that is nil becomes one to an empty struct.
fn present(value: &mut Value) {
    if value.is_nil() {
        value.shape = Shape::Fields(Vec::new());
    }
}

pub fn set(value: &mut Value, shape: Shape) {
    if value.is_nil() || matches!(&value.shape, Shape::Text(text) if text.is_empty()) {
        value.shape = shape;
    }
}

fn set_block(value: &mut Value, structure: &str) {
    if let Some(structure) = Schema::get().named(structure).filter(|_| value.is_nil()) {
        value.shape = defaults(structure);
    }
}

fn replaced(written: Option<&Value>, becomes: &str) -> Value {
    Value { span: written.map(|value| value.span).unwrap_or_default(), shape: text(becomes) }
}
