use super::{Doc, Example, Facts, Reporter, Rule};
use crate::credentials::ecr;
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};

pub static RULE: Rule = Rule { code: "D306", name: "ecr-without-provider", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "From Kubernetes 1.27 on the kubelet cannot pull from ECR without a credential provider.",
    why: "rke writes a credential helper (`ecr-login`) into the kubelet's docker configuration, but the kubelet reads only `auths` there. Up to 1.26 its built-in ECR provider filled the gap; 1.27 removed it. System images still come, since rke pulls them itself; pods and the pause image fail with `no basic auth credentials`. Source: https://github.com/rancher/rancher/issues/44365; Kubernetes change #116329.",
    examples: &[Example {
        before: "\
kubernetes_version: v1.28.14-rancher1-1
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin: {}
  ^^^^^^^^^^^^^^^^^^^^^
",
        after: Some(
            "\
kubernetes_version: v1.28.14-rancher1-1
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin: {}
services:
  kubelet:
    extra_args:
      image-credential-provider-config: /var/lib/rancher/credentialprovider/config.yaml
      image-credential-provider-bin-dir: /var/lib/rancher/credentialprovider/bin
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.plan.registries.entries.is_empty() {
        return;
    }
    let Some(version) = facts.version().filter(|v| v.is_in(">=1.27.0-rancher0")) else { return };
    let has = |name: &str| facts.cluster.kubelet.extra_args.iter().any(|(key, _)| key.value == name);
    if has("image-credential-provider-config") && has("image-credential-provider-bin-dir") {
        return;
    }
    for (at, registry) in facts.registries() {
        let is_ecr = registry.url.as_ref().is_some_and(|u| ecr::rke_region(&u.value).is_some());
        let Some(field) = facts.registry_value(&at).and_then(|e| e.field("ecr_credential_plugin")) else { continue };
        if !is_ecr || registry.ecr.is_none() {
            continue;
        }
        let message = format!(
            "pods cannot pull from ECR in Kubernetes {}.{}: the kubelet has no provider for it",
            version.major, version.minor
        );
        let finding = reporter.report(field.key, format!("{at}.ecr_credential_plugin"), message);
        finding
            .help("put ecr-credential-provider on every node and tell the kubelet: see the ECR files of this cluster");
        if !has("image-credential-provider-config") && !has("image-credential-provider-bin-dir") {
            finding.fix("add the kubelet's arguments", Safety::Uncertain, arguments(facts));
        }
        return;
    }
}

/// Under the deepest of `services.kubelet.extra_args` that is already written.
fn arguments(facts: &Facts<'_>) -> Vec<Edit> {
    let config = &facts.cluster.config;
    let below = |path: &str| config.at(path).and_then(|v| v.fields().last()).map(|f| f.key);
    let lines = |indent: usize| ecr::PROVIDER_ARGUMENTS.map(|a| format!("{}{a}", " ".repeat(indent))).join("\n");
    let edit = if let Some(last) = below("services.kubelet.extra_args") {
        facts.document.add_after(facts.text, last, &lines(0))
    } else if config.field_at("services.kubelet.extra_args").is_some() {
        None
    } else if let Some(last) = below("services.kubelet") {
        facts.document.add_after(facts.text, last, &format!("extra_args:\n{}", lines(2)))
    } else if config.field_at("services.kubelet").is_some() {
        None
    } else if let Some(last) = below("services") {
        facts.document.add_after(facts.text, last, &format!("kubelet:\n  extra_args:\n{}", lines(4)))
    } else if config.field("services").is_some() {
        None
    } else {
        Some(facts.document.add_at_end(facts.text, &format!("services:\n  kubelet:\n    extra_args:\n{}", lines(6))))
    };
    edit.into_iter().collect()
}
