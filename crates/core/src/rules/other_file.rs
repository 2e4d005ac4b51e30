use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::problem::Problem;

pub static RULE: Rule = Rule { code: "D016", name: "other-file", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "This is another program's file, not a cluster.yml.",
    why: "rke ignores every key that it does not know, so it takes a Kubernetes manifest, a Compose file or a \
          configuration of RKE2 without a word, as a cluster.yml that says nothing, and stops for want of nodes. \
          Said once here, in place of an unknown key for each line. Source: tried with rke v1.6.3.",
    examples: &[Example {
        before: "\
apiVersion: v1
^^^^^^^^^^
kind: Namespace
metadata:
  name: shop
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        if let Problem::OtherFile { span, what } = problem {
            reporter
                .report(*span, "", format!("not a cluster.yml: {what}"))
                .help("a cluster.yml has `nodes`, each with address, user and role; rke reads nothing of this text");
        }
    }
}
