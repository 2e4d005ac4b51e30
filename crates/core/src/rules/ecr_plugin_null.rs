use super::{Doc, Example, Facts, Reporter, Rule};
use crate::credentials::ecr;
use crate::diagnostic::Severity;
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D302", name: "ecr-plugin-null", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "`ecr_credential_plugin:` without a value switches the plugin off; `{}` switches it on.",
    why: "A key without a value is null, and null is no plugin: rke then pulls without credentials. The instance profile or the AWS environment of the machine that runs rke is used only with an empty map. Source: rke v1.6.3, docker/docker.go:741; tried with yaml.v2.",
    examples: &[Example {
        before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin: # instance profile
  ^^^^^^^^^^^^^^^^^^^^^
",
        after: Some(
            "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin: {} # instance profile
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.registries() {
        let Some(field) = facts.registry_value(&at).and_then(|e| e.field("ecr_credential_plugin")) else { continue };
        if !field.value.is_nil() {
            continue;
        }
        let is_ecr = registry.url.as_ref().is_some_and(|url| ecr::rke_region(&url.value).is_some());
        let edit = facts.document.set_value(facts.text, field.key, "{}").filter(|_| is_ecr);
        reporter
            .report(field.key, format!("{at}.ecr_credential_plugin"), "the plugin has no value, which switches it off")
            .help("write `{}` for the instance profile, or the AWS keys below it; remove the key if no plugin is meant")
            .fix("switch it on with `{}`", Safety::Uncertain, edit.into_iter().collect());
    }
}
