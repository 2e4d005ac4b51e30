use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;
use crate::problem::Problem;

pub static RULE: Rule = Rule { code: "D011", name: "drain-input-lost", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "`ignore_daemonsets: false` is lost unless timeout and grace_period stand beside it.",
    why: "Where one of ignore_daemonsets, timeout or grace_period is missing from node_drain_input, rke replaces the whole \
          block by one that it decodes with JSON names, which ignore_daemonsets is not; the value is then unset, and \
          that counts as true. Source: rke v1.6.3, cluster/cluster.go:648-705.",
    examples: &[Example {
        before: "\
upgrade_strategy:
  drain: true
  node_drain_input:
    ignore_daemonsets: false
    ^^^^^^^^^^^^^^^^^
    timeout: 60
",
        after: Some(
            "\
upgrade_strategy:
  drain: true
  node_drain_input:
    ignore_daemonsets: false
    grace_period: -1
    timeout: 60
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    // Rancher hands the block over decoded: nothing reads it a second time.
    if facts.is_of_rancher() {
        return;
    }
    for problem in facts.problems {
        let Problem::DrainLost { span, at, missing } = problem else { continue };
        let names = missing.join(" and ");
        let finding = reporter.report(*span, at, format!("`ignore_daemonsets: false` is lost: {names} is not written"));
        // rke's own defaults.
        let lines: Vec<&str> =
            missing.iter().map(|name| if *name == "timeout" { "timeout: 120" } else { "grace_period: -1" }).collect();
        let block = facts.document.mapping_of(*span);
        let written = missing.iter().any(|name| block.is_some_and(|b| facts.document.get(b, name).is_some()));
        let edit = facts.document.add_after(facts.text, *span, &lines.join("\n")).filter(|_| !written);
        finding.help("write rke's defaults beside it: `timeout: 120`, `grace_period: -1`");
        finding.fix("write rke's defaults beside it", Safety::Safe, edit.into_iter().collect());
    }
}
