use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::problem::Problem;

pub static RULE: Rule = Rule { code: "D012", name: "rancher-form", severity: Severity::Note, check };

pub static DOC: Doc = Doc {
    summary: "The configuration stands below Rancher's `rancher_kubernetes_engine_config`.",
    why: "Rancher wraps the configuration of a cluster in settings of its own, in its editor and its API. What stands \
          below the key is checked here as a cluster.yml, its keys by the names of Rancher's API too: `kube_api` is \
          rke's `kube-api`. The rke command does not know the key: given this file, it reads nothing of it and takes a \
          default for everything. Source: tried with rke v1.6.3; its types' names in JSON.",
    examples: &[Example {
        before: "\
docker_root_dir: /var/lib/docker
rancher_kubernetes_engine_config:
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  network:
    plugin: calico
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::RancherForm { span, respelled } = problem else { continue };
        let message = "Rancher's form of a cluster: what stands below this key is checked";
        let finding = reporter.report(*span, "", message);
        let spelling = respelled.as_ref().map(|(written, name)| format!(", and `{written}` be `{name}`"));
        finding.help(format!(
            "for the rke command the block itself must be the file{}; as it stands, rke reads nothing of it",
            spelling.unwrap_or_default()
        ));
    }
}
