use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D205", name: "url-bare-host", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A registry url without dot, port or `localhost` means a path on Docker Hub.",
    why: "docker takes the first part of an image name for a host only with a dot or a colon in it, or as `localhost`. `myregistry/rancher/rke-tools` is `docker.io/myregistry/rancher/rke-tools`: system images are asked from Docker Hub, and the credentials of this entry are never found. Source: docker/distribution v2.8.2, reference/normalize.go; tried with rke v1.6.3.",
    examples: &[Example {
        before: "\
private_registries:
- url: myregistry
       ^^^^^^^^^^
  is_default: true
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry, url) in facts.registry_urls() {
        let value = Facts::without_scheme(&url.value);
        let host = value.split('/').next().unwrap_or_default();
        let is_host = host.is_empty() || host.contains(['.', ':']) || host == "localhost";
        if is_host || url.value.contains(char::is_uppercase) || url.value.contains(char::is_whitespace) {
            continue;
        }
        let message = format!("`{host}` is no host: docker reads it as `docker.io/{value}`");
        let finding = reporter.report(url.span, format!("{at}.url"), message);
        finding.severity(facts.severity_of_a_fault_in(registry));
        // A host has no underscore.
        let host = host.replace('_', "-");
        finding.help(format!("write the full name or the port, as `{host}.example.com` or `{host}:5000`"));
    }
}
