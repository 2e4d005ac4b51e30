//! What rke makes of the file once its defaults are filled in, as far as its checks ask for it.
//!
//! Source: rke v1.6.3, cluster/defaults.go.

use core::net::IpAddr;

use super::{Cluster, Node};
use crate::image::version::Version;
use crate::schema::Schema;

pub const ROLES: [&str; 3] = ["controlplane", "etcd", "worker"];
pub const NETWORK_PLUGINS: [&str; 6] = ["canal", "calico", "flannel", "weave", "aci", "none"];

/// The argument of the API server beside which rke sets no pod security of its own (defaults.go:455).
pub const OWN_ADMISSION_CONFIG: &str = "admission-control-config-file";

/// What `cloud_provider` comes to (cloudprovider/cloudprovider.go:18): of several blocks or names the last of this
/// order counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudProvider {
    Aws,
    /// One that cannot be without its block.
    Block {
        /// rke's word for it in its error.
        word: &'static str,
        block: &'static str,
    },
    Harvester,
    Custom,
}

/// Name, block and rke's word of the providers that cannot be without their block.
const BLOCKS: [(&str, &str, &str); 3] = [
    ("azure", "azureCloudProvider", "Azure"),
    ("openstack", "openstackCloudProvider", "Openstack"),
    ("vsphere", "vsphereCloudProvider", "Vsphere"),
];

impl CloudProvider {
    /// The key of the block that belongs to it.
    pub const fn block(&self) -> &'static str {
        match self {
            Self::Aws => "awsCloudProvider",
            Self::Block { block, .. } => block,
            Self::Harvester => "harvesterCloudProvider",
            Self::Custom => "customCloudProvider",
        }
    }
}

/// What the key table has rke fill in at a path; empty for nothing.
fn default(path: &str, version: Option<&Version>) -> &'static str {
    Schema::get().key(path).and_then(|key| key.default(version)).unwrap_or_default()
}

impl Cluster {
    fn written(&self, path: &str) -> Option<&str> {
        self.config.at(path)?.as_str().filter(|text| !text.is_empty())
    }

    fn written_or_default(&self, path: &str, version: Option<&Version>) -> &str {
        self.written(path).unwrap_or_else(|| default(path, version))
    }

    /// A block that is there, `{}` included.
    pub fn has(&self, path: &str) -> bool {
        self.config.at(path).is_some_and(|value| !value.is_nil())
    }

    pub fn network_plugin(&self) -> &str {
        self.network.plugin.as_ref().map_or(default("network.plugin", None), |plugin| &plugin.value)
    }

    /// An entry of `network.options`, and where it is not written there the key of the plugin's own block.
    pub fn network_option(&self, option: &str, block: &str, key: &str) -> Option<&str> {
        if let Some(field) = self.config.at("network.options").and_then(|options| options.field(option)) {
            return Some(field.value.as_str().unwrap_or_default());
        }
        let block = self.config.at(block).filter(|block| !block.is_nil())?;
        Some(block.at(key).and_then(|value| value.as_str()).unwrap_or_default())
    }

    pub fn service_range(&self) -> &str {
        self.written_or_default("services.kube-api.service_cluster_ip_range", None)
    }

    pub fn cluster_cidr(&self) -> &str {
        self.written_or_default("services.kube-controller.cluster_cidr", None)
    }

    pub fn authorization_mode(&self) -> &str {
        self.written_or_default("authorization.mode", None)
    }

    pub fn authentication_strategy(&self) -> &str {
        self.written_or_default("authentication.strategy", None)
    }

    pub fn ingress_provider(&self) -> &str {
        self.written_or_default("ingress.provider", None)
    }

    pub fn ingress_network_mode(&self, version: &Version) -> &str {
        self.written_or_default("ingress.network_mode", Some(version))
    }

    /// Ports of HTTP and HTTPS; 0 counts as not written.
    pub fn ingress_ports(&self) -> (i64, i64) {
        let ingress = self.config.at("ingress");
        let port = |key: &str| {
            let written = ingress.and_then(|block| block.int(key)).map_or(0, |port| port.value);
            let default = || default(&format!("ingress.{key}"), None).parse().unwrap_or_default();
            if written == 0 { default() } else { written }
        };
        (port("http_port"), port("https_port"))
    }

    /// The level of `services.kube-api.pod_security_configuration`; none where rke sets none.
    pub fn pod_security(&self, version: &Version) -> Option<&str> {
        let own =
            self.config.at("services.kube-api.extra_args").is_some_and(|a| a.field(OWN_ADMISSION_CONFIG).is_some());
        let path = "services.kube-api.pod_security_configuration";
        let default = Some(default(path, Some(version))).filter(|default| !own && !default.is_empty());
        self.written(path).or(default)
    }

    pub fn cloud_provider(&self) -> Option<CloudProvider> {
        let name = self.written("cloud_provider.name");
        let chosen =
            |provider: &str, block: &str| self.has(&format!("cloud_provider.{block}")) || name == Some(provider);
        if self.written("cloud_provider.customCloudProvider").is_some() {
            return Some(CloudProvider::Custom);
        }
        if chosen("harvester", "harvesterCloudProvider") {
            return Some(CloudProvider::Harvester);
        }
        let block = BLOCKS.iter().rev().find(|(provider, block, _)| chosen(provider, block));
        block
            .map(|(_, block, word)| CloudProvider::Block { word, block })
            .or_else(|| chosen("aws", "awsCloudProvider").then_some(CloudProvider::Aws))
    }

    /// The name that rke hands to the components; none where nothing is chosen or the name is missing.
    pub fn cloud_provider_name(&self) -> Option<&str> {
        let name = self.written("cloud_provider.name");
        match self.cloud_provider()? {
            CloudProvider::Aws => Some("aws"),
            CloudProvider::Harvester => Some("external"),
            CloudProvider::Custom => name,
            CloudProvider::Block { block, .. } => {
                name.or_else(|| BLOCKS.iter().find(|(_, other, _)| *other == block).map(|(provider, ..)| *provider))
            }
        }
    }

    /// With what rke stops once its tunnels are up, all hosts reached (validation.go:438).
    pub fn host_count_error(&self) -> Option<&'static str> {
        match (self.nodes.iter().any(|node| node.has_role("etcd")), self.etcd.external) {
            (false, false) => Some(
                "Cluster must have at least one etcd plane host: please specify one or more etcd in cluster config",
            ),
            (true, true) => Some("Cluster can't have both internal and external etcd"),
            _ => None,
        }
    }
}

impl Node {
    /// As the file has it, empty where it has none.
    pub fn address(&self) -> &str {
        self.address.as_ref().map_or("", |address| &address.value)
    }

    /// The name under which the node joins: lower-cased, the address where none is given.
    pub fn hostname(&self) -> String {
        self.hostname_override.as_ref().map_or(self.address(), |name| &name.value).to_lowercase()
    }
}

/// Go's `net.ParseCIDR`: an address without zone, a slash and as many bits as the address has at most.
pub fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit()) && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_go_reads_them() {
        for good in ["10.43.0.0/16", "10.43.0.1/0", "fd98::/108", "::ffff:10.0.0.0/112", "10.0.0.0/08"] {
            assert!(is_cidr(good), "{good}");
        }
        for bad in [
            "10.43.0.0",
            "10.43.0.0/33",
            "10.43.0/16",
            " fd98::/108",
            "fd98::/129",
            "010.0.0.0/8",
            "10.0.0.0/+8",
            "10.0.0.0/",
            "fe80::1%eth0/64",
            "",
        ] {
            assert!(!is_cidr(bad), "{bad}");
        }
    }
}
