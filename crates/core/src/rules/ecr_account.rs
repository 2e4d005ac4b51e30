use super::{Doc, Example, Facts, Reporter, Rule};
use crate::credentials::ecr;
use crate::diagnostic::Severity;
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D311", name: "ecr-account", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "The account in an ECR url is no AWS account.",
    why: "An AWS account number has exactly twelve digits. rke's own pattern takes any word there, so the fault shows only when the name does not resolve. Source: the pattern of amazon-ecr-credential-helper and ecr-credential-provider; rke v1.6.3, util/ecr.go.",
    examples: &[Example {
        before: "\
private_registries:
- url: 12345678901.dkr.ecr.eu-west-1.amazonaws.com
       ^^^^^^^^^^^
  ecr_credential_plugin: {}
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, _, url) in facts.registry_urls() {
        if ecr::rke_region(&url.value).is_none() {
            continue;
        }
        let account = url.value.trim_start_matches("https://").split('.').next().unwrap_or_default();
        if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let inner = facts.document.inner_span(url.span);
        let start = facts.text[inner.range()].find(account).map_or(inner.start, |i| inner.start + i);
        let span = Span::new(start, (start + account.len()).min(inner.end));
        let said = match account.bytes().all(|b| b.is_ascii_digit()) {
            true => format!("`{account}` has {} digits, an AWS account has 12", account.len()),
            false => format!("`{account}` is no AWS account of 12 digits"),
        };
        reporter.report(span, format!("{at}.url"), said);
    }
}
