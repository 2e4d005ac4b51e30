use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D707", name: "aci-template-missing", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "rke has no working aci for this Kubernetes version.",
    why: "Below 1.17 there is no template of aci at all. Some later ones name values that rke v1.6.3 no longer hands to \
          them, so they do not render: rke stops when it deploys the network, with the hosts set up. \
          Source: kontainer-driver-metadata, pkg/rke/templates/templates.go; rke v1.6.3, cluster/network.go:566.",
    examples: &[Example {
        before: "\
kubernetes_version: v1.16.15-rancher1-4
network:
  plugin: aci
          ^^^
",
        after: None,
    }],
};

const WITHOUT: &str = "<1.17.0-alpha || >=1.22.16-alpha <1.23.0-alpha || >=1.23.14-alpha <=1.23.16-rancher2-2 || \
                       >=1.24.8-alpha <=1.24.13-rancher2-1 || >=1.25.6-alpha <=1.25.9-rancher2-1";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.cluster.network_plugin() != "aci" || !facts.version().is_some_and(|version| version.is_in(WITHOUT)) {
        return;
    }
    let message = format!("no template of aci works for {}", facts.plan.kubernetes_version);
    let finding = reporter.report(facts.blame("network.plugin"), "network.plugin", message);
    finding.help("take another version of Kubernetes, such as the newest that this rke offers");
}
