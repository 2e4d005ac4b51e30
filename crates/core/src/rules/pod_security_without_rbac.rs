use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};

pub static RULE: Rule = Rule { code: "D616", name: "pod-security-without-rbac", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "From Kubernetes 1.23 on `authorization.mode` must be rbac.",
    why: "From 1.23 on rke sets pod security to `privileged` where the file sets nothing, and pod security asks for \
          rbac: so any other mode is refused. Only a file of your own for `admission-control-config-file` in the \
          arguments of the API server keeps rke from setting it. Source: rke v1.6.3, cluster/validation.go:703.",
    examples: &[Example {
        before: "\
authorization:
  mode: none
        ^^^^
",
        after: Some(
            "\
authorization:
  mode: rbac
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(version) = facts.version() else { return };
    let mode = facts.cluster.authorization_mode();
    let Some(level) = facts.cluster.pod_security(&version).filter(|_| mode != "rbac") else { return };
    let span = facts.blame("authorization.mode");
    let message = format!("`mode: {mode}` with the pod security `{level}`, which needs rbac");
    let finding = reporter.report(span, "authorization.mode", message);
    finding.help("write `rbac`, or leave the block out");
    let safety = if mode.trim().eq_ignore_ascii_case("rbac") { Safety::Safe } else { Safety::Uncertain };
    finding.fix("write `rbac`", safety, vec![Edit::replace(span, "rbac")]);
    let error = "Failed to validate cluster: PodSecurity can't be enabled with RBAC support disabled";
    finding.refused(Step::PodSecurity, 0, error);
}
