use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D006", name: "variable-kept", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "rke expands no variables: the text is used as it stands.",
    why: "There is no expansion of `$NAME`, `${NAME}` or `{{ name }}` and no include in cluster.yml. A placeholder meant for envsubst, Ansible or Helm reaches the registry as the password itself. Names such as Harbor's `robot$ci` or NVIDIA's `$oauthtoken` are meant to hold a dollar sign. Source: rke v1.6.3, cluster/cluster.go:707; tried.",
    examples: &[Example {
        before: "\
private_registries:
- url: registry.example.com
  user: reader
  password: ${REGISTRY_PASSWORD}
            ^^^^^^^^^^^^^^^^^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.registries() {
        let plugin = registry.ecr.as_ref();
        let fields = [
            ("url", registry.url.as_ref()),
            ("user", registry.user.as_ref()),
            ("password", registry.password.as_ref()),
            ("ecr_credential_plugin.aws_access_key_id", plugin.and_then(|p| p.access_key_id.as_ref())),
            ("ecr_credential_plugin.aws_secret_access_key", plugin.and_then(|p| p.secret_access_key.as_ref())),
            ("ecr_credential_plugin.aws_session_token", plugin.and_then(|p| p.session_token.as_ref())),
        ];
        for (key, value) in fields {
            let Some(value) = value.filter(|v| is_placeholder(&v.value)) else { continue };
            reporter
                .report(
                    value.span,
                    format!("{at}.{key}"),
                    format!("`{}` is not expanded: rke uses it as it stands", value.value),
                )
                .help("fill the file in before rke reads it, for instance with envsubst");
        }
    }
}

fn is_placeholder(value: &str) -> bool {
    let braces = value.starts_with("${") && value.ends_with('}') || value.starts_with("{{") && value.ends_with("}}");
    let name = value.strip_prefix('$').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    });
    braces || name
}
