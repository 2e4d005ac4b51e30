use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D202", name: "url-trailing-slash", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A slash at the end of a registry url makes image names that nobody can read.",
    why: "rke joins url and image with a slash of its own: `registry.example.com//rancher/rke-tools` is refused as an invalid reference, and the lookup of credentials compares the url as text. Source: rke v1.6.3, cluster/defaults.go:1083, docker/docker.go:723.",
    examples: &[Example {
        before: "\
private_registries:
- url: registry.example.com/
                           ^
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
        let slashes = url.value.len() - url.value.trim_end_matches('/').len();
        if slashes == 0 || slashes == url.value.len() || url.value.ends_with("://") {
            continue;
        }
        let inner = facts.document.inner_span(url.span);
        let written = &facts.text[inner.range()];
        let span = Span::new(inner.end - slashes, inner.end);
        let exact = written == url.value;
        let message = match registry.is_default() {
            true => "the url ends with a slash: every image name behind this default registry becomes invalid",
            false => "the url ends with a slash: no image will find these credentials",
        };
        let finding = reporter.report(if exact { span } else { url.span }, format!("{at}.url"), message);
        finding.severity(facts.severity_of_a_fault_in(registry));
        if exact {
            finding.fix("remove the slash", Safety::Safe, vec![facts.document.shorten(facts.text, url.span, span)]);
        }
    }
}
