use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::problem::Problem;

pub static RULE: Rule = Rule { code: "D013", name: "state-file", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "This is rke's state file, no cluster.yml.",
    why: "`cluster.rkestate` is what rke remembers of its last run: the configuration by the names of its API, and in \
          clear all private keys of the cluster and the passwords of its registries. Read as a cluster.yml it is empty. \
          Source: rke v1.6.3, cluster/state.go.",
    examples: &[Example {
        before: "\
{
  \"desiredState\": {
  ^^^^^^^^^^^^^^
    \"rkeConfig\": {\"kubernetesVersion\": \"v1.30.5-rancher1-1\"}
  }
}
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        if let Problem::StateFile { span } = problem {
            let finding =
                reporter.report(*span, "", "rke's state file, no cluster.yml: it holds the keys of the cluster");
            finding.help("check the cluster.yml that lies beside it, and keep this file as secret as the keys in it");
        }
    }
}
