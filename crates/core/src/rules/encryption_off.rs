use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;
use crate::problem::Problem;

pub static RULE: Rule = Rule { code: "D010", name: "encryption-off", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "A custom encryption configuration without `enabled: true` is dropped, and secrets stay unencrypted.",
    why: "rke reads custom_config, checks its types, and then keeps it only where secrets_encryption_config is enabled; \
          otherwise it says nothing and the API server stores secrets in clear. Source: rke v1.6.3, \
          cluster/cluster.go:721.",
    examples: &[Example {
        before: "\
services:
  kube-api:
    secrets_encryption_config:
      custom_config:
        apiVersion: apiserver.config.k8s.io/v1
        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
        after: Some(
            "\
services:
  kube-api:
    secrets_encryption_config:
      custom_config:
        apiVersion: apiserver.config.k8s.io/v1
      enabled: true
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::EncryptionOff { span, at } = problem else { continue };
        let finding = reporter.report(*span, at, "custom_config is dropped: encryption is not enabled");
        let edit = facts.document.key_of(*span).and_then(|key| {
            let block = facts.document.mapping_of(key)?;
            match facts.document.get(block, "enabled") {
                Some(_) => None,
                None => facts.document.add_after(facts.text, key, "enabled: true"),
            }
        });
        finding.help("write `enabled: true` beside it");
        finding.fix("enable the encryption", Safety::Uncertain, edit.into_iter().collect());
    }
}
