use super::*;
use crate::plan::Options;

fn change(text: &str, from: &str, to: &str) -> VersionChange {
    compare(text, Some(from), to, &Options::default())
}

/// Version and key of each note, `!` where something breaks.
fn notes(text: &str, from: &str, to: &str) -> Vec<String> {
    let sign = |effect| if effect == Effect::Breaks { "!" } else { "" };
    let told = |n: &Note| format!("{}{} {}", sign(n.effect), n.at_version, n.at);
    change(text, from, to).notes.iter().map(told).collect()
}

const NODE: &str = "nodes:\n- {address: 10.0.0.1, user: u, role: [controlplane, etcd, worker]}\n";

#[test]
fn releases_that_know_a_version_are_named() {
    assert_eq!(known_by("v1.30.5-rancher1-1").first(), Some(&"v1.6.3"));
    assert!(known_by("v1.99.0-rancher1-1").is_empty());
}

#[test]
fn each_turn_concerns_the_clusters_that_it_concerns() {
    let at = |minor: u32| format!("v1.{minor}.99-rancher1-1");
    for (text, minor, want) in [
        ("", 14, vec!["1.14 dns.provider"]),
        ("dns: {provider: kube-dns}", 14, vec![]),
        ("", 21, vec!["1.21 ingress.network_mode"]),
        ("ingress: {network_mode: hostNetwork}", 21, vec![]),
        ("ingress: {provider: none}", 21, vec![]),
        ("", 23, vec!["1.23 services.kube-api.pod_security_configuration"]),
        ("services: {kube-api: {pod_security_configuration: restricted}}", 23, vec![]),
        ("", 24, vec!["1.24 enable_cri_dockerd"]),
        ("enable_cri_dockerd: false", 24, vec!["!1.24 enable_cri_dockerd"]),
        (
            "services: {kubelet: {extra_args: {network-plugin: cni}}}",
            24,
            vec!["1.24 enable_cri_dockerd", "!1.24 services.kubelet.extra_args.network-plugin"],
        ),
        ("", 25, vec![]),
        ("services: {kube-api: {pod_security_policy: true}}", 25, vec!["!1.25 services.kube-api.pod_security_policy"]),
        ("addons: 'apiVersion: batch/v1beta1'", 25, vec!["!1.25 addons"]),
        ("addons: 'apiVersion: autoscaling/v2beta2'", 26, vec!["!1.26 addons"]),
        ("", 27, vec![]),
        ("cloud_provider: {name: aws}", 27, vec!["!1.27 cloud_provider"]),
        ("network: {plugin: weave}", 27, vec!["1.27 network.plugin"]),
        (
            "private_registries: [{url: a.io}, {url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/x}]",
            27,
            vec!["!1.27 private_registries[1]"],
        ),
        (
            "private_registries: [{url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com}]\n\
             services: {kubelet: {extra_args: {image-credential-provider-config: /x}}}",
            27,
            vec![],
        ),
        (
            "services: {kube-controller: {extra_args: {pod-eviction-timeout: 1m}}}",
            27,
            vec!["!1.27 services.kube-controller.extra_args.pod-eviction-timeout"],
        ),
        ("network: {plugin: weave}", 30, vec!["!1.30 network.plugin"]),
    ] {
        assert_eq!(notes(text, &at(minor - 1), &at(minor)), want, "{text} {minor}");
    }
    let skipped = change("", "v1.27.16-rancher1-1", "v1.30.5-rancher1-1");
    assert_eq!(skipped.notes.len(), 1);
    assert!(skipped.notes[0].message.starts_with("3 minor versions at once"), "{:?}", skipped.notes);
    let back = change("", "v1.24.17-rancher1-1", "v1.23.16-rancher2-3");
    assert_eq!(
        back.notes.iter().map(|n| (n.at_version, n.taken_back)).collect::<Vec<_>>(),
        [("", false), ("1.24", true)]
    );
}

#[test]
fn a_move_says_images_defaults_findings_and_docker() {
    let text = format!("kubernetes_version: v1.29.9-rancher1-1\n{NODE}network: {{plugin: weave}}\n");
    let moved = compare(&text, None, "v1.30.5-rancher1-1", &Options::default());
    assert_eq!((moved.from.version.as_str(), moved.from.known, moved.to.known), ("v1.29.9-rancher1-1", true, true));
    assert_eq!(moved.to.first_release, Some("v1.6.3"));
    let outcome = (moved.outcome.from.outcome, moved.outcome.to.error.as_deref());
    let weave = "Failed to validate cluster: weave CNI support is removed for k8s version >=1.30.0";
    assert_eq!(outcome, ("ok", Some(weave)));
    let begin: Vec<_> = moved.findings.begin.iter().map(|d| (d.code, d.stops_rke)).collect();
    assert_eq!(begin, [("D609", true)]);
    let kubernetes = moved.images.changed.iter().find(|change| change.key == "kubernetes").unwrap();
    assert_eq!(kubernetes.to.as_deref(), Some("rancher/hyperkube:v1.30.5-rancher1"));
    let removed: Vec<_> = moved.images.removed.iter().map(|change| change.key).collect();
    assert_eq!(removed, ["weave_node", "weave_cni"]);
    assert!(moved.docker_dropped.is_empty() && moved.docker_added.is_empty());
    let up = change(NODE, "v1.23.16-rancher2-3", "v1.24.17-rancher1-1");
    let settings: Vec<_> = up.settings.iter().map(|s| (s.at.as_str(), s.from.as_deref(), s.to.as_deref())).collect();
    assert_eq!(settings, [("enable_cri_dockerd", None, Some("true"))]);
    let down = change(NODE, "v1.25.16-rancher2-3", "v1.24.17-rancher1-1");
    assert_eq!(down.docker_dropped, ["25.0"]);
}

#[test]
fn versions_that_the_release_does_not_know_are_named_with_those_that_do() {
    for text in [NODE.to_owned(), format!("kubernetes_version: v1.30.5-rancher1-1\n{NODE}")] {
        let ahead = compare(&text, None, "v1.32.13-rancher1-1", &Options::default());
        assert!(!ahead.to.known && ahead.from.known);
        assert!(ahead.to.first_release.is_some_and(|release| release.starts_with("v1.8.")), "{:?}", ahead.to);
        assert!(
            ahead.outcome.to.error.as_deref().is_some_and(|e| e.contains("unsupported Kubernetes version")),
            "{text}"
        );
        let begin: Vec<_> = ahead.findings.begin.iter().map(|d| d.code).collect();
        assert!(begin.contains(&"D402") && begin.contains(&"D406"), "{begin:?}");
    }
    let last = Options { rke: Some("v1.8.14".to_owned()), ..Default::default() };
    let paid = compare(NODE, Some("v1.30.14-rancher1-1"), "v1.32.13-rancher1-1", &last);
    assert!(paid.to.known && paid.to.subscription && !paid.from.subscription);
    let nonsense = change(NODE, "v1.30.5-rancher1-1", "1.31");
    assert_eq!(nonsense.outcome.to.error.as_deref(), Some("1.31 is not valid version"));
    assert!(nonsense.notes.is_empty() && nonsense.to.docker.is_empty());
}
