use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::fits;
use crate::credentials::ecr;
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::problem::{Problem, UnknownKey};
use crate::schema::Schema;
use crate::schema::suggest::means_ecr_plugin;

pub static RULE: Rule = Rule { code: "D301", name: "ecr-key-ignored", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "rke reads `ecr_credential_plugin`; the spelling of the manual is ignored.",
    why: "The manual writes `ecrCredentialPlugin`, older texts `credentialPlugin`: both are names of the Rancher API. In cluster.yml every release of rke since v1.3.0 reads `ecr_credential_plugin` and drops the others without a message, so that pulls from ECR fail with `no basic auth credentials`. Source: rke v1.6.3, types/rke_types.go:117; https://github.com/rancher-archives/rke/pull/2659.",
    examples: &[
        Example {
            before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  is_default: true
  ecrCredentialPlugin: # as the manual has it
  ^^^^^^^^^^^^^^^^^^^
    aws_access_key_id: AKIAEXAMPLE
    aws_secret_access_key: secret
",
            after: Some(
                "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  is_default: true
  ecr_credential_plugin: # as the manual has it
    aws_access_key_id: AKIAEXAMPLE
    aws_secret_access_key: secret
",
            ),
        },
        Example {
            before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  credentialPlugin: {}
  ^^^^^^^^^^^^^^^^
",
            after: Some(
                "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin: {}
",
            ),
        },
    ],
};

const KEY: &str = "ecr_credential_plugin";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::UnknownKey(unknown) = problem else { continue };
        if !means_ecr_plugin(unknown) || !facts.knows_ecr_plugin() {
            continue;
        }
        let message = format!("rke ignores `{}`: the key it reads is `{KEY}`", unknown.key);
        let finding = reporter.report(unknown.span, &unknown.at, message);
        let entry = unknown.at.rsplit_once('.').map_or("", |(entry, _)| entry);
        if let Some((_, registry)) = facts.registries().find(|(at, _)| at == entry) {
            finding.severity(facts.severity_of_a_lost_plugin(registry));
        }
        finding.help("without it rke pulls from ECR without credentials: `no basic auth credentials`");
        if unknown.siblings.iter().any(|s| s == KEY) {
            continue;
        }
        let mut edits = vec![Edit::replace(unknown.span, KEY)];
        // A key without a value is null, which switches the plugin off: say what was meant.
        let value = facts.text[unknown.span.end..unknown.entry.end].trim_start_matches([':', ' ']);
        if value.is_empty() {
            edits.extend(facts.document.set_value(facts.text, unknown.span, "{}"));
        }
        let safety = if is_accepted(facts, unknown) { Safety::Safe } else { Safety::Uncertain };
        finding.fix(format!("rename to `{KEY}`"), safety, edits);
    }
}

/// Whether the plugin, once it is read, works: its keys are texts, and the url is one that it takes.
fn is_accepted(facts: &Facts<'_>, unknown: &UnknownKey) -> bool {
    let ty = Schema::get().key("private_registries[].ecr_credential_plugin").map(|key| &key.ty);
    let value = facts.document.value_of(unknown.span);
    let fits = ty.zip(value).is_some_and(|(ty, value)| fits(facts.document, value, ty));
    let entry = unknown.at.rsplit_once('.').map_or("", |(entry, _)| entry);
    let takes = |url: &str| ecr::rke_region(url).is_some();
    fits && facts.registry_urls().any(|(at, _, url)| at == entry && takes(&url.value))
}
