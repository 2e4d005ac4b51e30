use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D212", name: "hub-default-path", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "Docker Hub has no third level: a default registry `docker.io/<name>` cannot hold rke's images.",
    why: "rke puts the url in front of names that already have two parts: `docker.io/team/rancher/rke-tools`. Docker Hub stores only `<name>/<image>`, so such a pull ends in 404. Source: rke v1.6.3, cluster/defaults.go:676.",
    examples: &[Example {
        before: "\
private_registries:
- url: docker.io/team
       ^^^^^^^^^^^^^^
  is_default: true
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry, url) in facts.registry_urls() {
        if registry.is_default() && url.value.starts_with("docker.io/") {
            reporter
                .report(
                    url.span,
                    format!("{at}.url"),
                    format!("`{}/rancher/…` has three levels, Docker Hub only two", url.value),
                )
                .help(
                    "use another registry for the mirror, or leave `is_default` out and keep the names of Docker Hub",
                );
        }
    }
}
