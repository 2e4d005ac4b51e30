use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::yaml::edit::scalar;

pub static RULE: Rule = Rule { code: "D203", name: "url-white-space", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "White space in a registry url makes image names that nobody can read.",
    why: "A blank survives in quotes, a line break at the end of a block scalar (`|`). Both become part of every image name and of the key under which credentials are looked up. Source: tried with rke v1.6.3 and docker/distribution v2.8.2.",
    examples: &[Example {
        before: "\
private_registries:
- url: 'registry.example.com:5000 '
       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        after: Some(
            "\
private_registries:
- url: registry.example.com:5000
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry, url) in facts.registry_urls() {
        if !url.value.contains(char::is_whitespace) {
            continue;
        }
        let trimmed = url.value.trim();
        let message = "white space in the url: image names and the lookup of credentials take it along";
        let finding = reporter.report(url.span, format!("{at}.url"), message);
        finding.severity(facts.severity_of_a_fault_in(registry));
        if !trimmed.is_empty() && !trimmed.contains(char::is_whitespace) {
            finding.fix("remove the white space", Safety::Safe, vec![Edit::replace(url.span, scalar(trimmed))]);
        }
    }
}
