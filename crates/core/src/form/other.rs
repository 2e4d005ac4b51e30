//! Files of other programs.

use crate::image::catalogue::DEFAULT_RELEASE;
use crate::problem::{Problem, UnknownKey};
use crate::schema::suggest::{Suggestion, suggest};
use crate::schema::{Kind, Schema, Type};
use crate::yaml::{Document, NodeId};

/// Top level keys of files that lie beside a cluster.yml, and what such a file is.
const SIGNS: [(&[&str], &str); 3] = [
    (&["mirrors", "configs"], "a registries.yaml of RKE2 or K3s"),
    (&["token", "server", "tls-san", "cni", "write-kubeconfig-mode"], "a configuration of RKE2 or K3s"),
    (&["jobs", "on"], "a workflow of GitHub Actions"),
];

/// What so many keys say of a file, the others say too.
const JUDGED: usize = 100;

/// One finding in place of an unknown key for each key of a file that is another program's.
pub fn other(document: &Document, problems: &mut Vec<Problem>) {
    let has_form = |p: &Problem| matches!(p, Problem::StateFile { .. } | Problem::RancherForm { .. });
    if document.stop.is_some() || problems.iter().any(has_form) {
        return;
    }
    let Some(root) = document.root else { return };
    let Some(first) = document.entries(root).first() else { return };
    let Some(what) = named(document, root).or_else(|| unnamed(document, root, problems)) else { return };
    problems.retain(|problem| !matches!(problem, Problem::UnknownKey(_) | Problem::MoreDocuments { .. }));
    problems.push(Problem::OtherFile { span: document.node(first.key).span, what });
}

fn named(document: &Document, root: NodeId) -> Option<String> {
    let text = |key| document.get(root, key).and_then(|value| document.scalar(value));
    if knows(document, root, Schema::get().root(), |key| key != "services") {
        return None;
    }
    if let (Some(version), Some(kind)) = (text("apiVersion"), text("kind")) {
        let is_kubeconfig = kind == "Config" && document.get(root, "clusters").is_some();
        return Some(match is_kubeconfig {
            true => "a kubeconfig".to_owned(),
            false => format!("a Kubernetes object, `{kind}` of {version}"),
        });
    }
    let services = document.get(root, "services");
    if let Some(services) = services.filter(|services| !document.entries(*services).is_empty()) {
        let runs = |value| ["image", "build"].iter().any(|key| document.get(value, key).is_some());
        let parts = document.entries(services);
        let is_rkes = Schema::get().key("services").is_some_and(|key| knows(document, services, &key.ty, |_| true));
        let is_compose = !is_rkes && parts.iter().any(|part| runs(part.value));
        return is_compose.then(|| "a Compose file".to_owned());
    }
    let is_there = |key: &&str| document.get(root, key).is_some();
    let (_, what) = SIGNS.iter().find(|(keys, _)| keys.iter().filter(|key| is_there(key)).count() > 1)?;
    Some((*what).to_owned())
}

/// Several keys, and not one that rke reads here or, as a whole block, anywhere else.
fn unnamed(document: &Document, root: NodeId, problems: &[Problem]) -> Option<String> {
    if knows(document, root, Schema::get().root(), |_| true) {
        return None;
    }
    let is_block = |key: &str| {
        document.get(root, key).is_some_and(|v| !document.entries(v).is_empty() || !document.items(v).is_empty())
    };
    let is_meant = |unknown: &UnknownKey| match suggest(unknown, DEFAULT_RELEASE) {
        Some(Suggestion::Elsewhere { .. }) => is_block(&unknown.key),
        suggestion => suggestion.is_some(),
    };
    let unknown =
        || problems.iter().filter_map(|p| if let Problem::UnknownKey(unknown) = p { Some(unknown) } else { None });
    let keys = unknown().count();
    let is_foreign = keys > 1 && !unknown().take(JUDGED).any(is_meant);
    is_foreign.then(|| format!("rke knows none of its {keys} keys"))
}

/// Whether rke reads one of the keys that count in a block of this type.
fn knows(document: &Document, block: NodeId, ty: &Type, counts: impl Fn(&str) -> bool) -> bool {
    let Kind::Struct(index) = ty.kind else { return false };
    let structure = Schema::get().structure(index);
    let mut keys = document.entries(block).iter().filter_map(|entry| document.scalar(entry.key));
    keys.any(|key| counts(key) && structure.key(key).is_some())
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::plan::Options;

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let diagnostics = check(text, &Options::default()).diagnostics;
        diagnostics.into_iter().map(|d| (d.code, d.message)).collect()
    }

    #[test]
    fn another_programs_file_is_named_once() {
        let files = [
            ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {}\n---\na: 1\n", "`Secret` of v1"),
            ("apiVersion: provisioning.cattle.io/v1\nkind: Cluster\nspec: {}\n", "provisioning.cattle.io/v1"),
            ("version: '3'\nservices:\n  web: {image: nginx}\n  db: {build: .}\nvolumes: {}\n", "a Compose file"),
            ("apiVersion: v1\nkind: Config\nclusters: []\nusers: []\n", "a kubeconfig"),
            ("mirrors: {}\nconfigs: {}\n", "a registries.yaml"),
            ("token: a\nserver: https://10.0.0.1:9345\ncni: none\n", "RKE2"),
            ("name: ci\non: push\njobs: {}\n", "GitHub"),
            ("image: a\nreplicas: 2\nresources: {}\n", "none of its 3 keys"),
        ];
        for (text, what) in files {
            let found = found(text);
            assert!(matches!(&found[..], [("D016", message)] if message.contains(what)), "{text}{found:?}");
        }
    }

    #[test]
    fn a_part_of_a_cluster_yml_is_none() {
        let parts = [
            "kubelet:\n  extra_args: {}\nkube-api: {}\n",
            "services:\n  kube_api: {}\n  etcd: {}\n",
            "services:\n  kube_api: {image: a}\nnodes: []\n",
            "apiVersion: v1\nkind: x\nnodes: []\n",
            "clustername: a\nfoo: b\n",
            "foo: b\n",
        ];
        for text in parts {
            assert!(found(text).iter().all(|(code, _)| *code != "D016"), "{text}{:?}", found(text));
        }
    }
}
