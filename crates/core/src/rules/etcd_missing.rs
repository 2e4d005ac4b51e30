use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::schema::suggest;

pub static RULE: Rule = Rule { code: "D701", name: "etcd-missing", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "No node has the role etcd, and no external etcd is named.",
    why: "rke notices only once it has connected to all hosts, then it stops. Neither a controlplane nor a worker is \
          asked for, though without them nothing can run. Source: rke v1.6.3, cluster/validation.go:438.",
    examples: &[Example {
        before: "\
nodes:
^^^^^
- address: 10.0.0.1
  user: ubuntu
  role: [controlplane, worker]
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let cluster = facts.cluster;
    let Some(nodes) = cluster.config.field("nodes").filter(|_| !facts.cut_short() && !facts.mistyped("nodes")) else {
        return;
    };
    if cluster.etcd.external || cluster.nodes.iter().any(|node| node.roles.is_empty()) {
        return;
    }
    // Roles by other names are another finding; a role that is none at all may have been meant for etcd.
    let written = cluster.nodes.iter().flat_map(|node| &node.roles);
    let meant = written.map(|role| suggest::roles(&role.value).filter(|roles| !roles.is_empty()));
    let Some(meant) = meant.collect::<Option<Vec<_>>>() else { return };
    if meant.iter().flatten().any(|(role, _)| *role == "etcd") {
        return;
    }
    let message = if cluster.nodes.is_empty() { "`nodes` is empty" } else { "no node has the role `etcd`" };
    let finding = reporter.report(nodes.key, "nodes", message);
    finding.help("give one, three or five nodes the role `etcd`, or name an etcd of your own in `external_urls`");
    if let Some(error) = cluster.host_count_error() {
        finding.refused(Step::HostCount, 0, error);
    }
}
