use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D307", name: "ecr-key-expires", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "Temporary AWS keys end within hours, and nothing renews them.",
    why: "Keys that begin with `ASIA`, or come with a session token, belong to a role and expire, mostly after 1 to 12 hours. rke asks for an ECR token with them at each pull, so the next `rke up`, or a node added later, fails. Source: AWS IAM user guide, unique identifiers; rke v1.6.3, util/ecr.go.",
    examples: &[Example {
        before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin:
    aws_access_key_id: ASIAEXAMPLE
                       ^^^^^^^^^^^
    aws_secret_access_key: secret
    aws_session_token: token
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.registries() {
        let Some(plugin) = &registry.ecr else { continue };
        let temporary = plugin.access_key_id.as_ref().filter(|id| id.value.starts_with("ASIA"));
        let (key, span) = match (temporary, &plugin.session_token) {
            (Some(id), _) => ("aws_access_key_id", id.span),
            (None, Some(token)) if plugin.access_key_id.is_some() => ("aws_session_token", token.span),
            _ => continue,
        };
        reporter
            .report(span, format!("{at}.ecr_credential_plugin.{key}"), "temporary AWS keys: they expire within hours")
            .help("use `ecr_credential_plugin: {}` with an instance profile, or the keys of an IAM user");
    }
}
