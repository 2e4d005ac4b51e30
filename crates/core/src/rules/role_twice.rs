use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D505", name: "role-twice", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "A node has the same role twice.",
    why: "rke puts the host once into the list of a role for each time the role is written, so everything of that role \
          is done to the host twice, at the same time. Source: rke v1.6.3, cluster/hosts.go:93.",
    examples: &[Example {
        before: "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: [worker, etcd, worker]
                       ^^^^^^
",
        after: Some(
            "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: [worker, etcd]
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (index, node) in facts.cluster.nodes.iter().enumerate() {
        let mut once: Vec<&str> = Vec::new();
        let mut again = None;
        for role in &node.roles {
            match once.contains(&role.value.as_str()) {
                true => again = again.or(Some(role)),
                false => once.push(&role.value),
            }
        }
        let Some(role) = again else { continue };
        let message = format!("`nodes[{index}].role` holds `{}` twice", role.value);
        let finding = reporter.report(role.span, format!("nodes[{index}].role"), message);
        let key = facts.node_value(index).and_then(|n| n.field("role")).map(|f| f.key);
        let edit = key.and_then(|key| facts.document.set_list(facts.text, key, &once));
        finding.help("name each role once").fix("name each role once", Safety::Safe, edit.into_iter().collect());
    }
}
