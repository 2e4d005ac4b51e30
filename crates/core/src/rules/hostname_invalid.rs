use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};
use crate::form::template::is_placeholder;

pub static RULE: Rule = Rule { code: "D503", name: "hostname-invalid", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The node cannot join under this name.",
    why: "A node joins under `hostname_override`, or under its address where that is missing, in lower case. Kubernetes \
          takes letters, digits, `-` and `.` only, each part beginning and ending with a letter or digit. An address \
          with a port, an IPv6 address or a placeholder with `_` or `<` therefore needs a `hostname_override`, or is \
          no address. Source: rke v1.6.3, cluster/validation.go:332.",
    examples: &[
        Example {
            before: "\
nodes:
- address: 10.0.0.1
  hostname_override: worker_1
                     ^^^^^^^^
  user: ubuntu
  role: [worker]
",
            after: Some(
                "\
nodes:
- address: 10.0.0.1
  hostname_override: worker-1
  user: ubuntu
  role: [worker]
",
            ),
        },
        Example {
            before: "\
nodes:
- address: 10.0.0.1:2222
           ^^^^^^^^^^^^^
  user: ubuntu
  role: [worker]
",
            after: Some(
                "\
nodes:
- address: 10.0.0.1
  port: '2222'
  user: ubuntu
  role: [worker]
",
            ),
        },
    ],
};

const NO_SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or \
                            '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used \
                            for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (index, node) in facts.cluster.nodes.iter().enumerate() {
        let name = node.hostname();
        let mut errors = Vec::new();
        if name.len() > 253 {
            errors.push("must be no more than 253 characters");
        }
        if !name.split('.').all(is_label) {
            errors.push(NO_SUBDOMAIN);
        }
        let Some(written) = node.hostname_override.as_ref().or(node.address.as_ref()) else { continue };
        if errors.is_empty() {
            continue;
        }
        let overridden = node.hostname_override.is_some();
        let path = format!("nodes[{index}].{}", if overridden { "hostname_override" } else { "address" });
        let message = match overridden {
            true => format!("`{}` is no name for a node", written.value),
            false => format!("`{}` is no name for a node, and no `hostname_override` gives another", written.value),
        };
        let finding = reporter.report(written.span, path, message);
        finding.help(match is_placeholder(&written.value) {
            true => "rke fills in no placeholders: write the name or address itself",
            false => "letters, digits, `-` and `.`; at most 253",
        });
        let meant: String = name.trim().chars().map(|c| if c == '_' || c == ' ' { '-' } else { c }).collect();
        if overridden && meant.split('.').all(is_label) && meant.len() <= 253 {
            let edit = Edit::replace(written.span, meant.as_str());
            finding.fix(format!("write `{meant}`"), Safety::Uncertain, vec![edit]);
        } else if let Some((host, port)) = written.value.split_once(':')
            && !overridden
            && host.to_lowercase().split('.').all(is_label)
            && !port.is_empty()
            && port.bytes().all(|b| b.is_ascii_digit())
            && let Some(value) = facts.node_value(index).filter(|n| n.field("port").is_none())
            && let Some(key) = value.field("address").map(|f| f.key)
            && let Some(added) = facts.document.add_after(facts.text, key, &format!("port: '{port}'"))
        {
            let edits = vec![Edit::replace(written.span, host), added];
            finding.fix("give the port in `port`", Safety::Uncertain, edits);
        }
        let error = format!(
            "Failed to validate cluster: Hostname_override [{name}] for host ({}) is not valid: [{}]",
            index + 1,
            errors.join(" ")
        );
        finding.refused(Step::Hosts, 4 * index + 3, error);
    }
}

fn is_label(label: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = label.as_bytes();
    bytes.first().is_some_and(|b| plain(*b))
        && bytes.last().is_some_and(|b| plain(*b))
        && bytes.iter().all(|b| plain(*b) || *b == b'-')
}
