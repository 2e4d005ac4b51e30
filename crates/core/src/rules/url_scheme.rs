use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D201", name: "url-scheme", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A registry url with `https://` or `http://` makes image names that nobody can read.",
    why: "rke puts the url in front of image names as text and looks credentials up by it: `https://registry.example.com/rancher/rke-tools` is no image name, so every pull behind a default registry fails, and no image ever asks for credentials under such a key. Whether a registry speaks TLS is decided by dockerd, never by this key. Source: rke v1.6.3, cluster/defaults.go:676, docker/docker.go:692.",
    examples: &[Example {
        before: "\
private_registries:
- url: https://registry.example.com
       ^^^^^^^^
  is_default: true
",
        after: Some(
            "\
private_registries:
- url: registry.example.com
  is_default: true
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry, url) in facts.written_urls() {
        let lower = url.value.to_ascii_lowercase();
        let Some(scheme) = ["https://", "http://"].into_iter().find(|s| lower.starts_with(s)) else { continue };
        let start = facts.document.inner_span(url.span).start;
        let span = Span::new(start, start + scheme.len());
        let message = match registry.is_default() {
            true => format!("`{scheme}` in the url: every image name behind this default registry becomes invalid"),
            false => format!("`{scheme}` in the url: no image will find these credentials"),
        };
        let finding = reporter.report(span, format!("{at}.url"), message);
        finding.severity(facts.severity_of_a_fault_in(registry));
        finding.help(match scheme {
            "http://" => "write host and port only; plain HTTP needs `insecure-registries` in dockerd's daemon.json on every node",
            _ => "write host, port and path only",
        });
        if facts.text[span.range()].eq_ignore_ascii_case(scheme) {
            let edit = facts.document.shorten(facts.text, url.span, span);
            finding.fix(format!("remove `{scheme}`"), Safety::Safe, vec![edit]);
        }
    }
}
