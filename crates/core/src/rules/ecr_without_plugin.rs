use super::{Doc, Example, Facts, Reporter, Rule};
use crate::credentials::ecr;
use crate::diagnostic::Severity;
use crate::fix::Safety;
use crate::problem::Problem;
use crate::schema::suggest::means_ecr_plugin;

pub static RULE: Rule = Rule { code: "D310", name: "ecr-without-plugin", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "An ECR registry without plugin or password is pulled from without credentials.",
    why: "ECR answers nobody without a token. Without `ecr_credential_plugin` rke sends an empty login for this entry, and every pull fails with `no basic auth credentials`; an instance profile is used only when the plugin is there, `{}` suffices. Source: rke v1.6.3, docker/docker.go:741.",
    examples: &[Example {
        before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        after: Some(
            "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin: {}
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.whole_registries() {
        let Some(url) = &registry.url else { continue };
        let given = registry.user.is_some() || registry.password.is_some() || registry.ecr.is_some();
        if given || ecr::rke_region(&url.value).is_none() {
            continue;
        }
        let Some(entry) = facts.registry_value(&at) else { continue };
        let ignored = facts
            .problems
            .iter()
            .any(|p| matches!(p, Problem::UnknownKey(u) if means_ecr_plugin(u) && entry.span.contains(u.span.start)));
        // The rules for the ignored and the empty key say it better.
        if ignored || entry.field("ecr_credential_plugin").is_some() {
            continue;
        }
        let message = "an ECR registry without credentials: every pull is refused";
        let finding = reporter.report(url.span, format!("{at}.url"), message);
        if !facts.knows_ecr_plugin() {
            finding.help(format!("rke {} has no plugin for ECR: a newer release has", facts.plan.rke));
            continue;
        }
        let edit =
            entry.field("url").and_then(|f| facts.document.add_after(facts.text, f.key, "ecr_credential_plugin: {}"));
        finding.help("`ecr_credential_plugin: {}` uses the AWS credentials of the machine that runs rke").fix(
            "add `ecr_credential_plugin: {}`",
            Safety::Uncertain,
            edit.into_iter().collect(),
        );
    }
}
