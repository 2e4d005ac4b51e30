use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::Safety;
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D501", name: "node-incomplete", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A node needs an address, a user and at least one role.",
    why: "rke has no default for any of the three: it connects to the address by SSH as this user, and deploys what the \
          roles ask for. Two nodes without an address are refused as twice the same node. \
          Source: rke v1.6.3, cluster/validation.go:323 and 459.",
    examples: &[
        Example {
            before: "\
nodes:
- address: 10.0.0.1
           ^^^^^^^^
  role: [controlplane, etcd, worker]
",
            after: Some(
                "\
nodes:
- address: 10.0.0.1
  user: CHANGE_ME
  role: [controlplane, etcd, worker]
",
            ),
        },
        Example {
            before: "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: []
  ^^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.cut_short() {
        return;
    }
    let mut without_address = 0;
    for (index, node) in facts.cluster.nodes.iter().enumerate() {
        let missing = [
            ("address", "Address", node.address().is_empty()),
            ("user", "User", node.user.is_none()),
            ("role", "Role", node.roles.is_empty()),
        ];
        for (nth, (key, word, _)) in missing.into_iter().enumerate().filter(|(_, (.., missing))| *missing) {
            let at = format!("nodes[{index}]");
            let path = format!("{at}.{key}");
            if facts.mistyped(&path) {
                continue;
            }
            let finding = reporter.report(place(facts, index, key), path, format!("`{at}` has no `{key}`"));
            match key {
                "address" => finding.help("give the address under which rke reaches the host by SSH"),
                "user" => finding.help("give the SSH user; it must be allowed to use Docker on the host"),
                _ => finding.help("give a list of controlplane, etcd and worker"),
            };
            if key == "user"
                && let Some(address) = facts.node_value(index).and_then(|n| n.field("address"))
            {
                let edit = facts.document.fill_in(facts.text, address.key, "user");
                finding.fix("add `user` to fill in", Safety::Placeholder, edit.into_iter().collect());
            }
            if key == "address" && without_address > 0 {
                let error = "Failed to validate cluster: Cluster can't have duplicate node: ";
                finding.refused(Step::DuplicateNodes, 2 * index, error);
            } else {
                let error = format!("Failed to validate cluster: {word} for host ({}) is not provided", index + 1);
                finding.refused(Step::Hosts, 4 * index + nth, error);
            }
        }
        without_address += usize::from(node.address().is_empty());
    }
}

/// The empty key, else what tells the node from others.
fn place(facts: &Facts<'_>, index: usize, key: &str) -> Span {
    let node = facts.node_value(index);
    if let Some(field) = node.and_then(|n| n.field(key)) {
        return field.key;
    }
    let address = facts.cluster.nodes[index].address.as_ref().map(|a| a.span);
    address.or_else(|| node?.fields().first().map(|f| f.key)).unwrap_or(facts.cluster.nodes[index].span)
}
