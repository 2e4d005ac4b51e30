use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D209", name: "default-without-url", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "A default registry without a url changes nothing.",
    why: "An entry without url is Docker Hub: its user and password serve images of `docker.io`. As a default it gives no prefix, and hides a later default from rke. Source: rke v1.6.3, cluster/defaults.go:278 and 670.",
    examples: &[Example {
        before: "\
private_registries:
- user: reader
  password: secret
  is_default: true
              ^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.registry_heads() {
        if let Some(default) = registry.is_default.as_ref().filter(|d| d.value)
            && registry.url.is_none()
        {
            reporter
                .report(
                    default.span,
                    format!("{at}.is_default"),
                    "a default registry without url: images stay as they are",
                )
                .help(
                    "add the `url` of the registry, or leave `is_default` out: without url the entry means Docker Hub",
                );
        }
    }
}
