use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D611", name: "aci-cloud-option", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "Options of the cloud edition of aci are refused.",
    why: "rke knows the options but its templates leave them out: any text, and any switch other than `false`, is \
          refused. `use_aci_anywhere_crd` of the block slips through, its name in the check is another. \
          Source: rke v1.6.3, cluster/validation.go:275.",
    examples: &[Example {
        before: "\
network:
  plugin: aci
  aci_network_provider:
    capic: 'true'
           ^^^^^^
",
        after: Some(
            "\
network:
  plugin: aci
  aci_network_provider:
    {}
",
        ),
    }],
};

/// In rke's order: the name in `network.options`, and the key in the block of those that are switches or texts.
const OPTIONS: [(&str, &str, &str); 14] = [
    ("aci_ep_registry", "ep_registry", ""),
    ("aci_opflex_mode", "opflex_mode", ""),
    ("aci_use_host_netns_volume", "use_host_netns_volume", "false"),
    ("aci_use_opflex_server_volume", "use_opflex_server_volume", "false"),
    ("aci_subnet_domain_name", "subnet_domain_name", ""),
    ("aci_kafka_client_crt", "kafka_client_crt", ""),
    ("aci_kafka_client_key", "kafka_client_key", ""),
    ("aci_capic", "capic", "false"),
    // Refused whatever it says, but read from `network.options` only.
    ("UseAciAnywhereCRD", "", "-"),
    ("aci_overlay_vrf_name", "overlay_vrf_name", ""),
    ("aci_gbp_pod_subnet", "gbp_pod_subnet", ""),
    ("aci_run_gbp_container", "run_gbp_container", "false"),
    ("aci_run_opflex_server_container", "run_opflex_server_container", "false"),
    ("aci_opflex_server_port", "opflex_server_port", ""),
];

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let cluster = facts.cluster;
    if cluster.network_plugin() != "aci" {
        return;
    }
    for (nth, (option, key, harmless)) in OPTIONS.iter().enumerate() {
        let optional = cluster.config.at("network.options").and_then(|options| options.field(option));
        let value = match optional {
            Some(field) => field.value.as_str().unwrap_or_default(),
            // An empty switch of the block is filled in.
            None => match cluster.network_option(option, "network.aci_network_provider", key) {
                Some("") | None => continue,
                Some(value) => value,
            },
        };
        if value == *harmless {
            continue;
        }
        let block = format!("network.aci_network_provider.{key}");
        let field = optional.or_else(|| cluster.config.field_at(&block));
        let Some(field) = field else { continue };
        let at = if optional.is_some() { format!("network.options.{option}") } else { block };
        let span = if field.value.span.is_empty() { field.key } else { field.value.span };
        let finding = reporter.report(span, &at, format!("`{at}` belongs to the cloud edition of aci"));
        let edit = facts.document.remove_entry(facts.text, field.key);
        finding.help("remove it");
        finding.fix("remove it", crate::fix::Safety::Uncertain, edit.into_iter().collect());
        let error = format!(
            "Failed to validate cluster: Network plugin aci: {option} = {value} is provided,but cloud options are not \
             allowed in this release"
        );
        finding.refused(Step::Network, 10 + nth, error);
    }
}
