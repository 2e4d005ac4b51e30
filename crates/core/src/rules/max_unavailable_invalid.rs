use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D705", name: "max-unavailable-invalid", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The number of nodes to upgrade at a time is none.",
    why: "The values are a number above 0 or a percentage, rounded down but at least 1 and at most 50 nodes. rke reads \
          them when the cluster is there already: the first `rke up` succeeds, every later one stops. \
          Source: rke v1.6.3, services/node_util.go:92, cmd/up.go:187.",
    examples: &[Example {
        before: "\
upgrade_strategy:
  max_unavailable_worker: 0
                          ^
  max_unavailable_controlplane: one
                                ^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(strategy) = facts.cluster.config.at("upgrade_strategy") else { return };
    for key in ["max_unavailable_worker", "max_unavailable_controlplane"] {
        let Some(written) = strategy.text(key).filter(|text| !is_number_of_nodes(&text.value)) else { continue };
        let message = format!("`{}` is no number of nodes to upgrade at a time", written.value);
        let finding = reporter.report(written.span, format!("upgrade_strategy.{key}"), message);
        finding.help("a number above 0, or a percentage such as `10%`");
    }
}

fn is_number_of_nodes(text: &str) -> bool {
    match (text.parse::<i32>(), text.strip_suffix('%')) {
        (Ok(number), _) => number > 0,
        (Err(_), Some(percent)) => percent != "0" && !percent.starts_with('-') && percent.parse::<i64>().is_ok(),
        (Err(_), None) => false,
    }
}
