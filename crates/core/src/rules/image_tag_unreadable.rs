use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::image::reference::Reference;
use crate::image::version::Version;

pub static RULE: Rule = Rule { code: "D703", name: "image-tag-unreadable", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "rke crashes on the tag of this image.",
    why: "From the tags of the images of Kubernetes and etcd rke reads which arguments the components take, and from the \
          tag of the ingress controller whether it may run as root. A digest, a missing tag or one of your own (`latest`) \
          is not refused: rke crashes while it plans the hosts. \
          Source: rke v1.6.3, cluster/plan.go:431 and 1063, cluster/addons.go:619.",
    examples: &[
        Example {
            before: "\
system_images:
  etcd: registry.example.com/etcd:latest
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
            after: None,
        },
        Example {
            before: "\
system_images:
  ingress: registry.example.com/nginx-ingress-controller:1.11.2
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let cluster = facts.cluster;
    for pin in &cluster.system_images {
        let image = pin.image.value.as_str();
        let readable = match pin.key {
            "kubernetes" => is_version(image),
            "etcd" => cluster.etcd.external || is_version(image),
            "ingress" if cluster.ingress_provider() == "nginx" => {
                image.rsplit_once(':').is_none_or(|(_, tag)| tag.contains('-'))
            }
            _ => true,
        };
        if readable {
            continue;
        }
        let message = format!("rke reads a version from the tag of `{}` and finds none", pin.key);
        let finding = reporter.report(pin.image.span, format!("system_images.{}", pin.key), message);
        finding.help(match pin.key {
            "ingress" => "keep the form of the tag, as in `nginx-1.11.2-rancher1`",
            _ => "keep the version in the tag, as in `v3.5.12`",
        });
    }
}

fn is_version(image: &str) -> bool {
    let tag = Reference::parse(image).ok().and_then(|reference| reference.tag);
    tag.is_some_and(|tag| Version::from_tag(&tag).is_some())
}
