use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D615", name: "cri-dockerd-early", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "cri-dockerd needs Kubernetes 1.21.",
    why: "Until 1.20 the kubelet speaks to Docker by itself, and rke has no cri-dockerd for it. From 1.24 on it is \
          there without being asked for. Source: rke v1.6.3, cluster/validation.go:669.",
    examples: &[Example {
        before: "\
kubernetes_version: v1.20.15-rancher2-2
enable_cri_dockerd: true
                    ^^^^
",
        after: Some(
            "\
kubernetes_version: v1.20.15-rancher2-2
enable_cri_dockerd: false
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(enabled) = facts.cluster.config.bool("enable_cri_dockerd").filter(|flag| flag.value) else { return };
    let Some(version) = facts.version() else { return };
    if version.is_in(">=1.21.0-rancher0") {
        return;
    }
    let kubernetes = &facts.plan.kubernetes_version;
    let message = format!("cri-dockerd is not there in {kubernetes}");
    let finding = reporter.report(enabled.span, "enable_cri_dockerd", message);
    let edit = facts
        .cluster
        .config
        .field("enable_cri_dockerd")
        .and_then(|f| facts.document.set_value(facts.text, f.key, "false"));
    finding.help("the kubelet of this version speaks to Docker by itself");
    finding.fix("write `false`", Safety::Uncertain, edit.into_iter().collect());
    let error =
        format!("Failed to validate cluster: Enabling cri-dockerd for cluster version [{kubernetes}] is not supported");
    finding.refused(Step::CriDockerd, 0, error);
}
