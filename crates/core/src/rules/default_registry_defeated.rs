use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::PinnedImage;
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::plan::Source;
use crate::yaml::edit::scalar;

pub static RULE: Rule = Rule { code: "D403", name: "default-registry-defeated", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "`is_default` does nothing for images that `system_images` names.",
    why: "rke puts the default registry only in front of images that it fills in itself; what the file names stays \
          verbatim and comes from Docker Hub. `rke config` writes every image of the version into the file, so a \
          generated file defeats its own default registry. \
          Source: rke v1.6.3, cluster/defaults.go:676; https://github.com/rancher-archives/rke/issues/1850.",
    examples: &[Example {
        before: "\
kubernetes_version: v1.30.5-rancher1-1
private_registries:
- url: registry.example.com
  is_default: true
              ^^^^
system_images:
  etcd: rancher/mirrored-coreos-etcd:v3.5.12
  coredns: registry.example.com/rancher/mirrored-coredns-coredns:1.11.1 # pinned
",
        after: Some(
            "\
kubernetes_version: v1.30.5-rancher1-1
private_registries:
- url: registry.example.com
  is_default: true
system_images:
  etcd: registry.example.com/rancher/mirrored-coreos-etcd:v3.5.12
  coredns: registry.example.com/rancher/mirrored-coredns-coredns:1.11.1 # pinned
",
        ),
    }],
};

/// So many keys are named in the message.
const NAMED: usize = 5;

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(prefix) = &facts.plan.prefix else { return };
    let default = facts.registries().find_map(|(at, r)| Some((at, r.is_default.as_ref().filter(|d| d.value)?.span)));
    let Some((at, span)) = default else { return };
    let escaped: Vec<&PinnedImage> =
        facts.cluster.system_images.iter().filter(|pin| !names_a_host(&pin.image.value)).collect();
    let Some(first) = escaped.first() else { return };
    let keys: Vec<&str> = escaped.iter().map(|pin| pin.key).take(NAMED).collect();
    let more = escaped.len().saturating_sub(NAMED);
    let and_more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "the default registry does nothing for {} of `system_images`: {}{and_more}",
        escaped.len(),
        keys.join(", ")
    );
    let finding = reporter.report(span, format!("{at}.is_default"), message);
    finding.label(first.image.span, "rke pulls this from Docker Hub as it stands");
    finding.help("put the registry in front of them, or leave out what the version brings by itself");
    let prefixed = |pin: &&PinnedImage| Edit::replace(pin.image.span, scalar(&format!("{prefix}/{}", pin.image.value)));
    // rke would take the port of the registry for the tag of an image that has none.
    let has_tag = |pin: &&PinnedImage| pin.image.value.contains(':');
    if Facts::behind(prefix).is_ok() && escaped.iter().all(has_tag) {
        finding.fix(format!("put `{prefix}/` in front"), Safety::Uncertain, escaped.iter().map(prefixed).collect());
    }
    let redundant = |pin: &&&PinnedImage| {
        let planned = facts.plan.images.iter().find(|i| i.key == pin.key);
        planned.is_some_and(|i| matches!(i.source, Source::File(_)) && i.upstream.as_deref() == Some(&*pin.image.value))
    };
    let empty = |pin: &&PinnedImage| facts.document.set_value(facts.text, pin.key_span, "\"\"");
    if escaped.iter().all(|pin| redundant(&pin)) {
        finding.fix("leave the images to the version", Safety::Uncertain, escaped.iter().filter_map(empty).collect());
    }
}

fn names_a_host(image: &str) -> bool {
    image.split_once('/').is_some_and(|(host, _)| host.contains(['.', ':']) || host == "localhost")
}
