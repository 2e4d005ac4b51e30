use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::form::template::is_placeholder;

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
            // A secret may look like a placeholder.
            let what = if matches!(key, "url" | "user") { &format!("`{}`", value.value) } else { "the placeholder" };
            reporter
                .report(value.span, format!("{at}.{key}"), format!("{what} is not expanded: rke uses it as it stands"))
                .help("fill the file in before rke reads it, for instance with envsubst");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::plan::Options;

    #[test]
    fn a_url_to_be_filled_in_is_told_once() {
        for url in ["<registry>", "'{{ r }}'", "${REG}", "$REG", "'{{ Host }}/Team '", "'${REG}:5000'"] {
            let text = format!("private_registries:\n- url: {url}\n  is_default: true\n");
            let found = check(&text, &Options::default()).diagnostics;
            let codes: Vec<_> = found.iter().map(|d| d.code).filter(|code| code.starts_with("D0")).collect();
            assert_eq!(codes, ["D006"], "{text}{found:#?}");
            assert!(!found.iter().any(|d| d.code.starts_with("D2")), "{text}{found:#?}");
        }
        let found = check("private_registries:\n- url: https://${REG}/\n", &Options::default()).diagnostics;
        let codes: Vec<_> = found.iter().map(|d| d.code).filter(|code| *code != "D506").collect();
        assert_eq!(codes, ["D006", "D201", "D202"], "{found:#?}");
    }

    #[test]
    fn a_secret_is_not_told_for_a_placeholder() {
        let text = "private_registries:\n- {url: r.example.com, user: reader, password: '<hunter22>'}\n";
        let found = check(text, &Options::default()).diagnostics;
        let told = found.iter().find(|d| d.code == "D006").unwrap();
        assert!(!told.message.contains("hunter22"), "{told:#?}");
    }
}
