use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};
use crate::form::template::is_placeholder;
use crate::image::version::Version;
use crate::yaml::edit::scalar;

pub static RULE: Rule = Rule { code: "D401", name: "version-invalid", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "`kubernetes_version` is no version, and rke stops.",
    why: "rke wants a `v`, three numbers without leading zeros, and its own suffix, as in `v1.30.5-rancher1-1`. It \
          checks this before anything else in the file, so the fault hides all others. \
          Source: rke v1.6.3, cluster/validation.go:718.",
    examples: &[
        Example {
            before: "\
kubernetes_version: 1.30.5-rancher1-1
                    ^^^^^^^^^^^^^^^^^
",
            after: Some(
                "\
kubernetes_version: v1.30.5-rancher1-1
",
            ),
        },
        Example {
            before: "\
kubernetes_version: v1.28
                    ^^^^^
",
            after: Some(
                "\
kubernetes_version: v1.28.14-rancher1-1
",
            ),
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let version = facts.plan.written_version();
    let Err(error) = Version::from_kubernetes(version) else { return };
    let message = format!("`{version}` is no Kubernetes version");
    let finding = reporter.report(facts.blame("kubernetes_version"), "kubernetes_version", message);
    finding.help(match is_placeholder(version) {
        true => "rke fills in no placeholders: write the version itself, as in `v1.30.5-rancher1-1`",
        false => "write it as rke does: `v`, three numbers, and the suffix, as in `v1.30.5-rancher1-1`",
    });
    if let Some(written) = facts.cluster.kubernetes_version.as_ref().filter(|written| written.value == version)
        && facts.plan.miswritten_version.is_some()
    {
        let meant = &facts.plan.kubernetes_version;
        let numbers = |text: &str| text.trim().trim_start_matches(['v', 'V']).to_owned();
        let safety = if numbers(meant) == numbers(version) { Safety::Safe } else { Safety::Uncertain };
        finding.fix(format!("write `{meant}`"), safety, vec![Edit::replace(written.span, scalar(meant))]);
    }
    finding.refused(Step::Version, 0, error.to_string());
}
