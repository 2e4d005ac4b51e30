use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D609", name: "weave-removed", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "weave ends with Kubernetes 1.30.",
    why: "The project behind weave has stopped. rke warns of it from 1.27 on and refuses it from 1.30 on; a running \
          cluster cannot change its plugin, so the way on is a new cluster. \
          Source: rke v1.6.3, cluster/validation.go:217 and 731.",
    examples: &[
        Example {
            before: "\
kubernetes_version: v1.30.5-rancher1-1
network:
  plugin: weave
          ^^^^^
",
            after: None,
        },
        Example {
            before: "\
kubernetes_version: v1.28.14-rancher1-1
network:
  plugin: weave
          ^^^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(version) = facts.version() else { return };
    if facts.cluster.network_plugin() != "weave" || !version.is_in(">=1.27.0 || >=1.30.0-rancher0") {
        return;
    }
    let kubernetes = &facts.plan.kubernetes_version;
    let removed = version.is_in(">=1.30.0-rancher0");
    let word = if removed { "is gone in" } else { "is on its way out in" };
    let message = format!("weave {word} {kubernetes}");
    let finding = reporter.report(facts.blame("network.plugin"), "network.plugin", message);
    finding.help(match facts.cluster.kubernetes_version {
        Some(_) => "canal is the default, calico does more; a running cluster keeps its plugin",
        None => "that is rke's default version: a running cluster keeps its plugin, and needs an older one written",
    });
    if removed {
        let error = "Failed to validate cluster: weave CNI support is removed for k8s version >=1.30.0";
        finding.refused(Step::Network, 2, error);
    } else {
        finding.severity(Severity::Warning);
    }
}
