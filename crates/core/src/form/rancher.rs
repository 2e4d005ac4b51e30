//! Rancher's form of a cluster: its settings around the configuration, the keys by the names of its API.

use crate::schema::again::Table;
use crate::schema::{Kind, Schema, Type};
use crate::text::Span;
use crate::yaml::{Data, Document, NodeId};

/// In its editor, and in its API.
const RANCHER: [&str; 2] = ["rancher_kubernetes_engine_config", "rancherKubernetesEngineConfig"];

/// Rancher's form of a cluster, once its configuration is the root of the document.
pub struct Rancher {
    /// The key under which the configuration stands.
    pub key: Span,
    /// The first key in Rancher's spelling, and rke's for it.
    pub respelled: Option<(String, &'static str)>,
}

/// Makes the configuration in Rancher's form the root of the document, and reads Rancher's names of its keys as rke's:
/// Rancher takes them from its API. None where rke reads anything beside it.
pub fn enter_rancher(document: &mut Document) -> Option<Rancher> {
    let schema = Schema::get();
    let Kind::Struct(root) = schema.root().kind else { return None };
    let entries = document.entries(document.root?);
    let named = |key| document.scalar(key).unwrap_or_default();
    if entries.iter().any(|entry| schema.structure(root).key(named(entry.key)).is_some()) {
        return None;
    }
    // As an object of the Kubernetes API it stands in the specification.
    let specification = entries.iter().find(|entry| named(entry.key) == "spec").map(|entry| entry.value);
    let inside = specification.map_or(&[][..], |spec| document.entries(spec));
    let entry = *entries.iter().chain(inside).find(|entry| RANCHER.contains(&named(entry.key)))?;
    if !matches!(document.resolve(entry.value).data, Data::Mapping { .. }) {
        return None;
    }
    let mut spellings = Vec::new();
    respell(document, entry.value, schema.root(), &mut spellings);
    document.root = Some(entry.value);
    let respelled = spellings.first().map(|(key, name)| (named_text(document, *key), *name));
    for (key, name) in spellings {
        document.set_text(key, name);
    }
    Some(Rancher { key: document.node(entry.key).span, respelled })
}

fn named_text(document: &Document, key: NodeId) -> String {
    document.scalar(key).unwrap_or_default().to_owned()
}

/// Collects the keys that are written by the names of Rancher's API, each with rke's.
fn respell(document: &Document, id: NodeId, ty: &'static Type, found: &mut Vec<(NodeId, &'static str)>) {
    match &ty.kind {
        Kind::List(item) => document.items(id).iter().for_each(|id| respell(document, *id, item, found)),
        Kind::Struct(index) => {
            let structure = Schema::get().structure(*index);
            for entry in document.entries(id) {
                let Some(written) = document.scalar(entry.key) else { continue };
                let known = structure.key(written);
                let key = known.or_else(|| structure.keys.iter().find(|key| is_spelt(written, &key.json)));
                if structure.again
                    && let Some(name) = again(structure.name, written)
                {
                    found.push((entry.key, name));
                } else if let Some(key) = key {
                    if known.is_none() && document.get(id, key.name).is_none() {
                        found.push((entry.key, key.name));
                    }
                    respell(document, entry.value, &key.ty, found);
                }
            }
        }
        _ => {}
    }
}

/// Blocks that rke decodes a second time are written by the names of the API already, there in camel case.
fn again(structure: &str, written: &str) -> Option<&'static str> {
    let fields = &Table::get().named(structure)?.fields;
    fields.iter().map(|(name, _)| *name).find(|name| written != *name && is_spelt(written, name))
}

/// `kubeApi` of the API, which Rancher's editor shows as `kube_api`.
fn is_spelt(written: &str, json: &str) -> bool {
    let mut snake = String::with_capacity(json.len() + 4);
    for c in json.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    written == json || written == snake
}

#[cfg(test)]
mod tests {
    use crate::plan::Options;
    use crate::{as_written, check};

    const WRAPPED: &str = "\
name: prod
docker_root_dir: /var/lib/docker
rancher_kubernetes_engine_config:
  network:
    plugin: calico
  private_registries:
  - url: https://r.example.com
    is_default: true
";

    #[test]
    fn the_configuration_inside_is_checked_at_its_own_places() {
        let checked = check(WRAPPED, &Options::default());
        let url = checked.diagnostics.iter().find(|d| d.at == "private_registries[0].url").unwrap();
        assert!(WRAPPED[url.span.range()].starts_with("https://"));
        assert_eq!(checked.cluster.network_plugin(), "calico");
        assert!(checked.diagnostics.iter().all(|d| d.at != "docker_root_dir"), "{:?}", checked.diagnostics);
        let literal = as_written(WRAPPED, &Options::default());
        assert_eq!((literal.cluster.network_plugin(), literal.plan.registries.entries.len()), ("canal", 0));
    }

    #[test]
    fn keys_are_read_by_the_names_of_ranchers_api() {
        let editor = "\
rancher_kubernetes_engine_config:
  ignore_docker_version: true
  cloud_provider:
    aws_cloud_provider: {}
  services:
    kube_api:
      service_cluster_ip_range: 10.1.0.0/16
    etcd:
      backup_config:
        s3_backup_config: {bucket_name: b, endpoint: s3.example.com}
  private_registries:
  - url: 123456789012.dkr.ecr.us-east-1.amazonaws.com
    ecrCredentialPlugin: {aws_access_key_id: A, aws_secret_access_key: B}
  upgrade_strategy:
    node_drain_input: {ignore_daemon_sets: false}
";
        let api = "\
apiVersion: management.cattle.io/v3
kind: Cluster
spec:
  rancherKubernetesEngineConfig:
    services: {kubeApi: {serviceClusterIpRange: 10.1.0.0/16}}
    privateRegistries: [{url: r.io, isDefault: true}]
";
        for text in [editor, api] {
            let checked = check(text, &Options::default());
            let unknown: Vec<_> = checked.diagnostics.iter().filter(|d| d.code.starts_with("D1")).collect();
            assert!(unknown.is_empty(), "{unknown:?}");
            let range = checked.cluster.config.at("services.kube-api").unwrap().text("service_cluster_ip_range");
            assert_eq!(range.unwrap().value, "10.1.0.0/16");
            assert_eq!(checked.plan.registries.entries.len(), 1);
            let help = checked.diagnostics.iter().find(|d| d.code == "D012").unwrap().help.as_ref().unwrap();
            assert!(help.contains("be `"), "{help}");
        }
        let left = crate::fix_all(editor, &Options::default(), |_, _| true).0;
        assert!(left.contains("kube_api:") && left.contains("ignore_daemon_sets: false"), "{left}");
    }

    #[test]
    fn what_is_added_stands_inside() {
        let (mut document, _) = crate::yaml::Document::parse(WRAPPED);
        super::enter_rancher(&mut document).unwrap();
        let edit = document.add_at_end(WRAPPED, "services:\n  kubelet: {}");
        assert_eq!(edit.text, "  services:\n    kubelet: {}\n");
    }

    #[test]
    fn a_file_that_rke_reads_is_no_form_of_rancher() {
        let both = format!("nodes: []\n{WRAPPED}");
        assert_eq!(check(&both, &Options::default()).cluster.network_plugin(), "canal");
    }
}
