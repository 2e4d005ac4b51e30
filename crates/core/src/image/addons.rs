//! Which keys of `system_images` the templates of the add-ons use, by Kubernetes version.
//!
//! Source: the ranges in pkg/rke/templates/templates.go of github.com/rancher/kontainer-driver-metadata at commit
//! 7c2ba528f346 and the images each of those templates names; the templates were rendered by rke v1.6.3.

use super::version::Version;

/// From a version on (inclusive, without `v`), these keys; up to the next turn.
type Turn = (&'static str, &'static [&'static str]);

/// Part of an add-on that the file decides on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    Canal,
    Calico,
    /// Calico with a cloud provider.
    CalicoCloud,
    Flannel,
    Weave,
    Aci,
    CoreDns,
    KubeDns,
    NodeLocal,
    Metrics,
    Ingress,
    /// What ingress takes although `default_backend` is off.
    IngressWithoutBackend,
}

impl Template {
    /// The network plugin of this name; none for `none` and for what rke refuses.
    pub fn of_network(plugin: &str) -> Option<Self> {
        Some(match plugin {
            "canal" => Self::Canal,
            "calico" => Self::Calico,
            "flannel" => Self::Flannel,
            "weave" => Self::Weave,
            "aci" => Self::Aci,
            _ => return None,
        })
    }

    /// The keys of the template that covers the version; empty where none does.
    pub fn keys(self, version: &Version) -> &'static [&'static str] {
        let reached = |turn: &&Turn| Version::parse(turn.0).is_some_and(|from| from <= *version);
        self.turns().iter().rev().find(reached).map_or(&[], |turn| turn.1)
    }

    const fn turns(self) -> &'static [Turn] {
        match self {
            Self::Canal => &[
                ("1.8.0-rancher0", &["canal_cni", "canal_flannel", "canal_node"]),
                ("1.15.11-rancher1-1", &["canal_cni", "canal_flannel", "canal_node", "canal_flexvol"]),
                ("1.15.12-rancher1-1", &["canal_cni", "canal_flannel", "canal_node"]),
                ("1.15.12-rancher2-2", &["canal_cni", "canal_flannel", "canal_node", "canal_flexvol"]),
                (
                    "1.19.0-rancher0",
                    &["canal_cni", "canal_flannel", "canal_node", "canal_controllers", "canal_flexvol"],
                ),
                ("1.25.0-rancher1-1", &["canal_cni", "canal_flannel", "canal_node", "canal_controllers"]),
            ],
            Self::Calico => &[
                ("1.8.0-rancher0", &["calico_cni", "calico_node"]),
                ("1.15.0-rancher0", &["calico_cni", "calico_node", "calico_controllers"]),
                ("1.15.11-rancher1-1", &["calico_cni", "calico_node", "calico_controllers", "calico_flexvol"]),
                ("1.15.12-rancher1-1", &["calico_cni", "calico_node", "calico_controllers"]),
                ("1.15.12-rancher2-2", &["calico_cni", "calico_node", "calico_controllers", "calico_flexvol"]),
                ("1.25.0-rancher1-1", &["calico_cni", "calico_node", "calico_controllers"]),
            ],
            Self::CalicoCloud => &[("1.8.0-rancher0", &["calico_ctl"]), ("1.15.0-rancher0", &[])],
            Self::Flannel => &[("1.8.0-rancher0", &["flannel", "flannel_cni"])],
            // The template has no end, but rke refuses weave from there on (validation.go:217).
            Self::Weave => &[("1.8.0-rancher0", &["weave_node", "weave_cni", "alpine"]), ("1.30.0-rancher0", &[])],
            Self::Aci => &[(
                "1.17.0-alpha",
                &[
                    "aci_cni_deploy_container",
                    "aci_controller_container",
                    "aci_host_container",
                    "aci_mcast_container",
                    "aci_opflex_container",
                    "aci_ovs_container",
                ],
            )],
            Self::CoreDns => &[("1.8.0-rancher0", &["coredns", "coredns_autoscaler"])],
            Self::KubeDns => &[("1.8.0-rancher0", &["kubedns", "dnsmasq", "kubedns_sidecar", "kubedns_autoscaler"])],
            Self::NodeLocal => &[
                ("1.15.11-rancher0", &["nodelocal"]),
                ("1.16.0-alpha", &[]),
                ("1.16.8-rancher0", &["nodelocal"]),
                ("1.17.0-alpha", &[]),
                ("1.17.4-rancher0", &["nodelocal"]),
            ],
            Self::Metrics => &[("1.8.0-rancher0", &["metrics_server"])],
            Self::Ingress => &[
                ("1.8.0-rancher0", &["ingress"]),
                ("1.19.16-rancher1-1", &["ingress", "ingress_webhook"]),
                ("1.20.0-rancher0", &["ingress"]),
                ("1.20.12-rancher1-1", &["ingress", "ingress_webhook"]),
            ],
            Self::IngressWithoutBackend => &[
                ("1.8.0-rancher0", &["ingress_backend"]),
                ("1.15.12-rancher1-1", &[]),
                ("1.16.1-rancher1-1", &["ingress_backend"]),
                ("1.16.10-rancher1-1", &[]),
                ("1.17.0-rancher1-1", &["ingress_backend"]),
                ("1.17.6-rancher1-1", &[]),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_holds_until_the_next_one_begins() {
        let keys = |template: Template, version: &str| template.keys(&Version::from_tag(version).unwrap());
        assert_eq!(keys(Template::NodeLocal, "v1.16.6-rancher1-1").len(), 0);
        assert_eq!(keys(Template::NodeLocal, "v1.16.8-rancher1-1"), ["nodelocal"]);
        assert!(keys(Template::Canal, "v1.24.99").contains(&"canal_flexvol"));
        assert!(!keys(Template::Canal, "v1.32.13-rancher1-2").contains(&"canal_flexvol"));
        assert_eq!(keys(Template::Canal, "v1.7.0").len(), 0);
        assert_eq!(keys(Template::Ingress, "v1.20.4-rancher1-1"), ["ingress"]);
    }
}
