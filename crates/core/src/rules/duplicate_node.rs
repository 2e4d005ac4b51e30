use std::borrow::Cow;
use std::collections::HashMap;

use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::Node;
use crate::diagnostic::{Severity, Step};
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D504", name: "duplicate-node", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "Two nodes have the same address or the same name.",
    why: "rke keeps one entry for each address and each name. Names are compared in lower case, and a node without \
          `hostname_override` has its address as name. Several roles of one host belong into one entry. \
          Source: rke v1.6.3, cluster/validation.go:455.",
    examples: &[Example {
        before: "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: [controlplane, etcd]
- address: 10.0.0.1
           ^^^^^^^^
  user: ubuntu
  role: [worker]
- address: 10.0.0.2
  hostname_override: one
  user: ubuntu
  role: [worker]
- address: 10.0.0.3
  hostname_override: One
                     ^^^
  user: ubuntu
  role: [worker]
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let (mut addresses, mut names) = (HashMap::new(), HashMap::new());
    for (index, node) in facts.cluster.nodes.iter().enumerate() {
        let name = node.hostname();
        let first = |of: usize| Some(of).filter(|of| *of < index);
        let address = first(*addresses.entry(Cow::Borrowed(node.address())).or_insert(index));
        let of_name = first(*names.entry(Cow::<str>::Owned(name.clone())).or_insert(index));
        let twin = address.or(of_name);
        let Some(twin) = twin.filter(|_| address.is_none() || !node.address().is_empty()) else { continue };
        let (key, what, value, nth) = match (address, &node.hostname_override) {
            (Some(_), _) => ("address", "address", node.address(), 2 * index),
            (None, Some(_)) => ("hostname_override", "name", name.as_str(), 2 * index + 1),
            (None, None) => ("address", "name", name.as_str(), 2 * index + 1),
        };
        let message = format!("`nodes[{index}]` has the {what} `{value}` of `nodes[{twin}]`");
        let finding = reporter.report(place(node, what), format!("nodes[{index}].{key}"), message);
        finding.label(place(&facts.cluster.nodes[twin], what), "first here");
        finding.help("one entry for each host, with all its roles; a name of its own for each");
        let error = format!("Failed to validate cluster: Cluster can't have duplicate node: {value}");
        finding.refused(Step::DuplicateNodes, nth, error);
    }
}

fn place(node: &Node, what: &str) -> Span {
    let name = node.hostname_override.as_ref().filter(|_| what == "name");
    name.or(node.address.as_ref()).map_or(node.span, |written| written.span)
}
