use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D709", name: "rotation-impossible", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "There is no encryption key that rke could rotate.",
    why: "On a cluster that encrypts its secrets `rotate_encryption_key: true` makes rke rotate the key and nothing else. \
          It stops where the file has a `custom_config`, whose keys are yours, or where encryption is switched off. \
          On a new cluster the key has no effect. Source: rke v1.6.3, cmd/encryption.go:90, cmd/up.go:106.",
    examples: &[Example {
        before: "\
rotate_encryption_key: true
                       ^^^^
",
        after: Some(
            "\
rotate_encryption_key: false
",
        ),
    }],
};

const PATH: &str = "services.kube-api.secrets_encryption_config";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let config = &facts.cluster.config;
    let Some(rotate) = config.bool("rotate_encryption_key").filter(|flag| flag.value) else { return };
    let encryption = config.at(PATH);
    let enabled = encryption.and_then(|block| block.bool("enabled")).is_some_and(|flag| flag.value);
    let custom = facts.cluster.has(&format!("{PATH}.custom_config"));
    let message = match (enabled, custom) {
        (_, true) => "the keys of `custom_config` are not rotated by rke",
        (false, false) => "a key is to be rotated, but secrets are not encrypted",
        (true, false) => return,
    };
    let finding = reporter.report(rotate.span, "rotate_encryption_key", message);
    let edit = config.field("rotate_encryption_key");
    let edit = edit.and_then(|field| facts.document.set_value(facts.text, field.key, "false"));
    finding.help("write `false`; own keys are changed in `custom_config`");
    finding.fix("write `false`", Safety::Uncertain, edit.into_iter().collect());
}
