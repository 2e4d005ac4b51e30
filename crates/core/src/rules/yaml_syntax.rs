use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};
use crate::form::broken;
use crate::problem::Problem;
use crate::yaml::edit::without_tabs;

pub static RULE: Rule = Rule { code: "D001", name: "yaml-syntax", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The text is no YAML: rke reads nothing of it.",
    why: "rke parses the whole first document before it looks at any key, and stops at the first syntax error. \
          The line it prints is often one too low, or the start of the block; the mark here is where the parser stood. \
          What stands before the fault is checked all the same. Source: rke v1.6.3, cluster/encryption.go:520.",
    examples: &[
        Example {
            before: "\
private_registries:
- url: registry.example.com
	user: reader
^
	password: secret
",
            after: Some(
                "\
private_registries:
- url: registry.example.com
  user: reader
  password: secret
",
            ),
        },
        Example {
            before: "\
private_registries:
- url: registry.example.com
  password: @secret
            ^
",
            after: None,
        },
        Example {
            before: "\
```yaml
^
network:
  plugin: calico
",
            after: Some(
                "\
network:
  plugin: calico
",
            ),
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        match problem {
            Problem::Syntax(stop) => {
                let finding = reporter.report(stop.span, "", format!("YAML syntax: {}", stop.what));
                if let Some(help) = broken::help(facts.text, stop) {
                    finding.help(help);
                }
                if let Some(line) = broken::fence(facts.text, stop.span.start) {
                    finding.fix("delete the line", Safety::Safe, vec![Edit::delete(line)]);
                } else if let Some(edits) = without_tabs(facts.text) {
                    finding.fix("replace tabs at the start of lines by blanks", Safety::Uncertain, edits);
                }
                refused(finding, facts);
            }
            Problem::TooDeep { span, levels } => {
                let message = format!("nested more than {levels} levels deep: what is deeper is not checked");
                let finding = reporter.report(*span, "", message);
                finding.severity(Severity::Warning).help("no key of cluster.yml needs such a depth");
            }
            Problem::Undecodable { span, error } => {
                let (what, help) = broken::undecodable(facts.document, facts.text, *span, error);
                let message = format!("valid YAML, but rke cannot decode it: {what}");
                let finding = reporter.report(*span, "", message);
                if let Some(help) = help {
                    finding.help(help);
                }
                refused(finding, facts);
            }
            _ => {}
        }
    }
}

fn refused(finding: &mut crate::diagnostic::Diagnostic, facts: &Facts<'_>) {
    if let Some(error) = &facts.cluster.parse_error {
        finding.refused(Step::Parse, 0, format!("Failed to parse cluster file: {error}"));
    }
}
