use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};
use crate::problem::Problem;
use crate::yaml::scalar::{Resolved, resolve};

pub static RULE: Rule = Rule { code: "D002", name: "wrong-type", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The value does not fit the type of its key, and rke refuses the file.",
    why: "rke decodes into fixed types with YAML 1.1: yes, on and true are booleans only without quotes, a number in \
          quotes is text, and a single value is never taken for a list. All such faults of a file are reported \
          together. Text is the exception: every unquoted value is taken as it is written. Blocks of Kubernetes types \
          (the ingress controller's extra_envs, an audit policy, update strategies) are decoded again as JSON, where \
          text that looks like a number or a boolean needs quotes. \
          Source: gopkg.in/yaml.v2 v2.4.0, decode.go; rke v1.6.3, cluster/cluster.go:707.",
    examples: &[
        Example {
            before: "\
private_registries:
- url: registry.example.com
  is_default: \"true\"
              ^^^^^^
",
            after: Some(
                "\
private_registries:
- url: registry.example.com
  is_default: true
",
            ),
        },
        Example {
            before: "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: etcd
        ^^^^
",
            after: Some(
                "\
nodes:
- address: 10.0.0.1
  user: ubuntu
  role: [etcd]
",
            ),
        },
        Example {
            before: "\
ingress:
  extra_envs:
  - name: MAX_BODY
    value: 64
           ^^
",
            after: Some(
                "\
ingress:
  extra_envs:
  - name: MAX_BODY
    value: '64'
",
            ),
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let refusal = facts.cluster.parse_error.as_deref().unwrap_or_default();
    // Of the list that rke prints, in the order of the problems, what no finding has yet.
    let (mut rest, mut nth) = (refusal, 0);
    for problem in facts.problems {
        let Problem::Mismatch { span, at, wanted, error } = problem else { continue };
        let inner = facts.document.inner_span(*span);
        let written = &facts.text[inner.range()];
        // A root that is no map fails before any type is looked at; of a bare template the YAML is said to be at fault.
        if at.is_empty() || facts.text[span.range()].starts_with("{{") {
            continue;
        }
        let finding = reporter.report(*span, at, format!("`{at}` must be {wanted}"));
        if *span != inner && looks_like(written).contains(wanted) {
            let edit = Edit::replace(*span, written);
            finding.help("quotes make it text").fix("remove the quotes", Safety::Safe, vec![edit]);
        } else if *wanted == "text" && *span == inner && !looks_like(written).is_empty() {
            let edit = Edit::replace(*span, format!("'{written}'"));
            finding.help("without quotes it is no text here").fix("put it in quotes", Safety::Safe, vec![edit]);
        } else if at.contains(".update_strategy.rollingupdate.") {
            finding
                .help("write `rollingUpdate`, `maxUnavailable`, `maxSurge`: in small letters they have another type");
        } else if *wanted == "a list" && is_word(written) {
            let edits = vec![Edit::insert(span.start, "["), Edit::insert(span.end, "]")];
            finding.help("even one item is a list").fix("make it a list", Safety::Safe, edits);
        }
        if let Some((_, behind)) = rest.split_once(error.as_str()) {
            let whole = || format!("Failed to parse cluster file: {refusal}");
            finding.refused(Step::Parse, nth, if nth == 0 { whole() } else { error.clone() });
            (rest, nth) = (behind, nth + 1);
        }
    }
}

/// What an unquoted text is, unless it is text.
fn looks_like(written: &str) -> &'static [&'static str] {
    match resolve(None, written, true) {
        Ok(Resolved::Bool(_)) => &["true or false"],
        Ok(Resolved::Int(_)) => &["an integer", "a number"],
        Ok(Resolved::UInt(_) | Resolved::Float(_)) => &["a number"],
        _ => &[],
    }
}

fn is_word(written: &str) -> bool {
    written.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !written.ends_with(':')
        && written.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | ':' | '-' | '_'))
}
