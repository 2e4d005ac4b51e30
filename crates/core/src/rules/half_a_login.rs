use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D211", name: "half-a-login", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A user without a password, or a password without a user, is sent as it is.",
    why: "One of the two is enough for rke to log in with both: the other is sent empty, and the registry refuses. It also switches the ECR plugin of the entry off. Source: rke v1.6.3, docker/docker.go:741.",
    examples: &[Example {
        before: "\
private_registries:
- url: registry.example.com
  user: reader
        ^^^^^^
",
        after: Some(
            "\
private_registries:
- url: registry.example.com
  user: reader
  password: CHANGE_ME
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, registry) in facts.whole_registries() {
        let (given, missing, present) = match (&registry.user, &registry.password) {
            (Some(user), None) => ("user", "password", user),
            (None, Some(password)) => ("password", "user", password),
            _ => continue,
        };
        if facts.mistyped(&format!("{at}.{missing}")) {
            continue;
        }
        let message = format!("`{given}` without `{missing}`: rke logs in with an empty {missing}");
        let finding = reporter.report(present.span, format!("{at}.{given}"), message);
        finding.severity(facts.severity_of_a_fault_in(registry));
        finding.help(format!("add the `{missing}`, or take both out for a registry that needs no login"));
        let beside = facts.registry_value(&at).and_then(|entry| entry.field(given));
        let edit = beside.and_then(|field| facts.document.fill_in(facts.text, field.key, missing));
        finding.fix(format!("add a `{missing}` to fill in"), Safety::Placeholder, edit.into_iter().collect());
    }
}
