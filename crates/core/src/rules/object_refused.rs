use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};
use crate::problem::{Problem, Why};
use crate::text::Span;
use crate::yaml::Document;

pub static RULE: Rule = Rule { code: "D008", name: "object-refused", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A Kubernetes object inside the file is not the one rke expects there, and rke refuses the file.",
    why: "admission_configuration and the audit log's policy are whole Kubernetes objects: rke decodes them by kind and \
          apiVersion and takes no other, also while the audit log is off. An event rate limit that is enabled must not \
          have its configuration written without a value. rke's own text names a missing kind of a policy as `<nil>`. \
          Source: rke v1.6.3, cluster/cluster.go:362-492.",
    examples: &[
        Example {
            before: "\
services:
  kube-api:
    audit_log:
      configuration:
        policy:
        ^^^^^^
          apiVersion: audit.k8s.io/v1
          rules: []
",
            after: Some(
                "\
services:
  kube-api:
    audit_log:
      configuration:
        policy:
          apiVersion: audit.k8s.io/v1
          kind: Policy
          rules: []
",
            ),
        },
        Example {
            before: "\
services:
  kube-api:
    event_rate_limit:
      enabled: true
      configuration:
      ^^^^^^^^^^^^^
",
            after: Some(
                "\
services:
  kube-api:
    event_rate_limit:
      enabled: true
",
            ),
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::Refused { span, at, why, error } = problem else { continue };
        if facts.mistyped(at) {
            continue;
        }
        let (document, text) = (facts.document, facts.text);
        let message = match why {
            Why::NoKind(kind) => format!("`{at}` is an object without its `kind: {kind}`"),
            Why::NoVersion(version) => format!("`{at}` is an object without its `apiVersion: {version}`"),
            Why::OtherKind(kind) => format!("`{at}` must be {kind}"),
            Why::OtherVersion(version) => format!("`{at}` must be {version}"),
            Why::Null => format!("`{at}` is written, but has no value"),
        };
        let (title, edit) = match why {
            Why::NoKind(kind) => ("add the kind", inside(document, text, *span, "kind", kind)),
            Why::NoVersion(version) => ("add the apiVersion", inside(document, text, *span, "apiVersion", version)),
            Why::OtherKind(name) | Why::OtherVersion(name) if at.ends_with("ind") || at.ends_with("ersion") => {
                ("write what rke expects", Some(Edit::replace(*span, *name)))
            }
            Why::Null => ("remove the key, which gives rke's default", document.remove_entry(text, *span)),
            _ => ("", None),
        };
        let safety = if matches!(why, Why::OtherKind(_)) { Safety::Uncertain } else { Safety::Safe };
        let finding = reporter.report(*span, at, message);
        finding.fix(title, safety, edit.into_iter().collect());
        if let Some(refusal) = facts.cluster.parse_error.as_ref().filter(|refusal| refusal.contains(error.as_str())) {
            finding.refused(Step::Parse, 0, format!("Failed to parse cluster file: {refusal}"));
        }
    }
}

/// Behind the object's first entry, or in the place of an empty value of the same key.
fn inside(document: &Document, text: &str, span: Span, name: &str, value: &str) -> Option<Edit> {
    let object = document.value_of(span)?;
    match document.get(object, name) {
        Some(empty) => Some(Edit::replace(document.node(empty).span, value)).filter(|e| !e.span.is_empty()),
        None => {
            let first = document.entries(object).first()?;
            document.add_after(text, document.node(first.key).span, &format!("{name}: {value}"))
        }
    }
}
