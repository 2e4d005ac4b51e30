use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D617", name: "pod-security-level", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "`pod_security_configuration` is privileged or restricted, from Kubernetes 1.23 on.",
    why: "rke writes a configuration of its own for either level. The level `baseline` of Kubernetes is not among them: \
          it takes an `admission_configuration`. Before 1.23 the key is refused whatever it says. \
          Source: rke v1.6.3, cluster/validation.go:707.",
    examples: &[
        Example {
            before: "\
services:
  kube-api:
    pod_security_configuration: Restricted
                                ^^^^^^^^^^
",
            after: Some(
                "\
services:
  kube-api:
    pod_security_configuration: restricted
",
            ),
        },
        Example {
            before: "\
kubernetes_version: v1.22.17-rancher1-2
services:
  kube-api:
    pod_security_configuration: restricted
                                ^^^^^^^^^^
",
            after: Some(
                "\
kubernetes_version: v1.22.17-rancher1-2
services:
  kube-api:
    {}
",
            ),
        },
    ],
};

const PATH: &str = "services.kube-api.pod_security_configuration";
const LEVELS: [&str; 2] = ["privileged", "restricted"];

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(field) = facts.cluster.config.field_at(PATH) else { return };
    let Some(level) = field.value.as_text() else { return };
    let Some(version) = facts.version() else { return };
    if !version.is_in(">=1.23.0-rancher0") {
        let message = format!("`{PATH}` is not there in {}", facts.plan.kubernetes_version);
        let finding = reporter.report(level.span, PATH, message);
        let edit = facts.document.remove_entry(facts.text, field.key);
        finding.help("pod security begins with 1.23: remove the key, or upgrade");
        finding.fix("remove it", Safety::Uncertain, edit.into_iter().collect());
        let error = "Failed to validate cluster: cluster version must be at least v1.23 to use PodSecurity in RKE";
        finding.refused(Step::PodSecurity, 1, error);
    } else if !LEVELS.contains(&level.value.as_str()) {
        let finding = reporter.report(level.span, PATH, format!("`{}` is no level of rke", level.value));
        finding.offer(&level, &LEVELS);
        let error = format!(
            "Failed to validate cluster: invalid pod_security_configuration [{}]. Supported values: [privileged, \
             restricted]",
            level.value
        );
        finding.refused(Step::PodSecurity, 2, error);
    }
}
