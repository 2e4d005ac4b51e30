use super::{Doc, Example, Facts, Reporter, Rule};
use crate::credentials::ecr::{self, EcrHost};
use crate::diagnostic::Severity;
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D303", name: "ecr-host-unknown", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The ECR plugin stands on a registry that rke does not take for ECR.",
    why: "rke knows only `<account>.dkr.ecr[-fips].<region>.amazonaws.com[.cn]`. On any other url the plugin fails with `Not a valid ECR registry`, or, beside user and password, takes them away from the kubelet. ECR's dual-stack (`on.aws`), public, ISO and European sovereign names are real, but rke's plugin cannot serve them. Source: rke v1.6.3, util/ecr.go.",
    examples: &[Example {
        before: "\
private_registries:
- url: registry.example.com
  ecr_credential_plugin: {}
  ^^^^^^^^^^^^^^^^^^^^^
",
        after: Some(
            "\
private_registries:
- url: registry.example.com
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.registry_heads() {
        let Some(url) = registry.ecr.as_ref().map(|_| registry.url.as_ref().map_or("docker.io", |u| &u.value)) else {
            continue;
        };
        if ecr::rke_region(url).is_some() {
            continue;
        }
        let Some(field) = facts.registry_value(&at).and_then(|e| e.field("ecr_credential_plugin")) else { continue };
        let message = format!("rke does not take `{url}` for an ECR registry: the plugin fails there");
        let finding = reporter.report(field.key, format!("{at}.ecr_credential_plugin"), message);
        finding.severity(facts.severity_of_a_lost_plugin(registry));
        if let Some(url) = &registry.url {
            finding.label(url.span, "not of the form <account>.dkr.ecr.<region>.amazonaws.com");
        }
        match EcrHost::parse(url) {
            Some(_) => finding.help(
                "a real ECR name, but unknown to rke's plugin: use the plain `.dkr.ecr.` name, or user and password",
            ),
            None => {
                let edit = facts.document.remove_entry(facts.text, field.key);
                finding.fix("remove the plugin", Safety::Uncertain, edit.into_iter().collect())
            }
        };
    }
}
