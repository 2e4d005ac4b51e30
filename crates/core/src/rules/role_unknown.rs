use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::effective::ROLES;
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};
use crate::schema::suggest;

pub static RULE: Rule = Rule { code: "D502", name: "role-unknown", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A node has a role that rke does not know.",
    why: "There are three roles, written in lower case: controlplane, etcd and worker. Several roles are several items \
          of the list. rke sorts its hosts by role before it validates anything else about them. \
          Source: rke v1.6.3, cluster/hosts.go:107.",
    examples: &[
        Example {
            before: "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: [Controlplane, etcd]
         ^^^^^^^^^^^^
",
            after: Some(
                "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: [controlplane, etcd]
",
            ),
        },
        Example {
            before: "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role:
  - worker,etcd
    ^^^^^^^^^^^
",
            after: Some(
                "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: [worker, etcd]
",
            ),
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let mut nth = 0;
    for (index, node) in facts.cluster.nodes.iter().enumerate() {
        for (position, role) in node.roles.iter().enumerate() {
            nth += 1;
            let written = role.value.as_str();
            if ROLES.contains(&written) {
                continue;
            }
            let path = format!("nodes[{index}].role");
            let message = match written {
                "" => format!("an empty role in `{path}`"),
                _ => format!("`{written}` in `{path}` is no role"),
            };
            let finding = reporter.report(role.span, path, message);
            finding.help(format!("roles are {}, each an item of its own", ROLES.join(", ")));
            if let Some(meant) = suggest::roles(written) {
                let safety = if meant.iter().all(|(_, sure)| *sure) { Safety::Safe } else { Safety::Uncertain };
                let names: Vec<&str> = meant.iter().map(|(name, _)| *name).collect();
                let edit = match names.as_slice() {
                    [] => None,
                    [name] => Some(Edit::replace(role.span, *name)),
                    _ => {
                        let mut roles: Vec<&str> = node.roles.iter().map(|r| r.value.as_str()).collect();
                        roles.splice(position..=position, names.iter().copied());
                        let key = facts.node_value(index).and_then(|n| n.field("role")).map(|f| f.key);
                        key.and_then(|key| facts.document.set_list(facts.text, key, &roles))
                    }
                };
                finding.fix(format!("write {}", names.join(", ")), safety, edit.into_iter().collect());
            }
            let error = format!(
                "Failed to classify hosts from config file: Failed to recognize host [{}] role {written}",
                node.address()
            );
            finding.refused(Step::Roles, nth, error);
        }
    }
}
