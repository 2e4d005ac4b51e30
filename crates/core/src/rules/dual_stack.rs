use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D610", name: "dual-stack", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The network plugin cannot do IPv4 and IPv6 at once.",
    why: "A comma in the range of services or of pods means two families. Only calico has templates for that, and aci \
          from the versions on that bring aci 5.2.7.1. Source: rke v1.6.3, cluster/validation.go:234.",
    examples: &[
        Example {
            before: "\
network:
  plugin: canal
          ^^^^^
services:
  kube-controller:
    cluster_cidr: 10.42.0.0/16,fd98:1::/64
",
            after: None,
        },
        Example {
            before: "\
services:
  kube-api:
    service_cluster_ip_range: 10.43.0.0/16,fd98::/108
                              ^^^^^^^^^^^^^^^^^^^^^^^
",
            after: None,
        },
    ],
};

const RANGES: [&str; 2] = ["services.kube-api.service_cluster_ip_range", "services.kube-controller.cluster_cidr"];
const DUAL_STACK_ACI: &str = ">=1.23.16-rancher2-3 <=1.23.99 || >=1.24.13-rancher2-2 <=1.24.99 || >=1.25.9-rancher2-2";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let cluster = facts.cluster;
    let doubled = [cluster.service_range(), cluster.cluster_cidr()].iter().position(|range| range.contains(','));
    let Some(path) = doubled.map(|which| RANGES[which]) else { return };
    let plugin = cluster.network_plugin();
    let kubernetes = &facts.plan.kubernetes_version;
    let old_aci = plugin == "aci" && facts.version().is_some_and(|version| !version.is_in(DUAL_STACK_ACI));
    if plugin == "calico" || plugin == "aci" && !old_aci {
        return;
    }
    let written = cluster.network.plugin.is_some();
    let (span, at) =
        if written { (facts.blame("network.plugin"), "network.plugin") } else { (facts.blame(path), path) };
    let message = match old_aci {
        true => format!("the aci of {kubernetes} cannot do two address families"),
        false => format!("`{plugin}` cannot do two address families"),
    };
    let finding = reporter.report(span, at, message);
    if written {
        finding.label(facts.blame(path), "two ranges");
    }
    finding.help("take calico, or a single range");
    if old_aci {
        let error = format!(
            "Failed to validate cluster: Cluster version [{kubernetes}] does not have dualstack supported aci cni version"
        );
        finding.refused(Step::Network, 4, error);
    } else {
        let error = format!("Failed to validate cluster: Network plugin [{plugin}] does not support IPv6 (dualstack)");
        finding.refused(Step::Network, 3, error);
    }
}
