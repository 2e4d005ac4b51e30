use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::problem::{Problem, UnknownKey};
use crate::schema::suggest::{
    Suggestion, inside_the_key_above, is_accepted, may_be_version, means_ecr_plugin, says_nothing, suggest,
};

pub static RULE: Rule = Rule { code: "D101", name: "unknown-key", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
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
ingress:
provider: none
^^^^^^^^
cluster_cidr: 10.42.0.0/16
^^^^^^^^^^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::UnknownKey(unknown) = problem else { continue };
        if means_ecr_plugin(unknown) || holds_an_anchor(facts.text, unknown) {
            continue;
        }
        let finding =
            reporter.report(unknown.span, &unknown.at, format!("rke ignores the unknown key `{}`", unknown.key));
        if let Some(path) = inside_the_key_above(facts.document, unknown) {
            finding.help(format!("rke reads it as `{path}`: indent it"));
            continue;
        }
        match suggest(unknown) {
            Some(Suggestion::Removed { note }) => {
                finding.help(format!("the key was removed from rke: {note}"));
                // Older releases write every key into the file that they generate.
                if says_nothing(facts.document, unknown) {
                    finding.severity(Severity::Note);
                }
            }
            Some(Suggestion::Elsewhere { path }) if !path.contains('.') => {
                finding.help("rke reads it at the top level");
            }
            Some(Suggestion::Elsewhere { path }) => {
                finding.help(format!("rke reads it as `{path}`"));
            }
            Some(Suggestion::Sibling { name: "kubernetes_version", .. })
                if !may_be_version(facts.document, unknown) => {}
            Some(Suggestion::Sibling { name, sure }) => {
                finding.help(format!("did you mean `{name}`?"));
                if !unknown.siblings.iter().any(|s| s == name) {
                    let safety = if sure && is_accepted(facts.document, unknown, name) {
                        Safety::Safe
                    } else {
                        Safety::Uncertain
                    };
                    let edit = Edit::replace(unknown.span, name);
                    finding.fix(format!("rename to `{name}`"), safety, vec![edit]);
                }
            }
            None if unknown.key == "rancher_kubernetes_engine_config" => {
                finding.help("Rancher's key: for the rke command what is below it belongs at the top level");
            }
            None if unknown.key.starts_with('\u{a0}') => {
                finding.help("the line begins with no-break spaces, which do not indent: write blanks");
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
