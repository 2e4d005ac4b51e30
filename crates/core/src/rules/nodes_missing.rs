use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D506", name: "nodes-missing", severity: Severity::Note, check };

pub static DOC: Doc = Doc {
    summary: "The text names no nodes: it is a part of a cluster.yml.",
    why: "What stands in a part, as the manuals print them, is checked all the same. As a whole file it lacks `nodes` \
          with at least one etcd, and rke stops once it has connected to nobody. \
          Source: rke v1.6.3, cluster/validation.go:438.",
    examples: &[Example {
        before: "\
network:
^^^^^^^
  plugin: calico
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let config = &facts.cluster.config;
    // Rancher keeps the nodes of its clusters elsewhere.
    if facts.is_of_rancher()
        || facts.is_other_file()
        || facts.cut_short()
        || config.field("nodes").is_some()
        || facts.cluster.parse_error.is_some()
    {
        return;
    }
    let Some(first) = config.fields().first() else { return };
    let finding = reporter.report(first.key, "nodes", "no `nodes`: read as a part of a cluster.yml");
    finding.help(
        "a whole file has `nodes`, each with address, user and role, and among them controlplane, etcd and worker",
    );
}
