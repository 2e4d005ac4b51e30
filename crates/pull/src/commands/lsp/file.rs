//! One open file: its text as the editor has it, whether it is a cluster.yml, and what was found in it.

use drydock_core::check;
use drydock_core::diagnostic::Diagnostic;
use drydock_core::plan::Options;
use drydock_core::render::redact::Redactor;
use drydock_core::schema::Schema;
use drydock_core::yaml::{Data, Document};
use gen_lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::places::{Encoding, Places};
use crate::input;

/// Names without `.yml` or `.yaml`.
const NAMES: [&str; 3] = ["cluster", "rancher-cluster", "rke"];
const SUFFIX: &str = ".rke";
/// Keys at the top that only rke and Rancher read.
const TELLING: [&str; 3] = ["private_registries", "system_images", "rancher_kubernetes_engine_config"];

pub struct File {
    pub uri: Uri,
    pub version: i32,
    pub text: String,
    /// Whether anything is said about it.
    pub is_cluster: bool,
    pub diagnostics: Vec<Diagnostic>,
    pub secrets: Redactor,
}

impl File {
    pub fn open(item: TextDocumentItem, options: &Options) -> Self {
        let mut file = Self {
            uri: item.uri,
            version: item.version,
            text: item.text,
            is_cluster: false,
            diagnostics: Vec::new(),
            secrets: Redactor::default(),
        };
        file.read(options);
        file
    }

    /// Each change is counted in the text that the one before it left.
    pub fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
        options: &Options,
    ) {
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let span = Places::new(&self.text, encoding).span(part.range);
                    self.text.replace_range(span.range(), &part.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    self.text = whole.text;
                }
            }
        }
        self.version = version;
        self.read(options);
    }

    fn read(&mut self, options: &Options) {
        self.is_cluster = self.text.len() <= input::LIMIT && is_cluster(&self.uri.0, &self.text, self.is_cluster);
        (self.diagnostics, self.secrets) = if self.is_cluster {
            let checked = check(&self.text, options);
            let secrets = Redactor::find(&self.text, &checked.cluster);
            (checked.diagnostics, secrets)
        } else {
            Default::default()
        };
    }
}

/// Editors attach a server to all YAML: a file counts by its name or by its keys, and once it counted until its keys
/// say that it is something else. Half a line that breaks the YAML is no reason to fall silent.
fn is_cluster(uri: &str, text: &str, before: bool) -> bool {
    let (document, _) = Document::parse(text);
    let Some(root) = document.root else { return before || has_name(uri) };
    if matches!(document.resolve(root).data, Data::Sequence { .. }) {
        return false;
    }
    let keys: Vec<&str> = document.entries(root).iter().filter_map(|entry| document.scalar(entry.key)).collect();
    if ["apiVersion", "kind"].iter().all(|key| keys.contains(key)) {
        return false;
    }
    let is_known = |key: &&&str| Schema::get().key(key).is_some();
    let told = keys.iter().any(|key| TELLING.contains(key))
        || keys.contains(&"nodes") && keys.iter().filter(is_known).count() > 1;
    before || told || has_name(uri)
}

fn has_name(uri: &str) -> bool {
    let name = uri.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    stem.is_some_and(|stem| NAMES.contains(&stem) || stem.ends_with(SUFFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_by_its_name_or_by_its_keys() {
        for name in ["cluster.yml", "cluster.yaml", "rancher-cluster.yml", "prod.rke.yml", "rke.yaml"] {
            assert!(is_cluster(&format!("file:///a/{name}"), "", false), "{name}");
        }
        for text in ["private_registries: []\n", "nodes: []\nnetwork: {}\n", "rancher_kubernetes_engine_config: {}\n"] {
            assert!(is_cluster("untitled:Untitled-1", text, false), "{text}");
        }
    }

    #[test]
    fn other_yaml_is_left_alone() {
        for (uri, text) in [
            ("file:///a/values.yml", "ingress: {}\nmonitoring: {}\nservices: {}\n"),
            ("file:///a/nodes.yml", "nodes: [a, b]\nname: x\n"),
            ("file:///a/my-cluster.yml", ""),
            ("file:///cluster.yml.md", ""),
            // Cluster API, eksctl; a playbook of kubespray.
            ("file:///a/cluster.yaml", "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n"),
            ("file:///a/cluster.yml", "- hosts: all\n"),
        ] {
            assert!(!is_cluster(uri, text, false), "{uri}");
        }
    }

    #[test]
    fn what_counted_stays_while_it_is_edited() {
        assert!(is_cluster("untitled:1", "private_registries: [\n", true));
        assert!(is_cluster("untitled:1", "", true));
        assert!(!is_cluster("untitled:1", "apiVersion: v1\nkind: Pod\n", true));
    }
}
