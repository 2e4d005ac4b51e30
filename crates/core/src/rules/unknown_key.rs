use super::{Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::problem::{Problem, UnknownKey};
use crate::schema::suggest::{Suggestion, means_ecr_plugin, suggest};

pub static RULE: Rule = Rule {
    code: "D101",
    name: "unknown-key",
    severity: Severity::Warning,
    summary: "rke has no such key and ignores it with everything below it.",
    why: "rke does not decode strictly: a key that it does not know, or knows in another spelling or another place, \
          vanishes without a message. Keys are compared exactly, in case, dash and underscore. \
          Source: gopkg.in/yaml.v2 v2.4.0 without strict mode, rke v1.6.3 cluster/cluster.go:718.",
    examples: &[
        Example {
            before: "\
private_registries:
- url: registry.example.com
  username: reader # read only
  ^^^^^^^^
  password: secret
",
            after: Some(
                "\
private_registries:
- url: registry.example.com
  user: reader # read only
  password: secret
",
            ),
        },
        Example {
            before: "\
services:
  kube_api:
  ^^^^^^^^
    always_pull_images: true
",
            after: Some(
                "\
services:
  kube-api:
    always_pull_images: true
",
            ),
        },
        Example {
            before: "\
cluster_cidr: 10.42.0.0/16
^^^^^^^^^^^^
",
            after: None,
        },
    ],
    check,
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::UnknownKey(unknown) = problem else { continue };
        if means_ecr_plugin(unknown) || holds_an_anchor(facts.text, unknown) {
            continue;
        }
        let finding =
            reporter.report(unknown.span, &unknown.at, format!("rke ignores the unknown key `{}`", unknown.key));
        match suggest(unknown) {
            Some(Suggestion::Removed { note }) => {
                finding.help(format!("the key was removed from rke: {note}"));
            }
            Some(Suggestion::Elsewhere { path }) => {
                finding.help(format!("rke reads it as `{path}`"));
            }
            Some(Suggestion::Sibling { name, sure }) => {
                finding.help(format!("did you mean `{name}`?"));
                if !unknown.siblings.iter().any(|s| s == name) {
                    let safety = if sure { Safety::Safe } else { Safety::Uncertain };
                    let edit = Edit::replace(unknown.span, name);
                    finding.fix(format!("rename to `{name}`"), safety, vec![edit]);
                }
            }
            None => {}
        }
    }
}

/// An extra key that holds an anchor serves the keys that use it.
fn holds_an_anchor(text: &str, unknown: &UnknownKey) -> bool {
    let value = text[unknown.span.end..unknown.entry.end].trim_start_matches([':', ' ', '"', '\'']);
    value.starts_with('&') || unknown.key.starts_with("x-")
}
