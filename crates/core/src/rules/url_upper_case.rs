use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D204", name: "url-upper-case", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "Upper case in the path of a registry url makes image names that docker refuses.",
    why: "Only the host of an image name may hold upper case. The path must be lower case, and a first part without dot, colon or `localhost` is no host but a path on Docker Hub. rke stops at such an image with `invalid reference format: repository name must be lowercase`. Source: docker/distribution v2.8.2, reference/normalize.go.",
    examples: &[Example {
        before: "\
private_registries:
- url: harbor.example.com/Team
                          ^^^^
  is_default: true
",
        after: Some(
            "\
private_registries:
- url: harbor.example.com/team
  is_default: true
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry, url) in facts.registry_urls() {
        if url.value.contains("://") || facts.text[facts.document.inner_span(url.span).range()] != url.value {
            continue;
        }
        let path = match url.value.split_once('/') {
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host.len() + 1,
            None if url.value.contains(['.', ':']) => continue,
            _ => 0,
        };
        if !url.value[path..].contains(char::is_uppercase) {
            continue;
        }
        let start = facts.document.inner_span(url.span).start;
        let span = Span::new(start + path, start + url.value.len());
        let lower = facts.text[span.range()].to_lowercase();
        let finding = reporter.report(
            span,
            format!("{at}.url"),
            format!("upper case in `{}`: image names must be lower case behind the host", &facts.text[span.range()]),
        );
        finding.severity(facts.severity_of_a_fault_in(registry));
        if path > 0 && Facts::behind(&format!("{}{lower}", &url.value[..path])).is_ok() {
            finding.fix(format!("write `{lower}`"), Safety::Uncertain, vec![Edit::replace(span, lower.clone())]);
        }
    }
}
