use super::*;
use crate::cluster::{PinnedImage, PrivateRegistry};
use crate::credentials::Auth;

fn spanned(text: &str) -> Option<Spanned<String>> {
    Some(Spanned::new(text.to_owned(), Span::default()))
}

fn registry(url: &str, is_default: bool) -> PrivateRegistry {
    PrivateRegistry {
        url: spanned(url).filter(|url| !url.value.is_empty()),
        is_default: Some(Spanned::new(is_default, Span::default())),
        ..Default::default()
    }
}

fn pinned(key: &'static str, image: &str) -> PinnedImage {
    PinnedImage { key, key_span: Span::default(), image: Spanned::new(image.to_owned(), Span::new(3, 9)) }
}

fn plan(cluster: &Cluster) -> Plan {
    Plan::new(cluster, &Options::default())
}

fn image<'p>(plan: &'p Plan, key: &str) -> &'p str {
    plan.image(key).map_or("", |image| image.image.as_str())
}

#[test]
fn an_empty_file_gets_the_default_version_with_canal_coredns_metrics_and_ingress() {
    let plan = plan(&Cluster::default());
    assert_eq!((plan.rke.as_str(), plan.kubernetes_version.as_str()), ("v1.6.3", "v1.30.5-rancher1-1"));
    assert!(plan.version_known && plan.prefix.is_none());
    let addon = |name: &str| plan.addons.iter().find(|(addon, _)| *addon == name).map(|(_, images)| images.join(" "));
    assert_eq!(
        addon("rke-network-plugin").as_deref(),
        Some(
            "rancher/calico-cni:v3.28.1-rancher1 rancher/mirrored-flannel-flannel:v0.25.1 \
             rancher/mirrored-calico-node:v3.28.1 rancher/mirrored-calico-kube-controllers:v3.28.1"
        )
    );
    assert_eq!(plan.addons.len(), 4);
    assert_eq!(plan.needed_images().len(), 13);
    assert_eq!(plan.image("calico_ctl").map(|image| image.needs.len()), Some(0));
    assert_eq!(plan.image("alpine").unwrap().needs, [Need::EveryNode]);
    assert_eq!(plan.image("nginx_proxy").unwrap().needs, [Need::NotControlPlane]);
}

#[test]
fn the_first_default_registry_is_joined_as_text() {
    let registries = |urls: &[(&str, bool)]| Cluster {
        registries: urls.iter().map(|(url, default)| registry(url, *default)).collect(),
        ..Default::default()
    };
    let two = plan(&registries(&[("a.com", false), ("b.com/p", true), ("c.com", true)]));
    assert_eq!(image(&two, "alpine"), "b.com/p/rancher/rke-tools:v0.1.103");
    assert_eq!(two.image("alpine").unwrap().source, Source::DefaultRegistry);
    assert_eq!(two.image("alpine").unwrap().upstream.as_deref(), Some("rancher/rke-tools:v0.1.103"));
    assert_eq!(two.image("alpine").unwrap().lookup, Lookup::Found { key: "b.com/p".to_owned(), auth: Auth::Basic });
    assert_eq!(image(&two, "aci_gbp_server_container"), "b.com/p/", "a key without an image is prefixed too");
    assert_eq!(image(&plan(&registries(&[("a.com/", true)])), "etcd"), "a.com//rancher/mirrored-coreos-etcd:v3.5.12");
    assert_eq!(image(&plan(&registries(&[("http://a", true)])), "alpine"), "http://a/rancher/rke-tools:v0.1.103");
    let hub = plan(&registries(&[("", true), ("b.com", true)]));
    assert_eq!((image(&hub, "alpine"), hub.prefix.as_deref()), ("rancher/rke-tools:v0.1.103", None));
    assert_eq!(hub.image("alpine").unwrap().lookup.registry(), Some("docker.io"));
    assert!(hub.image("aci_gbp_server_container").is_none());
}

#[test]
fn pinned_images_are_never_prefixed() {
    let cluster = Cluster {
        registries: vec![registry("a.com", true)],
        system_images: vec![pinned("etcd", "old"), pinned("etcd", "x/etcd:v3")],
        ..Default::default()
    };
    let plan = plan(&cluster);
    let etcd = plan.image("etcd").unwrap();
    assert_eq!((etcd.image.as_str(), etcd.source), ("x/etcd:v3", Source::File(Span::new(3, 9))));
    assert_eq!(etcd.upstream.as_deref(), Some("rancher/mirrored-coreos-etcd:v3.5.12"));
}

