//! A page for each rule and the list of all, from the rules themselves.

use std::fmt::Write;

use drydock_core::render::rule;
use drydock_core::rules::{RULES, Rule};

use crate::Source;

pub fn sources() -> Vec<Source> {
    let mut sources = vec![Source { path: "rules/index.md".to_owned(), markdown: index(), generated: true }];
    sources.extend(RULES.iter().map(|rule| Source {
        path: format!("rules/{}.md", rule.code),
        markdown: page(rule),
        generated: true,
    }));
    sources
}

/// By the hundreds of the codes.
const FAMILIES: &[(&str, &str)] = &[
    ("D0", "YAML and what rke's decoders make of it"),
    ("D1", "Keys"),
    ("D2", "Registry urls and logins"),
    ("D3", "Amazon ECR"),
    ("D4", "Versions and images"),
    ("D5", "Nodes"),
    ("D6", "What rke refuses in services, network and ingress"),
    ("D7", "What fails only later"),
];

fn index() -> String {
    let mut page =
        "# Rules\n\nWhat Drydock finds, by code. A comment `# drydock: ignore[CODE]` at the end of a line, or \
                    on the line before, silences one finding; `pull check --ignore CODE` leaves a rule out.\n"
            .to_owned();
    for (start, title) in FAMILIES {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {title}\n\n| rule | severity | fault |\n|---|---|---|\n");
        let mut family: Vec<_> = RULES.iter().filter(|rule| rule.code.starts_with(start)).collect();
        family.sort_by_key(|rule| rule.code);
        for rule in family {
            let (code, name, severity) = (rule.code, rule.name, rule.severity.name());
            let _ = writeln!(page, "| [{code}]({code}.md) {name} | {severity} | {} |", rule.doc().summary);
        }
    }
    page
}

/// The words of `pull rule`, with examples that can be opened.
fn page(rule: &Rule) -> String {
    let whole = rule::page(rule);
    let words = whole.split("\n## Example\n").next().unwrap_or_default();
    let mut page = words.to_owned();
    for example in rule.doc().examples {
        let _ = write!(page, "\n## Example\n\n```yaml check\n{}\n```\n", example.text().trim_matches('\n'));
        if let Some(after) = example.after {
            let _ = write!(page, "\nFixed:\n\n```yaml check\n{}\n```\n", after.trim_matches('\n'));
        }
    }
    page + "\n[All rules](index.md)\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_belongs_to_a_family() {
        for rule in RULES {
            assert!(FAMILIES.iter().any(|(start, _)| rule.code.starts_with(start)), "{}", rule.code);
        }
    }
}
