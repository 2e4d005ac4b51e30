use super::*;
use crate::check;
use crate::plan::Options;

const OLD: &str = "\
kubernetes_version: v1.29.9-rancher1-1
nodes:
- {address: 10.0.0.1, user: u, role: [controlplane, etcd]}
- {address: 10.0.0.2, user: u, role: [worker]}
private_registries:
- url: registry.example.com
  user: reader
  password: first-secret
";

fn changes(old: &str, new: &str) -> Changes {
    compare(&check(old, &Options::default()), &check(new, &Options::default()))
}

#[test]
fn nothing_changes_where_only_the_text_does() {
    let rewritten = OLD.replace("user: reader", "user:   'reader' # the mirror's");
    let same = changes(OLD, &format!("# moved\n{rewritten}"));
    assert!(same.is_empty(), "{same:#?}");
}

#[test]
fn a_new_password_is_told_and_not_shown() {
    let new = changes(OLD, &OLD.replace("first-secret", "second-secret"));
    assert_eq!(new.registries.len(), 1);
    assert_eq!(
        (new.registries[0].url.as_str(), new.registries[0].fields.as_slice()),
        ("registry.example.com", &["password"][..])
    );
    assert!(new.kubelet_config && new.images.is_empty() && new.nodes.is_empty() && new.settings.is_empty());
    let told = serde_json::to_string(&new).unwrap();
    assert!(!told.contains("secret\""), "{told}");
    let names = ["first-secret", "second-secret"];
    assert!(names.iter().all(|secret| !told.contains(secret)), "{told}");
}

#[test]
fn a_default_registry_renames_every_image_on_every_node() {
    let new = changes(OLD, &OLD.replace("  user: reader", "  is_default: true\n  user: reader"));
    assert_eq!(new.registries[0].fields, ["is_default"]);
    assert!(!new.kubelet_config, "the same logins");
    let etcd = new.images.changed.iter().find(|change| change.key == "etcd").unwrap();
    assert_eq!(etcd.to.as_deref(), Some("registry.example.com/rancher/mirrored-coreos-etcd:v3.5.12"));
    assert!(new.images.added.is_empty() && new.images.removed.is_empty());
    assert_eq!(new.images.new_names.len(), new.images.gone_names.len());
    let nodes: Vec<_> = new.nodes.iter().map(|node| (node.address.as_str(), node.state, node.pulls.len())).collect();
    let all = check(OLD, &Options::default()).plan;
    let (head, worker) = (all.node_images(&["controlplane", "etcd"]).len(), all.node_images(&["worker"]).len());
    assert_eq!(nodes, [("10.0.0.1", State::Kept, head), ("10.0.0.2", State::Kept, worker)]);
}

#[test]
fn nodes_come_and_go_and_pull_what_their_roles_need() {
    let new = changes(OLD, &OLD.replace("10.0.0.2, user: u, role: [worker]", "10.0.0.3, user: u, role: [worker]"));
    let nodes: Vec<_> = new.nodes.iter().map(|n| (n.address.as_str(), n.state, n.pulls.is_empty())).collect();
    assert_eq!(nodes, [("10.0.0.3", State::Added, false), ("10.0.0.2", State::Removed, true)]);
    assert!(new.images.is_empty());
    let more = changes(OLD, &OLD.replace("role: [controlplane, etcd]", "role: [controlplane, etcd, worker]"));
    assert_eq!(more.nodes.len(), 1);
    assert!(more.nodes[0].pulls.iter().any(|image| image.contains("coredns")), "{:?}", more.nodes);
    assert!(more.nodes[0].pulls.iter().all(|image| !image.contains("hyperkube")), "{:?}", more.nodes);
}

#[test]
fn checks_begin_and_cease_and_the_outcome_follows() {
    let bad = OLD.replace("role: [worker]", "role: [Worker]").replace("  password: first-secret\n", "");
    let new = changes(OLD, &bad);
    let begin: Vec<_> = new.findings.begin.iter().map(|d| (d.code, d.at.as_str(), d.stops_rke)).collect();
    assert_eq!(begin, [("D502", "nodes[1].role", true), ("D211", "private_registries[0].user", false)]);
    assert_eq!((new.outcome.from.outcome, new.outcome.to.outcome), ("ok", "error"));
    assert_eq!(
        new.outcome.to.error.as_deref(),
        Some("Failed to classify hosts from config file: Failed to recognize host [10.0.0.2] role Worker")
    );
    let mended = changes(&bad, OLD);
    let ended: Vec<_> = mended.findings.end.iter().map(|d| d.code).collect();
    assert_eq!((mended.findings.begin.len(), ended), (0, vec!["D502", "D211"]));
}

#[test]
fn logins_that_change_are_told_for_each_image() {
    let pinned = format!("{OLD}system_images: {{alpine: registry.example.com/rancher/rke-tools:v0.1.103}}\n");
    let gone = changes(&pinned, &pinned.replace("url: registry.example.com", "url: other.example.com"));
    let login = LoginChange {
        image: "registry.example.com/rancher/rke-tools:v0.1.103".into(),
        from: "user `reader` of registry.example.com".into(),
        to: "no login".into(),
    };
    assert_eq!(gone.logins[0], login);
    let states: Vec<_> = gone.registries.iter().map(|r| (r.url.as_str(), r.state)).collect();
    assert_eq!(states, [("other.example.com", State::Added), ("registry.example.com", State::Removed)]);
    let plain = "private_registries:\n- url: 1.dkr.ecr.r.amazonaws.com\n";
    let with = format!("{plain}  ecr_credential_plugin: {{}}\n");
    assert_eq!(changes(plain, &with).registries[0].fields, ["ecr_credential_plugin"]);
    let keys =
        |id: &str| format!("{plain}  ecr_credential_plugin: {{aws_access_key_id: {id}, aws_secret_access_key: s}}\n");
    assert_eq!(changes(&keys("AKIAONE"), &keys("AKIATWO")).registries[0].fields, ["aws_access_key_id"]);
}

#[test]
fn settings_that_no_list_names_are_told_with_their_defaults() {
    let new = changes(OLD, &format!("{OLD}network: {{mtu: 1400}}\nservices: {{kubelet: {{cluster_domain: a.b}}}}\n"));
    let told: Vec<_> = new.settings.iter().map(|s| (s.at.as_str(), s.from.as_deref(), s.to.as_deref())).collect();
    assert_eq!(
        told,
        [("network.mtu", None, Some("1400")), ("services.kubelet.cluster_domain", Some("cluster.local"), Some("a.b"))]
    );
    let s3 = |key: &str| {
        format!(
            "services: {{etcd: {{backup_config: {{s3backupconfig: {{endpoint: e, bucket_name: b, secret_key: {key}}}}}}}}}\n"
        )
    };
    let new = changes(&s3("one"), &s3("two"));
    let hidden = Setting {
        at: "services.etcd.backup_config.s3backupconfig.secret_key".into(),
        from: Some("***".into()),
        to: Some("***".into()),
    };
    assert_eq!(new.settings, [hidden]);
}