#[test]
fn an_unknown_version_leaves_the_images_of_the_file() {
    let cluster = Cluster {
        kubernetes_version: spanned("v1.30.5"),
        registries: vec![registry("a.com", true)],
        system_images: vec![pinned("canal_cni", "x/cni:1")],
        ..Default::default()
    };
    let plan = plan(&cluster);
    assert!(!plan.version_known);
    assert_eq!(plan.images.len(), 1);
    assert_eq!(plan.addons[0], ("rke-network-plugin", vec!["x/cni:1".to_owned()]));
    let options = Options { kubernetes_version: Some("v1.29.9-rancher1-1".to_owned()), ..Default::default() };
    assert_eq!(Plan::new(&cluster, &options).images.len(), KEYS.len());
}

#[test]
fn the_snapshot_container_takes_the_tag_of_the_releases_default_version() {
    let mut cluster = Cluster { kubernetes_version: spanned("v1.24.17-rancher1-1"), ..Default::default() };
    assert_eq!(plan(&cluster).snapshot_image.as_deref(), Some("rancher/rke-tools:v0.1.103"));
    assert_ne!(image(&plan(&cluster), "alpine"), "rancher/rke-tools:v0.1.103");
    let snapshot = |cluster: &mut Cluster, alpine: &str| {
        cluster.system_images = vec![pinned("alpine", alpine)];
        plan(cluster).snapshot_image
    };
    assert_eq!(snapshot(&mut cluster, "r.com/alpine:3").as_deref(), Some("r.com/alpine:3"));
    assert_eq!(
        snapshot(&mut cluster, "r1.com/rancher/rke-tools:1").as_deref(),
        Some("rv0.1.103.com/rancher/rke-tools:1"),
        "the first occurrence is replaced, as rke does"
    );
    assert_eq!(snapshot(&mut cluster, "r.com/rancher/rke-tools"), None);
    cluster.etcd.external = true;
    assert_eq!(snapshot(&mut cluster, "r.com/alpine:3"), None);
}

#[test]
fn addons_follow_the_version_and_the_options() {
    let names = |cluster: &Cluster| plan(cluster).addons.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let mut cluster = Cluster { kubernetes_version: spanned("v1.13.5-rancher1-1"), ..Default::default() };
    assert!(names(&cluster).contains(&"rke-kube-dns-addon"));
    cluster.network.plugin = spanned("none");
    cluster.dns.provider = spanned("core-dns");
    cluster.dns.nodelocal_ip = spanned("169.254.20.10");
    cluster.monitoring_provider = spanned("metric-server");
    cluster.ingress.provider = spanned("none");
    assert_eq!(names(&cluster), ["rke-nodelocal-addon", "rke-metrics-addon"]);
    let old = Cluster { kubernetes_version: spanned("v1.8.11-rancher2-1"), ..Default::default() };
    let alpine = plan(&old).image("alpine").unwrap().needs.clone();
    assert_eq!(alpine, [Need::EveryNode, Need::Ingress], "an old ingress controller has an init container");
    for (tag, root) in [("0.10.2-rancher3", true), ("0.9.0-rancher1", false), ("nginx-1.11.2-rancher1", false)] {
        // As text 0.9.0 is above 0.16.0.
        assert_eq!(ingress_runs_as_root(&format!("r:5000/a/nginx:{tag}")), root, "{tag}");
    }
}

#[test]
fn the_infra_container_of_the_kubelet_replaces_the_versions_own() {
    let mut cluster = Cluster { registries: vec![registry("a.com", true)], ..Default::default() };
    cluster.kubelet.infra_container_image = spanned("x/pause:1");
    let plan = plan(&cluster);
    assert!(plan.image("pod_infra_container").unwrap().needs.is_empty());
    assert!(plan.needed_images().contains(&"x/pause:1"));
}

#[test]
fn another_release_answers_with_its_own_default() {
    let rke =
        |name: &str| Plan::new(&Cluster::default(), &Options { rke: Some(name.to_owned()), ..Default::default() });
    assert_eq!(rke("v1.3.24").kubernetes_version, "v1.24.17-rancher1-1");
    assert_eq!(rke("1.5.14").rke, "v1.5.14");
    assert_eq!(rke("v1.5.4").rke, "v1.5.3");
    assert_eq!(rke("nonsense").rke, "v1.6.3");
    let last = rke("v1.8.14");
    assert!(last.kubernetes_version == "v1.32.13-rancher1-3" && !last.version_known && last.images.is_empty());
}
