use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::problem::Problem;

pub static RULE: Rule = Rule { code: "D001", name: "yaml-syntax", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The text is no YAML: rke reads nothing of it.",
    why: "rke parses the whole first document before it looks at any key, and stops at the first syntax error. \
          The line it prints is often one too low, or the start of the block; the mark here is where the parser stood. \
          What stands before the fault is checked all the same. Source: rke v1.6.3, cluster/encryption.go:520.",
    examples: &[
        Example {
            before: "\
nodes:
- address: 10.0.0.1
	user: ubuntu
^
",
            after: None,
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
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        match problem {
            Problem::Syntax(stop) => {
                let finding = reporter.report(stop.span, "", format!("YAML syntax: {}", stop.what));
                if let Some(help) = help(&stop.what, &facts.text[stop.span.range()]) {
                    finding.help(help);
                }
                refused(finding, facts);
            }
            Problem::TooDeep { span, levels } => {
                let message = format!("nested more than {levels} levels deep: what is deeper is not checked");
                let finding = reporter.report(*span, "", message);
                finding.severity(Severity::Warning).help("no key of cluster.yml needs such a depth");
            }
            Problem::Undecodable { span, error } => {
                let what = error.rsplit(": ").next().unwrap_or(error);
                let message = format!("valid YAML, but rke cannot decode it: {what}");
                refused(reporter.report(*span, "", message), facts);
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

fn help(what: &str, at: &str) -> Option<&'static str> {
    Some(match (what, at) {
        (_, "\t") => "a tab cannot indent YAML: use blanks",
        ("found character that cannot start any token", "%" | "@" | "`") => {
            "a value cannot start with this character: put the value in single quotes"
        }
        ("found character that cannot start any token", _) => {
            "a tab cannot indent YAML, and % @ ` cannot start a value: use blanks, or quote the value"
        }
        ("mapping values are not allowed in this context", _) => {
            "a colon and a blank start a new key: quote the value, or check the indentation"
        }
        ("did not find expected key", _) => "a line of this block is indented differently, or a quote is not closed",
        ("found unknown escape character", _) => "in double quotes a backslash is an escape: use single quotes",
        ("found unexpected end of stream", _) => "a quote is opened and never closed",
        ("control characters are not allowed", _) => "delete the invisible character",
        _ => return None,
    })
}
