use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::yaml::{Data, Document, loses_letters};

pub static RULE: Rule = Rule { code: "D506", name: "nodes-missing", severity: Severity::Note, check };

pub static DOC: Doc = Doc {
    summary: "The text names no nodes: it is a part of a cluster.yml, or nothing of one.",
    why: "What stands in a part, as the manuals print them, is checked all the same. As a whole file it lacks `nodes` \
          with at least one etcd, and rke stops once it has connected to nobody. \
          Source: rke v1.6.3, cluster/validation.go:438.",
    examples: &[
        Example {
            before: "\
network:
^^^^^^^
  plugin: calico
",
            after: None,
        },
        Example {
            before: "\
# network:
^^^^^^^^^^
#   plugin: calico
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let config = &facts.cluster.config;
    // Rancher keeps the nodes of its clusters elsewhere.
    if facts.is_of_rancher()
        || facts.is_other_file()
        || facts.cut_short()
        || loses_letters(facts.text)
        || config.field("nodes").is_some()
        || facts.cluster.parse_error.is_some()
    {
        return;
    }
    let (place, message) = match config.fields().first() {
        Some(first) => (first.key, "no `nodes`: read as a part of a cluster.yml"),
        None if is_empty(facts.document) => {
            let comment = facts.document.comments.first().copied().unwrap_or_default();
            (comment, "nothing is there: rke would fill in all defaults, and stop for want of a node")
        }
        None => return,
    };
    reporter.report(place, "nodes", message).help(
        "a whole file has `nodes`, each with address, user and role, and among them controlplane, etcd and worker",
    );
}

fn is_empty(document: &Document) -> bool {
    let Some(root) = document.root else { return true };
    match &document.node(root).data {
        Data::Scalar { .. } => true,
        Data::Mapping { entries, .. } => entries.is_empty(),
        _ => false,
    }
}
