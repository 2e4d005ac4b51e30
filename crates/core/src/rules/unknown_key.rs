use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::fits;
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::problem::{Problem, UnknownKey};
use crate::schema::Schema;
use crate::schema::suggest::{Suggestion, means_ecr_plugin, suggest};

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
                    let safety =
                        if sure && is_accepted(facts, unknown, name) { Safety::Safe } else { Safety::Uncertain };
                    let edit = Edit::replace(unknown.span, name);
                    finding.fix(format!("rename to `{name}`"), safety, vec![edit]);
                }
            }
            None => {}
        }
    }
}

/// Whether rke takes the value once its key is right: until then nothing of it is decoded.
fn is_accepted(facts: &Facts<'_>, unknown: &UnknownKey, name: &str) -> bool {
    let structure = Schema::get().structs().iter().find(|s| s.name == unknown.parent && !s.again);
    let (Some(key), Some(value)) = (structure.and_then(|s| s.key(name)), facts.document.value_of(unknown.span)) else {
        return false;
    };
    let is_known = |text: &str| text.is_empty() || key.values.contains(&text);
    let is_allowed = !key.values_checked || facts.document.scalar(value).is_none_or(is_known);
    is_allowed && fits(facts.document, value, &key.ty)
}

/// An extra key that holds an anchor serves the keys that use it.
fn holds_an_anchor(text: &str, unknown: &UnknownKey) -> bool {
    let value = text[unknown.span.end..unknown.entry.end].trim_start_matches([':', ' ', '"', '\'']);
    value.starts_with('&') || unknown.key.starts_with("x-")
}
