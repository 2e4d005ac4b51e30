use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D706", name: "backend-number", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "Port and VNI of flannel's backend are numbers.",
    why: "`network.options` holds text, so anything decodes; rke turns it into a number when it deploys the network \
          plugin, on hosts that are set up by then, and stops there. Source: rke v1.6.3, cluster/network.go:429 and 496.",
    examples: &[Example {
        before: "\
network:
  plugin: flannel
  options:
    flannel_backend_port: 8472/udp
                          ^^^^^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let options = match facts.cluster.network_plugin() {
        "flannel" => ["flannel_backend_vni", "flannel_backend_port"],
        "canal" => ["canal_flannel_backend_vni", "canal_flannel_backend_port"],
        _ => return,
    };
    let Some(written) = facts.cluster.config.at("network.options") else { return };
    for option in options {
        let Some(value) = written.text(option).filter(|text| text.value.parse::<i64>().is_err()) else { continue };
        let finding =
            reporter.report(value.span, format!("network.options.{option}"), format!("`{}` is no number", value.value));
        finding.help("write digits only");
    }
}
