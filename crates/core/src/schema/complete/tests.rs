use super::*;
use crate::image::catalogue::BUILT_IN;

/// `|` is the cursor.
fn labels(text: &str) -> Vec<&'static str> {
    let offset = text.find('|').unwrap();
    complete(&text.replacen('|', "", 1), offset, &BUILT_IN).into_iter().map(|c| c.label).collect()
}

#[test]
fn keys_of_the_block_that_are_not_yet_there() {
    assert_eq!(labels("private_registries:\n- url: a\n  us|\n"), ["user"]);
    assert_eq!(
        labels("private_registries:\n  - url: a\n    user: b\n    |\n    password: c\n"),
        ["is_default", "ecr_credential_plugin"]
    );
    assert_eq!(labels("nodes:\n- address: a\n- po|"), ["port"]);
    assert_eq!(labels("services:\n  kubelet:\n    # why\n\n    fail|"), ["fail_swap_on"]);
    assert_eq!(labels("netw|"), ["network"]);
    assert_eq!(labels("network:\n  plugin: canal\nnetw|"), Vec::<&str>::new());
    assert_eq!(labels("rancher_kubernetes_engine_config:\n  dn|"), ["dns"]);
    assert_eq!(labels("    dns:\n      provi|"), ["provider"]);
    assert_eq!(labels("nope:\n  a|"), Vec::<&str>::new());
}

#[test]
fn values_where_there_is_a_choice() {
    assert_eq!(labels("network:\n  plugin: ca|"), ["canal", "calico"]);
    assert_eq!(labels("private_registries:\n- is_default: |"), ["true", "false"]);
    assert_eq!(labels("nodes:\n- role:\n  - e|"), ["etcd"]);
    assert_eq!(labels("nodes:\n- role:\n    - c|"), ["controlplane"]);
    assert_eq!(labels("kubernetes_version: v1.30|"), ["v1.30.5-rancher1-1"]);
    assert_eq!(labels("cluster_name: |"), ["local"]);
    assert_eq!(labels("nodes:\n- address: |"), Vec::<&str>::new());
    assert_eq!(labels("network: # |"), Vec::<&str>::new());
}

#[test]
fn versions_are_those_of_the_metadata_in_use() {
    let data = r#"{"K8sVersionRKESystemImages": {"v1.33.1-rancher1-1": {"etcd": "e:1"}}}"#;
    let catalogue = Catalogue::read(data).unwrap();
    let text = "kubernetes_version: ";
    let offered = complete(text, text.len(), &catalogue);
    assert_eq!(offered.iter().map(|c| c.label).collect::<Vec<_>>(), ["v1.33.1-rancher1-1"]);
}

#[test]
fn blocks_begin_on_the_next_line() {
    let text = "services:\n  kub";
    let offered = complete(text, text.len(), &BUILT_IN);
    let kubelet = offered.iter().find(|c| c.label == "kubelet").unwrap();
    assert_eq!((kubelet.text.as_str(), &text[kubelet.span.range()]), ("kubelet:\n    ", "kub"));
    let nodes = complete("nod", 3, &BUILT_IN);
    assert_eq!(nodes[0].text, "nodes:\n- ");
}

/// The text after the offer of this label is taken, `|` where the caret then stands.
fn taken(text: &str, label: &str) -> String {
    let offset = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    let offered = complete(&text, offset, &BUILT_IN);
    let offer = offered.iter().find(|offer| offer.label == label).unwrap_or_else(|| panic!("{text}: {offered:#?}"));
    format!("{}{}|{}", &text[..offer.span.start], offer.text, &text[offer.span.end..])
}

