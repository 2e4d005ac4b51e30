use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D612", name: "aci-incomplete", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "aci needs 21 settings in `network.aci_network_provider`.",
    why: "They come from the tool `acc-provision` of Cisco. rke asks for them one by one, so a file is refused up to 21 \
          times. The two lists can only stand in the block, where an empty list is enough. \
          Source: rke v1.6.3, cluster/validation.go:288.",
    examples: &[Example {
        before: "\
network:
  plugin: aci
  aci_network_provider:
  ^^^^^^^^^^^^^^^^^^^^
    system_id: rke
",
        after: None,
    }],
};

/// In rke's order: the name in `network.options`, the key in the block, rke's name for it and its description.
const REQUIRED: [(&str, &str, &str, &str); 19] = [
    ("aci_system_identifier", "system_id", "system_id", "unique suffix for all cluster related objects in aci"),
    ("aci_token", "token", "token", "UUID for this version of the input configuration"),
    ("aci_apic_user_name", "apic_user_name", "apic_user_name", "User name for aci apic"),
    ("aci_apic_user_key", "apic_user_key", "apic_user_key", "Base64 encoded private key for aci apic user"),
    ("aci_apic_user_crt", "apic_user_crt", "apic_user_crt", "Base64 encoded certificate for aci apic user"),
    ("aci_encap_type", "encap_type", "encap_type", "One of the supported encap types for aci(vlan/vxlan)"),
    (
        "aci_mcast_range_start",
        "mcast_range_start",
        "mcast_range_start",
        "Mcast range start address for endpoint groups on aci",
    ),
    ("aci_mcast_range_end", "mcast_range_end", "mcast_range_end", "Mcast range end address for endpoint groups on aci"),
    ("aci_node_subnet", "node_subnet", "node_subnet", "Kubernetes node address subnet"),
    ("aci_aep", "aep", "aep", "Attachment entity profile name on aci"),
    ("aci_vrf_name", "vrf_name", "vrf_name", "VRF Name on aci"),
    ("aci_vrf_tenant", "vrf_tenant", "vrf_tenant", "Tenant for VRF on aci"),
    ("aci_l3out", "l3out", "l3out", "L3Out on aci"),
    (
        "aci_dynamic_external_subnet",
        "extern_dynamic",
        "extern_dynamic",
        "Subnet to use for dynamic external IPs on aci",
    ),
    ("aci_static_external_subnet", "extern_static", "extern_static", "Subnet to use for static external IPs on aci"),
    (
        "aci_service_graph_subnet",
        "node_svc_subnet",
        "node_svc_subnet",
        "Subnet to use for service graph endpoints on aci",
    ),
    ("aci_kubeapi_vlan", "kube_api_vlan", "kubeapi_vlan", "Vlan for node network on aci"),
    ("aci_service_vlan", "service_vlan", "service_vlan", "Vlan for service graph nodes on aci"),
    ("aci_infra_vlan", "infra_vlan", "infra_vlan", "Vlan for infra network on aci"),
];
const LISTS: [(&str, &str); 2] =
    [("apic_hosts", "address of aci apic hosts"), ("l3out_external_networks", "external network name/s on aci")];
const BLOCK: &str = "network.aci_network_provider";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let cluster = facts.cluster;
    if cluster.network_plugin() != "aci" || facts.cut_short() {
        return;
    }
    let empty = |option: &str, key: &str| cluster.network_option(option, BLOCK, key).is_none_or(str::is_empty);
    let mut missing: Vec<(&str, String)> = REQUIRED
        .iter()
        .filter(|(option, key, ..)| empty(option, key))
        .map(|(_, key, name, what)| (*key, format!("{name}({what}) under aci_network_provider is not provided")))
        .collect();
    if missing.is_empty() && !cluster.has(BLOCK) {
        // The names are lost in rke: it cuts them out of the prefix, not the prefix out of them.
        let names = " aci_ ".repeat(REQUIRED.len());
        let what = "multiple parameters under aci_network_provider are not provided";
        missing.push((LISTS[0].0, format!("{what}: [{names} ApicHosts  L3OutExternalNetworks]")));
        missing.push((LISTS[1].0, String::new()));
    } else {
        let lists = LISTS.iter().filter(|(key, _)| !cluster.has(&format!("{BLOCK}.{key}")));
        missing.extend(
            lists.map(|(key, what)| (*key, format!("{key}({what}) under aci_network_provider is not provided"))),
        );
    }
    let Some((first, error)) = missing.first() else { return };
    let keys: Vec<String> = missing.iter().take(3).map(|(key, _)| format!("`{key}`")).collect();
    let more = missing.len().saturating_sub(3);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let span = match cluster.config.field_at(BLOCK) {
        Some(block) => block.key,
        None => facts.blame("network.plugin"),
    };
    let at = format!("{BLOCK}.{first}");
    let finding = reporter.report(span, at, format!("`{BLOCK}` lacks {}{rest}", keys.join(", ")));
    finding.help("take the values from the output of `acc-provision`");
    finding.refused(Step::Network, 40, format!("Failed to validate cluster: Network plugin aci: {error}"));
}
