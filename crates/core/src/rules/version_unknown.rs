use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};

pub static RULE: Rule = Rule { code: "D402", name: "version-unknown", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "This release of rke has no images for the Kubernetes version.",
    why: "rke looks the version up by its exact text in the metadata it carries; a release note on GitHub is not \
          enough. Without it no image is filled in and no default registry is applied: rke goes on only if the file \
          names every image that the cluster needs, and stops at the first that is missing. \
          Source: rke v1.6.3, cluster/validation.go:471.",
    examples: &[
        Example {
            before: "\
kubernetes_version: v1.30.5
                    ^^^^^^^
",
            after: Some(
                "\
kubernetes_version: v1.30.5-rancher1-1
",
            ),
        },
        Example {
            before: "\
kubernetes_version: v1.99.0-rancher1-1
                    ^^^^^^^^^^^^^^^^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let version = facts.plan.kubernetes_version.as_str();
    let release = facts.plan.catalogue.release(&facts.plan.rke);
    let written = facts.cluster.kubernetes_version.as_ref().filter(|written| written.value == version);
    // It may know a version whose images this catalogue lacks.
    if release.as_ref().is_some_and(|release| release.knows(version)) || facts.version().is_none() {
        return;
    }
    let message = format!("rke {} has no images for `{version}`", facts.plan.rke);
    let finding = reporter.report(facts.blame("kubernetes_version"), "kubernetes_version", message);
    let starting_with = |start: &str| release.as_ref().map(|r| r.starting_with(start)).unwrap_or_default();
    let suffixed = starting_with(&format!("{version}-"));
    if let Some(newest) = suffixed.last() {
        finding.help("rke's own suffix is part of the version");
        let edit = written.map(|written| Edit::replace(written.span, *newest));
        finding.fix(format!("write `{newest}`"), Safety::Safe, edit.into_iter().collect());
    } else if facts.plan.catalogue.images(version).is_some() {
        finding.help("a newer or older release of rke knows it: run that one, or choose a version of this one");
    } else if let Some(newest) = minor(version).and_then(|minor| starting_with(minor).last().copied()) {
        finding.help(format!("the newest version of this minor is `{newest}`"));
    } else if let Some(newest) = starting_with("").last() {
        finding.help(format!("the newest version of this release is `{newest}`"));
    }
    match facts.plan.missing_images(facts.cluster).first() {
        Some(missing) => finding.refused(
            Step::Images,
            0,
            format!(
                "Failed to validate cluster: {version} is an unsupported Kubernetes version and system images are not populated: {missing} is not populated"
            ),
        ),
        // All images are named: rke goes on, without defaults of the version.
        None => finding.severity(Severity::Warning),
    };
}

/// `v1.17.` of `v1.17.4-rancher1-3`.
fn minor(version: &str) -> Option<&str> {
    let (dot, _) = version.match_indices('.').nth(1)?;
    Some(&version[..=dot])
}
