use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::effective::is_cidr;
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};

pub static RULE: Rule = Rule { code: "D601", name: "service-range-invalid", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The range of service addresses is no network in CIDR notation.",
    why: "rke takes the first address of the range for the API server: an address, a slash and the length of the prefix, \
          for two families separated by a comma. A blank behind the comma already belongs to the second range and makes \
          it unreadable. Source: rke v1.6.3, pki/util.go:381.",
    examples: &[
        Example {
            before: "\
services:
  kube-api:
    service_cluster_ip_range: 10.43.0.0
                              ^^^^^^^^^
",
            after: None,
        },
        Example {
            before: "\
network:
  plugin: calico
services:
  kube-api:
    service_cluster_ip_range: 10.43.0.0/16, fd98::/108
                                           ^^^^^^^^^^^
",
            after: Some(
                "\
network:
  plugin: calico
services:
  kube-api:
    service_cluster_ip_range: 10.43.0.0/16,fd98::/108
",
            ),
        },
    ],
};

const PATH: &str = "services.kube-api.service_cluster_ip_range";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let ranges = facts.cluster.service_range();
    let Some((nth, bad)) = ranges.split(',').enumerate().find(|(_, range)| !is_cidr(range)) else { return };
    let written = facts.blame(PATH);
    let message = format!("`{bad}` is no address range");
    let finding = reporter.report(facts.inside(written, bad), PATH, message);
    let tidy: String = ranges.chars().filter(|c| !c.is_whitespace()).collect();
    if tidy.split(',').all(is_cidr) {
        finding.help("blanks belong to the range: leave them out");
        finding.fix("remove the blanks", Safety::Safe, vec![Edit::replace(facts.document.inner_span(written), tidy)]);
    } else {
        finding.help("write an address, a slash and the prefix length, as in `10.43.0.0/16`");
    }
    let error = format!(
        "Failed to set network options: Failed to get Kubernetes Service IP: Failed to get kubernetes service IP from \
         Kube API option [service_cluster_ip_range]: invalid CIDR address: {bad}"
    );
    finding.refused(Step::ServiceRange, nth, error);
}
