use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::problem::Problem;

pub static RULE: Rule = Rule { code: "D004", name: "more-documents", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "rke reads only the first YAML document of the file.",
    why: "Everything behind the second `---` is not even parsed: nodes or registries written there do not exist for \
          rke, and a syntax error there goes unnoticed. Source: tried with rke v1.6.3.",
    examples: &[Example {
        before: "\
nodes: []
---
^^^
private_registries:
- url: registry.example.com
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        if let Problem::MoreDocuments { span } = problem {
            reporter
                .report(*span, "", "a second document starts here: rke never reads it")
                .help("move what belongs to the cluster above this line");
        }
    }
}
