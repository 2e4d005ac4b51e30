use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D210", name: "duplicate-url", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "Of two registries with the same url the last one counts.",
    why: "rke keeps its registries in a map by url (`docker.io` where it is empty): user, password and plugin of the earlier entry are lost, though its `is_default` still counts. Source: rke v1.6.3, cluster/defaults.go:278.",
    examples: &[Example {
        before: "\
private_registries:
- url: registry.example.com
  user: reader
  password: secret
- url: registry.example.com
       ^^^^^^^^^^^^^^^^^^^^
  is_default: true
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let mut seen: Vec<(String, Span)> = Vec::new();
    for (at, registry) in facts.registry_heads() {
        let (key, span) = match &registry.url {
            Some(url) => (url.value.clone(), url.span),
            None => ("docker.io".to_owned(), registry.span),
        };
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == key) {
            reporter
                .report(span, format!("{at}.url"), format!("`{key}` is listed twice: rke forgets the earlier entry"))
                .label(*first, "its user and password are lost")
                .help("put everything into one entry");
        }
        seen.push((key, span));
    }
}
