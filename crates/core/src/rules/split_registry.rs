use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::text::{Span, column};

pub static RULE: Rule = Rule { code: "D213", name: "split-registry", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "A registry is written as several: each of its keys has a dash of its own.",
    why: "A dash starts the next entry of the list. An entry without `url` is Docker Hub's, so the password is offered \
          to Docker Hub, the registry itself is used without credentials, and `is_default` changes no image. \
          Source: rke v1.6.3, cluster/defaults.go:271.",
    examples: &[
        Example {
            before: "\
private_registries:
- url: registry.example.com
- user: reader
  ^^^^
- password: secret # of the reader
  ^^^^^^^^
- is_default: true
  ^^^^^^^^^^
",
            after: Some(
                "\
private_registries:
- url: registry.example.com
  user: reader
  password: secret # of the reader
  is_default: true
",
            ),
        },
        Example {
            before: "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
- ecr_credential_plugin: {}
  ^^^^^^^^^^^^^^^^^^^^^
",
            after: Some(
                "\
private_registries:
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  ecr_credential_plugin: {}
",
            ),
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (head, index) in facts.split_registries() {
        let at = format!("private_registries[{index}]");
        let Some(field) = facts.registry_value(&at).and_then(|entry| entry.fields().first()) else { continue };
        let message = format!("`{}` is an entry of its own: rke takes it for Docker Hub", field.name);
        let finding = reporter.report(field.key, format!("{at}.{}", field.name), message);
        finding.help("only the first line of a registry has a dash");
        let first = facts.registry_value(&format!("private_registries[{head}]")).and_then(|e| e.fields().first());
        let in_line =
            first.is_some_and(|first| column(facts.text, first.key.start) == column(facts.text, field.key.start));
        if let Some(dash) = dash(facts.text, field.key).filter(|_| in_line) {
            finding.fix("remove the dash", Safety::Uncertain, vec![Edit::replace(dash, " ")]);
        }
    }
}

/// The dash in front of the key, on the same line.
fn dash(text: &str, key: Span) -> Option<Span> {
    let before = text[..key.start].trim_end_matches(' ');
    before.ends_with('-').then(|| Span::new(before.len() - 1, before.len()))
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::diagnostic::Severity;
    use crate::plan::Options;

    #[test]
    fn what_is_said_of_other_entries_is_said_beside_a_split() {
        let split = "private_registries:\n- url: r.example.com\n- user: reader\n- password: secret\n";
        let plugin =
            "private_registries:\n- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com\n- ecr_credential_plugin: {}\n";
        let texts = [
            (split, "", &["D213", "D213"][..]),
            (split, "- url: s.example.com\n  user: reader\n", &["D213", "D213", "D211"]),
            (split, "- url: r.example.com\n", &["D213", "D213", "D210"]),
            (split, "- {user: reader, password: secret, is_default: true}\n", &["D213", "D213", "D209"]),
            (plugin, "", &["D213"]),
            (plugin, "- {url: t.example.com, ecr_credential_plugin: {}}\n", &["D213", "D303"]),
            (plugin, "- url: 123456789012.dkr.ecr.us-east-1.amazonaws.com\n", &["D213", "D310"]),
        ];
        for (above, below, wanted) in texts {
            let found = check(&format!("{above}{below}"), &Options::default()).diagnostics;
            let codes: Vec<_> = found.iter().filter(|d| d.severity != Severity::Note).map(|d| d.code).collect();
            assert_eq!(codes, wanted, "{above}{below}{found:#?}");
        }
    }
}
