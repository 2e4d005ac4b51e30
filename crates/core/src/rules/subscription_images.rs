use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::image::catalogue::Catalogue;

pub static RULE: Rule = Rule { code: "D406", name: "subscription-images", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "The version's images need a paid subscription.",
    why: "The last releases of rke (to v1.8.14 of June 2026) offer versions whose images lie under `rke-extended-life/` and are given only to subscribers of RKE Extended Life. Without it every pull of them is refused. Source: rancher/kontainer-driver-metadata, 2026.",
    examples: &[Example {
        before: "\
kubernetes_version: v1.32.13-rancher1-1
                    ^^^^^^^^^^^^^^^^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(images) = facts.plan.catalogue.images(&facts.plan.kubernetes_version) else { return };
    let paid = images.iter().filter(|(_, image)| Catalogue::needs_subscription(image)).count();
    if paid > 0 {
        let message = format!(
            "`{}` needs an RKE Extended Life subscription: {paid} of its images",
            facts.plan.kubernetes_version
        );
        reporter
            .report(facts.blame("kubernetes_version"), "kubernetes_version", message)
            .help("the newest version without one is v1.30.14-rancher1-1");
    }
}
