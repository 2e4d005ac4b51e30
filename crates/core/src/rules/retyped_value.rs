use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::problem::Problem;
use crate::schema::suggest::pattern;
use crate::schema::{Schema, Secret};
use crate::yaml::scalar::{Resolved, resolve};

pub static RULE: Rule = Rule { code: "D009", name: "retyped-value", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "Beside a custom encryption configuration rke rewrites the file, and this text changes.",
    why: "A map under secrets_encryption_config.custom_config makes rke take it out and write the whole file again before \
          it decodes it. On the way every value without quotes is read by its looks: 022 becomes 18, yes becomes true, \
          1.10 becomes 1.1, a long run of digits loses its last ones, and a password of digits is another password. \
          Without a custom configuration rke takes the text as it is written. \
          Source: rke v1.6.3, cluster/encryption.go:517; github.com/ghodss/yaml v1.0.0.",
    examples: &[Example {
        before: "\
nodes:
- address: 10.0.0.1
  user: on
        ^^
  port: 022
        ^^^
  role: [etcd]
services:
  kube-api:
    secrets_encryption_config:
      enabled: true
      custom_config:
        apiVersion: apiserver.config.k8s.io/v1
        kind: EncryptionConfiguration
",
        after: Some(
            "\
nodes:
- address: 10.0.0.1
  user: 'on'
  port: '022'
  role: [etcd]
services:
  kube-api:
    secrets_encryption_config:
      enabled: true
      custom_config:
        apiVersion: apiserver.config.k8s.io/v1
        kind: EncryptionConfiguration
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::Retyped { span, at, becomes } = problem else { continue };
        let written = &facts.text[span.range()];
        let harmless = Schema::get().key(&pattern(at)).is_some_and(|key| key.secret == Secret::No);
        let message = match harmless {
            true => format!("custom_config makes rke rewrite the file: `{at}` becomes `{becomes}`"),
            false => format!("custom_config makes rke rewrite the file: `{at}` becomes another text"),
        };
        let finding = reporter.report(*span, at, message);
        finding.help("in quotes it stays as it is");
        if !matches!(resolve(None, written, true), Ok(Resolved::Text) | Err(_)) {
            finding.fix("put it in quotes", Safety::Safe, vec![Edit::replace(*span, format!("'{written}'"))]);
        }
    }
}
