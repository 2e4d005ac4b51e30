use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::problem::Problem;

pub static RULE: Rule = Rule { code: "D015", name: "bare-list", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The text is a list without the key of cluster.yml that it belongs under.",
    why: "A manual's snippet, or a part copied out of a file, begins below its key. rke reads a cluster.yml as a map and \
          refuses a list with an error of its JSON decoder, before it looks at anything in it. \
          Source: tried with rke v1.6.3.",
    examples: &[
        Example {
            before: "\
- url: registry.example.com
  ^^^
  is_default: true
",
            after: None,
        },
        Example {
            before: "\
# of the manual
  - address: 10.0.0.1
    ^^^^^^^
    user: ubuntu
    role: [controlplane, etcd, worker]
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::BareList { span, under, error } = problem else { continue };
        let message = format!("a list without its key: a part of a cluster.yml that belongs under `{under}`");
        let finding = reporter.report(*span, *under, message);
        // No fix: the faults in the list, which come to light then, would be its doing.
        finding.help(format!("write `{under}:` on a line above it: then what is in the list is checked, too"));
        finding.refused(Step::Parse, 0, format!("Failed to parse cluster file: {error}"));
    }
}
