use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D704", name: "drain-without-input", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "`drain: true` without `node_drain_input` crashes rke at the first upgrade.",
    why: "rke fills in the settings of draining only where draining is off. With `drain: true` and no block of its own it \
          follows a pointer to nothing as soon as a node is to be upgraded: not when the cluster is made, but later. \
          Source: rke v1.6.3, cluster/defaults.go:329, services/node_util.go:51.",
    examples: &[Example {
        before: "\
upgrade_strategy:
  drain: true
  ^^^^^
",
        after: Some(
            "\
upgrade_strategy:
  drain: true
  node_drain_input: {ignore_daemonsets: true, grace_period: -1, timeout: 120}
",
        ),
    }],
};

const PATH: &str = "upgrade_strategy.node_drain_input";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let cluster = facts.cluster;
    let Some(strategy) = cluster.config.at("upgrade_strategy") else { return };
    let Some(drain) = strategy.field("drain").filter(|_| strategy.bool("drain").is_some_and(|drain| drain.value))
    else {
        return;
    };
    if cluster.has(PATH) || facts.cut_short() || facts.mistyped(PATH) {
        return;
    }
    let finding = reporter.report(drain.key, PATH, "`drain: true` without `node_drain_input`");
    let defaults = "{ignore_daemonsets: true, grace_period: -1, timeout: 120}";
    let edit = match strategy.field("node_drain_input") {
        Some(empty) => facts.document.set_value(facts.text, empty.key, defaults),
        None => facts.document.add_after(facts.text, drain.key, &format!("node_drain_input: {defaults}")),
    };
    finding.help("give the block, with the values that rke uses where draining is off");
    finding.fix("add rke's own values", Safety::Uncertain, edit.into_iter().collect());
}
