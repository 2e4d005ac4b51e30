//! What rke demands of a version that it does not know.

use super::{Plan, text};
use crate::cluster::Cluster;
use crate::image::version::Version;

/// Keys and rke's names for them.
type Wanted = &'static [(&'static str, &'static str)];

const NODE_IMAGES: [(&str, &str); 7] = [
    ("etcd", "etcd image"),
    ("kubernetes", "kubernetes image"),
    ("pod_infra_container", "pod infrastructure container image"),
    ("alpine", "alpine image"),
    ("nginx_proxy", "nginx proxy image"),
    ("cert_downloader", "certificate downloader image"),
    ("kubernetes_services_sidecar", "kubernetes sidecar image"),
];

const NETWORK_IMAGES: [(&str, Wanted); 5] = [
    ("flannel", &[("flannel", "flannel image"), ("flannel_cni", "flannel cni image")]),
    ("canal", &[("canal_node", "canal image"), ("canal_cni", "canal cni image"), ("canal_flannel", "flannel image")]),
    (
        "calico",
        &[
            ("calico_cni", "calico cni image"),
            ("calico_ctl", "calico ctl image"),
            ("calico_node", "calico image"),
            ("calico_controllers", "calico controllers image"),
        ],
    ),
    ("weave", &[("weave_cni", "weave cni image"), ("weave_node", "weave image")]),
    (
        "aci",
        &[
            ("aci_cni_deploy_container", "aci cnideploy image"),
            ("aci_host_container", "aci host container image"),
            ("aci_opflex_container", "aci opflex agent image"),
            ("aci_mcast_container", "aci mcast container image"),
            ("aci_ovs_container", "aci openvswitch image"),
            ("aci_controller_container", "aci controller image"),
        ],
    ),
];

const DNS_IMAGES: [(&str, Wanted); 2] = [
    (
        "kube-dns",
        &[
            ("kubedns", "kubedns image"),
            ("dnsmasq", "dnsmasq image"),
            ("kubedns_sidecar", "kubedns sidecar image"),
            ("kubedns_autoscaler", "kubedns autoscaler image"),
        ],
    ),
    ("coredns", &[("coredns", "coredns image"), ("coredns_autoscaler", "coredns autoscaler image")]),
];

const INGRESS_IMAGES: [(&str, &str); 3] = [
    ("ingress", "ingress image"),
    ("ingress_backend", "ingress backend image"),
    ("ingress_webhook", "ingress webhook image"),
];

impl Plan {
    /// Images without which rke refuses a version it does not know, in the order in which it misses them, by the
    /// names in its message (validation.go:508). Some are demanded though no template uses them.
    pub fn missing_images(&self, cluster: &Cluster) -> Vec<&'static str> {
        let network = cluster.network_plugin();
        let before = |range: &str| Version::from_kubernetes(&self.kubernetes_version).is_ok_and(|v| v.is_in(range));
        let dns = text(&cluster.dns.provider).unwrap_or(if before("<1.14.0") { "kube-dns" } else { "coredns" });
        let nodelocal: &[(&str, &str)] = &[("nodelocal", "nodelocal image")];
        let metrics: &[(&str, &str)] = &[("metrics_server", "metrics server images")];
        let ingress: &[(&str, &str)] = match text(&cluster.ingress.provider) {
            Some("none") => &[],
            _ if before(">=1.21.0-rancher0") => &INGRESS_IMAGES,
            _ => &INGRESS_IMAGES[..2],
        };
        let wanted = [
            &NODE_IMAGES[..],
            NETWORK_IMAGES.iter().find(|(plugin, _)| *plugin == network).map_or(&[], |(_, images)| images),
            DNS_IMAGES.iter().find(|(provider, _)| *provider == dns).map_or(&[], |(_, images)| images),
            if cluster.dns.nodelocal.is_some() { nodelocal } else { &[] },
            if text(&cluster.monitoring_provider) == Some("none") { &[] } else { metrics },
            ingress,
        ];
        let absent = |key: &str| self.image(key).is_none_or(|image| image.image.is_empty());
        wanted.concat().into_iter().filter(|(key, _)| absent(key)).map(|(_, name)| name).collect()
    }
}
