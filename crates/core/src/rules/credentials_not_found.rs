use super::{Doc, Example, Facts, Reporter, Rule};
use crate::credentials::Lookup;
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D405", name: "credentials-not-found", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "The image's registry is listed, but rke looks its credentials up under another name.",
    why: "rke takes the image name less its last two parts and looks for an entry with exactly that url. An image with one part less or more behind the url (`registry/repo:tag` of a flattened registry, a path of three levels) finds nothing, and is pulled without credentials. Source: rke v1.6.3, docker/docker.go:723; https://github.com/rancher-archives/rke/issues/1795.",
    examples: &[Example {
        before: "\
private_registries:
- url: registry.example.com/mirror
  user: reader
  password: secret
system_images:
  etcd: registry.example.com/mirror/etcd:v3.5.12
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.cluster.registries.is_empty() {
        return;
    }
    for pin in &facts.cluster.system_images {
        let Lookup::Missing { key } = facts.plan.registries.lookup(&pin.image.value) else { continue };
        let host = key.split('/').next().unwrap_or_default();
        let same_host = |url: &str| url.split('/').next() == Some(host);
        let Some((at, registry, url)) = facts
            .registry_urls()
            .find(|(_, r, u)| same_host(&u.value) && (r.user.is_some() || r.password.is_some() || r.ecr.is_some()))
        else {
            continue;
        };
        let message = format!("no credentials for this image: rke looks for `{key}`, the file lists `{}`", url.value);
        reporter
            .report(pin.image.span, format!("system_images.{}", pin.key), message)
            .label(
                registry.url.as_ref().map_or(registry.span, |u| u.span),
                format!("{at} has credentials for this host"),
            )
            .help(format!("list `{key}` too, or push the image as `{}/<name>/<image>`", url.value));
    }
}
