use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D313", name: "ecr-key-in-file", severity: Severity::Note, check };

pub static DOC: Doc = Doc {
    summary: "A lasting AWS key stands in an ECR plugin.",
    why: "A key that begins with `AKIA` belongs to an IAM user and works until it is deleted. rke copies it, in plain text, to cluster.rkestate and into the cluster: to the Secret `full-cluster-state` of kube-system, which in earlier releases is a ConfigMap. An instance profile needs no key. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html; rke v1.6.3, cluster/state.go:118.",
    examples: &[Example {
        before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin:
    aws_access_key_id: AKIAEXAMPLE
                       ^^^^^^^^^^^
    aws_secret_access_key: secret
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.registries() {
        let key = registry.ecr.as_ref().and_then(|plugin| plugin.access_key_id.as_ref());
        let Some(key) = key.filter(|key| key.value.starts_with("AKIA")) else { continue };
        let at = format!("{at}.ecr_credential_plugin.aws_access_key_id");
        reporter
            .report(key.span, at, "a lasting AWS key in the file, and in every copy of it")
            .help("use `ecr_credential_plugin: {}` with an instance profile; else keep cluster.yml and cluster.rkestate as you keep passwords");
    }
}
