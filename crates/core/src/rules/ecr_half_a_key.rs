use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D305", name: "ecr-half-a-key", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "One AWS key without the other is ignored.",
    why: "Only with both `aws_access_key_id` and `aws_secret_access_key` does rke use the keys of the file; with one of them it silently takes the AWS credentials of the machine it runs on. Source: rke v1.6.3, util/ecr.go.",
    examples: &[Example {
        before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin:
    aws_access_key_id: AKIAEXAMPLE
                       ^^^^^^^^^^^
",
        after: Some(
            "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin:
    aws_access_key_id: AKIAEXAMPLE
    aws_secret_access_key: CHANGE_ME
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.registries() {
        let Some(plugin) = &registry.ecr else { continue };
        let (given, missing, present) = match (&plugin.access_key_id, &plugin.secret_access_key, &plugin.session_token)
        {
            (Some(id), None, _) => ("aws_access_key_id", "aws_secret_access_key", id),
            (None, Some(secret), _) => ("aws_secret_access_key", "aws_access_key_id", secret),
            (None, None, Some(token)) => ("aws_session_token", "aws_secret_access_key", token),
            _ => continue,
        };
        let message = format!("`{given}` without `{missing}`: rke takes the AWS credentials of its own machine");
        let finding = reporter.report(present.span, format!("{at}.ecr_credential_plugin.{given}"), message);
        let block = facts.registry_value(&at).and_then(|e| e.at("ecr_credential_plugin"));
        let beside = block.and_then(|block| block.field(given));
        let edit = beside.and_then(|field| facts.document.fill_in(facts.text, field.key, missing));
        finding.help("give both keys, or none for the instance profile");
        if given != "aws_session_token" {
            finding.fix(format!("add `{missing}` to fill in"), Safety::Placeholder, edit.into_iter().collect());
        }
    }
}
