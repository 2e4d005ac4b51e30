use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D206", name: "url-unreadable", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "Image names behind this registry url cannot be read.",
    why: "rke joins url and image as text and parses the result by docker's grammar: host names hold letters, digits, dots and dashes, and where a name begins otherwise it has no host: its login is looked up under another key; a port is a number; IPv6 addresses are not possible. Source: docker/distribution v2.8.2, reference/regexp.go; rke v1.6.3, docker/docker.go:692.",
    examples: &[
        Example {
            before: "\
private_registries:
- url: '[::1]:5000'
       ^^^^^^^^^^^^
",
            after: None,
        },
        Example {
            before: "\
private_registries:
- url: registry.example.com:https
       ^^^^^^^^^^^^^^^^^^^^^^^^^^
",
            after: None,
        },
        Example {
            before: "\
private_registries:
- url: registry_1.example.com
       ^^^^^^^^^^^^^^^^^^^^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry, url) in facts.registry_urls() {
        // A scheme, a slash at the end and blanks are said elsewhere.
        let value = Facts::without_scheme(&url.value).trim_end_matches('/');
        if value.is_empty() || value.contains(char::is_whitespace) {
            continue;
        }
        // So is upper case.
        let fault = match Facts::behind(&value.to_lowercase()) {
            Err(error) => format!("no image name can start with `{value}`: {error}"),
            Ok(name) if name.host.is_empty() => {
                format!("`{value}` has an underscore, so it is no host: rke does not find its login")
            }
            Ok(_) => continue,
        };
        let finding = reporter.report(url.span, format!("{at}.url"), fault);
        finding.severity(facts.severity_of_a_fault_in(registry));
        finding.help("write `host`, `host:port` or `host/path`; an IPv6 address needs a host name");
    }
}
