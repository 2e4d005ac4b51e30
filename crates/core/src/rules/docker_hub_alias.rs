use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};

pub static RULE: Rule = Rule { code: "D207", name: "docker-hub-alias", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "Docker Hub is called `docker.io`: under another name its credentials are not found.",
    why: "docker turns `index.docker.io` into `docker.io` in image names, and images without a registry belong to `docker.io` too. rke looks credentials up by that name as text, so an entry with another name of Docker Hub is never found; `hub.docker.com` is the web site. Source: docker/distribution v2.8.2, reference/normalize.go; tried with rke v1.6.3.",
    examples: &[Example {
        before: "\
private_registries:
- url: index.docker.io
       ^^^^^^^^^^^^^^^
  user: reader
  password: secret
",
        after: Some(
            "\
private_registries:
- url: docker.io
  user: reader
  password: secret
",
        ),
    }],
};

const ALIASES: [&str; 5] =
    ["index.docker.io", "hub.docker.com", "registry.hub.docker.com", "registry-1.docker.io", "www.docker.com"];

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, _, url) in facts.registry_urls() {
        let bare = url.value.trim_start_matches("https://").trim_end_matches('/');
        let host = bare.strip_suffix("/v1").unwrap_or(bare);
        if !ALIASES.contains(&host) {
            continue;
        }
        let message = format!("`{host}` is Docker Hub under another name: rke looks for `docker.io`");
        let finding = reporter.report(url.span, format!("{at}.url"), message);
        finding.fix("write `docker.io`", Safety::Safe, vec![Edit::replace(url.span, "docker.io")]);
    }
}
