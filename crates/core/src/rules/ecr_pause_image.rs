use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D308", name: "ecr-pause-image", severity: Severity::Note, check };

pub static DOC: Doc = Doc {
    summary: "The pause image from ECR is pulled once by rke, and by nobody after that.",
    why: "cri-dockerd, which runs from Kubernetes 1.24 on and earlier with `enable_cri_dockerd`, pulls the pause image itself, and it reads only the `auths` of docker's configuration: no plugin, no credential provider. rke pulls the image on every node during `rke up`; once the node's image garbage collection removes it, new pods stay in ContainerCreating. Source: https://github.com/rancher/rancher/issues/39520; https://github.com/Mirantis/cri-dockerd/issues/97.",
    examples: &[
        Example {
            before: "\
kubernetes_version: v1.26.15-rancher1-1
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  is_default: true
              ^^^^
  ecr_credential_plugin: {}
",
            after: None,
        },
        Example {
            before: "\
kubernetes_version: v1.23.16-rancher2-3
enable_cri_dockerd: true
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  is_default: true
              ^^^^
  ecr_credential_plugin: {}
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.plan.registries.entries.is_empty() || !facts.plan.runs_cri_dockerd {
        return;
    }
    let Some(pause) = facts.plan.pause_image() else { return };
    let Some((index, registry)) = facts.plan.registries.lookup(pause).registry().and_then(|key| {
        let found = facts.plan.registries.get(key)?;
        Some((found.index, facts.cluster.registries.get(found.index)?))
    }) else {
        return;
    };
    if registry.ecr.is_none() {
        return;
    }
    let (key, span) = match &registry.is_default {
        Some(default) if default.value => ("is_default", default.span),
        _ => ("url", registry.url.as_ref().map_or(registry.span, |u| u.span)),
    };
    reporter
        .report(span, format!("private_registries[{index}].{key}"), "cri-dockerd cannot pull the pause image from ECR by itself")
        .help("keep `services.kubelet.infra_container_image` in a registry with user and password, or pull it again after clean-ups");
}
