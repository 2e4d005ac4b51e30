use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D304", name: "ecr-plugin-beside-login", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "User and password beside the ECR plugin: rke uses one for system images, the kubelet the other.",
    why: "For system images rke logs in with user and password as soon as one of them is set. For the kubelet it writes only the plugin's credential helper and leaves user and password out. `rke up` succeeds, and pods cannot pull. Source: rke v1.6.3, docker/docker.go:741 and 778.",
    examples: &[Example {
        before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  user: AWS
  password: secret
  ecr_credential_plugin: {}
  ^^^^^^^^^^^^^^^^^^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.registries() {
        let Some(login) = registry.user.as_ref().or(registry.password.as_ref()).filter(|_| registry.ecr.is_some())
        else {
            continue;
        };
        let Some(field) = facts.registry_value(&at).and_then(|e| e.field("ecr_credential_plugin")) else { continue };
        reporter
            .report(
                field.key,
                format!("{at}.ecr_credential_plugin"),
                "the plugin beside user and password: rke pulls with the password, the kubelet gets only the plugin",
            )
            .label(login.span, "system images are pulled with this")
            .help("keep one: the plugin for ECR, user and password for anything else");
    }
}
