use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::schema::suggest;

pub static RULE: Rule = Rule { code: "D702", name: "etcd-inside-and-outside", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The cluster has etcd nodes and an external etcd.",
    why: "rke takes one or the other, and notices only once it has connected to the hosts. \
          Source: rke v1.6.3, cluster/validation.go:449.",
    examples: &[Example {
        before: "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: [controlplane, etcd]
services:
  etcd:
    external_urls: ['https://etcd.example.com:2379']
    ^^^^^^^^^^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if !facts.cluster.etcd.external {
        return;
    }
    // By another name it is another finding.
    let is_etcd = |role: &str| suggest::roles(role).is_some_and(|roles| roles.iter().any(|(role, _)| *role == "etcd"));
    let mut roles = facts.cluster.nodes.iter().flat_map(|node| &node.roles);
    let Some(role) = roles.find(|role| is_etcd(&role.value)) else { return };
    let span = facts.blame("services.etcd.external_urls");
    let message = "`external_urls` beside a node with the role `etcd`";
    let finding = reporter.report(span, "services.etcd.external_urls", message);
    finding.label(role.span, "an etcd of the cluster's own");
    finding.help("take the role from all nodes, or remove `external_urls`");
    if let Some(error) = facts.cluster.host_count_error() {
        finding.refused(Step::HostCount, 0, error);
    }
}
