use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::unknown::{inside_the_key_above, is_accepted, is_block_for_scalar, may_be_version, says_nothing};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::problem::{Problem, UnknownKey};
use crate::schema::Schema;
use crate::schema::suggest::{Suggestion, has_come, means_ecr_plugin, suggest, was_read};
use crate::yaml::loses_letters;

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
    let (rke, document) = (facts.plan.rke.as_str(), facts.document);
    for problem in facts.problems {
        let Problem::UnknownKey(unknown) = problem else { continue };
        let suggestion = suggest(unknown, rke).filter(|it| !it.is_version() || may_be_version(document, unknown));
        let is_read = matches!(suggestion, Some(Suggestion::Removed { note }) if was_read(note, rke));
        let has_own_rule = means_ecr_plugin(unknown) && facts.knows_ecr_plugin();
        if is_read || has_own_rule || is_excused(facts.text, unknown) {
            continue;
        }
        let finding =
            reporter.report(unknown.span, &unknown.at, format!("rke ignores the unknown key `{}`", unknown.key));
        if let Some(path) = inside_the_key_above(document, unknown) {
            finding.help(format!("rke reads it as `{path}`: indent it"));
            continue;
        }
        match suggestion {
            Some(suggestion) => {
                finding.help(suggestion.to_string());
                // Older releases write every key into the file that they generate.
                if matches!(suggestion, Suggestion::Removed { .. }) && says_nothing(document, unknown) {
                    finding.severity(Severity::Note);
                }
                if let Suggestion::Sibling { name, sure } = suggestion
                    && !unknown.siblings.iter().any(|sibling| sibling == name)
                    && !is_block_for_scalar(document, unknown, name)
                {
                    let safe = sure && is_accepted(document, unknown, name);
                    let safety = if safe { Safety::Safe } else { Safety::Uncertain };
                    finding.fix(format!("rename to `{name}`"), safety, vec![Edit::replace(unknown.span, name)]);
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
    facts.cluster.config.each_key(Schema::get().root(), &mut |key, field, path| {
        let known = has_come(key.since, rke);
        // Some fields are filled in by the second decoder.
        let is_written = facts.text[field.key.range()].trim_matches(['"', '\'']) == key.name;
        if !known && is_written && field.value.says_something() {
            let help = Suggestion::Later { name: key.name, since: key.since }.to_string();
            reporter.report(field.key, path.to_string(), format!("rke {rke} ignores `{}`", key.name)).help(help);
        }
        known
    });
}

/// An extra key that holds an anchor serves the keys that use it, and a key that lost its first letter was known with it.
fn is_excused(text: &str, unknown: &UnknownKey) -> bool {
    let value = text[unknown.span.end..unknown.entry.end].trim_start_matches([':', ' ', '"', '\'']);
    value.starts_with('&') || unknown.key.starts_with("x-") || loses_letters(text)
}
