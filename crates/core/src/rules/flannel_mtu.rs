use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D608", name: "flannel-mtu", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "flannel takes no `mtu`.",
    why: "flannel finds the packet size by itself; rke has no place in its template for one of the file and refuses any \
          value but 0. canal, calico and weave take it. Source: rke v1.6.3, cluster/validation.go:213.",
    examples: &[Example {
        before: "\
network:
  plugin: flannel
  mtu: 1450
       ^^^^
",
        after: Some(
            "\
network:
  plugin: flannel
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.cluster.network_plugin() != "flannel" {
        return;
    }
    let Some(field) = facts.cluster.config.field_at("network.mtu") else { return };
    let Some(mtu) = facts.cluster.config.at("network").and_then(|n| n.int("mtu")).filter(|mtu| mtu.value != 0) else {
        return;
    };
    let finding =
        reporter.report(mtu.span, "network.mtu", format!("`mtu: {}` with flannel, which takes none", mtu.value));
    let edit = facts.document.remove_entry(facts.text, field.key);
    finding.help("remove it, or take canal").fix("remove `mtu`", Safety::Uncertain, edit.into_iter().collect());
    let error = "Failed to validate cluster: Network plugin [flannel] does not support configuring MTU";
    finding.refused(Step::Network, 1, error);
}
