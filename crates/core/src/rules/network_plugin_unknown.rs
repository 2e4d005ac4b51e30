use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::effective::NETWORK_PLUGINS;
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D607", name: "network-plugin-unknown", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "rke has no network plugin of this name.",
    why: "Names are compared letter by letter, in lower case. Any other plugin, such as cilium, is installed as an add-on \
          beside `plugin: none`. Source: rke v1.6.3, cluster/validation.go:210.",
    examples: &[
        Example {
            before: "\
network:
  plugin: Canal
          ^^^^^
",
            after: Some(
                "\
network:
  plugin: canal
",
            ),
        },
        Example {
            before: "\
network:
  plugin: cilium
          ^^^^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(plugin) = &facts.cluster.network.plugin else { return };
    let name = plugin.value.as_str();
    if NETWORK_PLUGINS.contains(&name) {
        return;
    }
    let finding = reporter.report(plugin.span, "network.plugin", format!("`{name}` is no network plugin of rke"));
    finding.offer(plugin, &NETWORK_PLUGINS);
    if finding.fixes.is_empty() {
        finding.help("for a plugin of your own write `none` and deploy it with `addons_include`");
    }
    let error = format!("Failed to validate cluster: Network plugin [{name}] is not supported");
    finding.refused(Step::Network, 0, error);
}