#[test]
fn a_key_that_has_its_colon_keeps_it() {
    assert_eq!(taken("netw|: ", "network"), "network|: ");
    assert_eq!(taken("netw|:\n  plugin: canal\n", "network"), "network|:\n  plugin: canal\n");
    assert_eq!(taken("- x\nne|twrk : {}\n", "network"), "- x\nnetwork| : {}\n");
    assert_eq!(taken("netw|ork", "network"), "network:\n  |");
    assert_eq!(taken("network:\n  plugin: c|anal # why\n", "calico"), "network:\n  plugin: calico| # why\n");
}

#[test]
fn between_brackets_stand_keys_and_values_too() {
    let roles = ["etcd", "worker", "controlplane"];
    assert_eq!(sorted("nodes:\n- role: [|]"), sorted_list(&roles));
    assert_eq!(sorted("nodes:\n  - address: a\n    role: [etcd,|]"), ["controlplane", "worker"]);
    assert_eq!(sorted("nodes:\n  - role: [ | , etcd ]\n"), ["controlplane", "worker"]);
    assert_eq!(sorted("nodes:\n  - role: [\n      etcd, # first\n      w|"), ["worker"]);
    assert_eq!(labels("network: {plu|}"), ["plugin"]);
    assert_eq!(labels("network: {plugin: ca|}"), ["canal", "calico"]);
    assert_eq!(labels("nodes:\n- {address: a, ro|}"), ["role"]);
    assert_eq!(labels("nodes:\n- {address: a, role: [etcd], ro|}"), Vec::<&str>::new());
    assert_eq!(sorted("nodes: [{address: 'a, [b', role: [worker, |]}]"), ["controlplane", "etcd"]);
    assert_eq!(labels("nodes: [{address: a, po|, role: [etcd]}]"), ["port"]);
    assert_eq!(labels("{network: {plu|"), ["plugin"]);
    assert_eq!(taken("network: {plu|}", "plugin"), "network: {plugin: |}");
    assert_eq!(taken("nodes:\n- {address: a, ro|}", "role"), "nodes:\n- {address: a, role: |}");
    assert_eq!(taken("network: {plu|: canal}", "plugin"), "network: {plugin|: canal}");
}

#[test]
fn a_bracket_that_was_never_closed_ends_with_its_block() {
    assert_eq!(labels("nodes:\n- role: [etcd\nnetwork:\n  plu|"), ["plugin"]);
    assert_eq!(labels("addons: >-\n  see [this\nnetwork:\n  plu|"), ["plugin"]);
    assert_eq!(labels("cluster_name: a[b\nnetw|"), ["network"]);
}

#[test]
fn a_list_gets_another_item() {
    assert_eq!(labels("nodes:\n  - address: a\n  |"), ["- "]);
    assert_eq!(labels("nodes:\n  |"), ["- "]);
    assert_eq!(labels("nodes:\n- address: a\n|").last(), Some(&"- "));
    assert!(labels("nodes:\n- address: a\n|").contains(&"network"));
    assert!(!labels("nodes:\n- address: a\ncluster_name: x\n|").contains(&"- "));
    assert!(labels("nodes:\n  - address: a\n    |").contains(&"role"));
    assert_eq!(labels("nodes:\n  - role:\n      - etcd\n      |\n      - worker\n"), ["controlplane"]);
    let both = labels("nodes:\n- role:\n  - etcd\n  |");
    assert!(both.contains(&"address") && both.contains(&"worker") && !both.contains(&"etcd"), "{both:?}");
    assert_eq!(sorted("nodes:\n- role:\n  - etcd # x\n  - |\n- address: b\n"), ["controlplane", "worker"]);
    assert_eq!(taken("nodes:\n- role:\n    e|", "etcd"), "nodes:\n- role:\n    - etcd|");
    assert_eq!(taken("nodes:\n-|", "address"), "nodes:\n- address: |");
}

fn sorted(text: &str) -> Vec<&'static str> {
    sorted_list(&labels(text))
}

fn sorted_list(labels: &[&'static str]) -> Vec<&'static str> {
    let mut labels = labels.to_vec();
    labels.sort_unstable();
    labels
}
