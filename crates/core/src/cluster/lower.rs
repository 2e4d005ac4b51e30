//! Decoded values to the typed model.

use super::value::{Field, Shape, Value};
use super::{
    Cluster, Dns, EcrPlugin, Etcd, Ingress, Kubelet, Network, Node, PinnedImage, PrivateRegistry, again, decode,
    generic,
};
use crate::problem::Problem;
use crate::schema::{Kind, Schema};
use crate::text::Spanned;
use crate::yaml::Document;

pub fn lower(document: &Document) -> (Cluster, Vec<Problem>) {
    let syntax = document
        .stop
        .as_ref()
        .map(|stop| format!("error unmarshalling clusterfile: error converting YAML to JSON: yaml: {}", stop.error));
    let undecodable = generic::check(document).err();
    let mut problems = Vec::new();
    let mut cluster = Cluster::default();
    let mut later_error = None;
    if syntax.is_none() && undecodable.is_none() {
        later_error = passes(document, &mut cluster.config, &mut problems);
    } else if undecodable.as_ref().is_none_or(|u| !u.error.ends_with("excessive aliasing")) {
        let decoded = decode::decode(document);
        (cluster.config, problems) = (decoded.value, decoded.problems);
    }
    let config = std::mem::take(&mut cluster.config);
    read(&config, &mut cluster);
    cluster.config = config;
    // rke reports the first stage that fails, in this order.
    cluster.parse_error = syntax.clone().or_else(|| undecodable.as_ref().map(|u| u.error.clone())).or(later_error);
    if syntax.is_none()
        && let Some(undecodable) = undecodable
    {
        problems.push(Problem::Undecodable { span: undecodable.span, error: undecodable.error });
    }
    (cluster, problems)
}

/// Every decoder of rke behind the first, in its order; the first error.
fn passes(document: &Document, config: &mut Value, problems: &mut Vec<Problem>) -> Option<String> {
    let rewritten = again::rewrite::rewrite(document);
    let custom = rewritten.as_ref().map(|r| again::custom_config(&r.custom_config));
    let decoded = decode::decode(rewritten.as_ref().map_or(document, |r| &r.document));
    (*config, *problems) = (decoded.value, decoded.problems);
    if rewritten.is_some() {
        again::rewrite::compare(decode::decode(document), config, problems);
    }
    let pass = again::run(rewritten.as_ref().map_or(document, |r| &r.document), config);
    if pass.read_by_json_name {
        let read = "upgrade_strategy.node_drain_input.deleteLocalData";
        problems.retain(|p| !matches!(p, Problem::UnknownKey(unknown) if unknown.at == read));
    }
    problems.extend(pass.problems);
    let mut custom_error = None;
    if let Some(custom) = custom {
        problems.extend(custom.problems);
        custom_error = custom.error;
        again::rewrite::put_back(custom.value, config, problems);
    }
    custom_error.or(decoded.error).or(pass.error)
}

fn read(config: &Value, cluster: &mut Cluster) {
    cluster.kubernetes_version = config.text("kubernetes_version");
    cluster.registries = items(config, "private_registries").map(registry).collect();
    cluster.system_images = config.field("system_images").map(pinned).unwrap_or_default();
    cluster.nodes = items(config, "nodes").map(node).collect();
    let none = Value::default();
    let block = |path: &str| config.at(path).unwrap_or(&none);
    cluster.network = Network {
        plugin: block("network").text("plugin"),
        calico_cloud_provider: block("network.calico_network_provider")
            .text("cloudprovider")
            .or_else(|| block("network.options").text("calico_cloud_provider")),
    };
    let nodelocal = block("dns").field("nodelocal").filter(|f| !f.value.is_nil());
    cluster.dns = Dns {
        provider: block("dns").text("provider"),
        nodelocal: nodelocal.map(|f| f.value.span),
        nodelocal_ip: nodelocal.and_then(|f| f.value.text("ip_address")),
    };
    cluster.ingress = Ingress {
        provider: block("ingress").text("provider"),
        default_backend: block("ingress").bool("default_backend"),
    };
    cluster.monitoring_provider = block("monitoring").text("provider");
    let kubelet = block("services.kubelet");
    cluster.kubelet = Kubelet {
        infra_container_image: kubelet.text("infra_container_image"),
        extra_env: kubelet.texts("extra_env"),
        extra_args: arguments(kubelet),
    };
    let etcd = block("services.etcd");
    cluster.etcd = Etcd { external: !etcd.texts("external_urls").is_empty(), snapshot: etcd.bool("snapshot") };
}

fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.field(name).map_or(&[][..], |f| f.value.items()).iter()
}

fn registry(entry: &Value) -> PrivateRegistry {
    PrivateRegistry {
        span: entry.span,
        url: entry.text("url"),
        user: entry.text("user"),
        password: entry.text("password"),
        is_default: entry.bool("is_default"),
        ecr: entry.field("ecr_credential_plugin").filter(|f| !f.value.is_nil()).map(|f| EcrPlugin {
            span: f.value.span,
            access_key_id: f.value.text("aws_access_key_id"),
            secret_access_key: f.value.text("aws_secret_access_key"),
            session_token: f.value.text("aws_session_token"),
        }),
    }
}

fn pinned(block: &Field) -> Vec<PinnedImage> {
    let schema = Schema::get();
    let Some(Kind::Struct(index)) = schema.key("system_images").map(|k| &k.ty.kind) else { return Vec::new() };
    let keys = &schema.structure(*index).keys;
    let pin = |field: &Field| {
        let key = keys.iter().find(|k| k.name == field.name)?.name;
        Some(PinnedImage { key, key_span: field.key, image: field.value.as_text()? })
    };
    block.value.fields().iter().filter_map(pin).collect()
}

fn node(entry: &Value) -> Node {
    Node {
        span: entry.span,
        address: entry.text("address"),
        internal_address: entry.text("internal_address"),
        hostname_override: entry.text("hostname_override"),
        port: entry.text("port"),
        user: entry.text("user"),
        ssh_key_path: entry.text("ssh_key_path"),
        roles: entry.texts("role"),
    }
}

fn arguments(service: &Value) -> Vec<(Spanned<String>, Spanned<String>)> {
    let text = |value: &Value| match &value.shape {
        Shape::List(items) => {
            let items: Vec<String> = items.iter().filter_map(Value::as_text).map(|t| t.value).collect();
            items.join(",")
        }
        Shape::Text(text) => text.clone(),
        _ => String::new(),
    };
    ["extra_args", "extra_args_array"]
        .into_iter()
        .filter_map(|name| service.at(name))
        .flat_map(Value::fields)
        .map(|f| (Spanned::new(f.name.to_string(), f.key), Spanned::new(text(&f.value), f.value.span)))
        .collect()
}
