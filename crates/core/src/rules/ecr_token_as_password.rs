use super::{Doc, Example, Facts, Reporter, Rule};
use crate::credentials::ecr::EcrHost;
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D309", name: "ecr-token-as-password", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "An ECR token as password is good for twelve hours.",
    why: "`aws ecr get-login-password` prints a token that expires after 12 hours. With `user: AWS` and such a password the first `rke up` works; the kubelet, new nodes and the next run do not. Source: Amazon ECR user guide, private registry authentication.",
    examples: &[Example {
        before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  user: AWS
        ^^^
  password: eyJwYXlsb2FkIjoi
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry, url) in facts.registry_urls() {
        let Some(user) = registry.user.as_ref().filter(|u| u.value == "AWS") else { continue };
        if registry.password.is_some() && EcrHost::parse(url.value.split('/').next().unwrap_or_default()).is_some() {
            reporter
                .report(
                    user.span,
                    format!("{at}.user"),
                    "the password of the user `AWS` is a token that ends after 12 hours",
                )
                .help("use `ecr_credential_plugin` instead: rke then asks for a fresh token at each pull");
        }
    }
}
