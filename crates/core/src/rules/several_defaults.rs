use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};

pub static RULE: Rule = Rule { code: "D208", name: "several-defaults", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "Only the first registry with `is_default: true` counts.",
    why: "rke takes the first entry with `is_default: true` for the prefix of its images and looks at no other. Later ones still give credentials to the nodes. Source: rke v1.6.3, cluster/defaults.go:670.",
    examples: &[Example {
        before: "\
private_registries:
- url: a.example.com
  is_default: true
- url: b.example.com
  is_default: true
              ^^^^
",
        after: Some(
            "\
private_registries:
- url: a.example.com
  is_default: true
- url: b.example.com
  is_default: false
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let mut first = None;
    for (at, registry) in facts.registries() {
        let Some(default) = registry.is_default.as_ref().filter(|d| d.value) else { continue };
        let Some(span) = first else {
            first = Some(default.span);
            continue;
        };
        reporter
            .report(default.span, format!("{at}.is_default"), "a second default registry: rke uses only the first")
            .label(span, "this one counts")
            .fix("make it no default", Safety::Safe, vec![Edit::replace(default.span, "false")]);
    }
}
