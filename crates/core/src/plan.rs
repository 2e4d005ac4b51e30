//! What rke will pull, from where and with which credentials: cluster and catalogue put together.

use crate::cluster::Cluster;
use crate::credentials::{Lookup, RegistryMap};
use crate::text::Span;

/// Which rke, and what overrides the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Release of rke as `v1.6.3`; the newest known without.
    pub rke: Option<String>,
    /// Counts instead of the file's `kubernetes_version`.
    pub kubernetes_version: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Plan {
    /// Release of rke that is answered for, as `v1.6.3`.
    pub rke: String,
    pub kubernetes_version: String,
    /// The release has images for this version.
    pub version_known: bool,
    /// What rke puts before its images: the url of the first default registry.
    pub prefix: Option<String>,
    pub registries: RegistryMap,
    /// The 41 keys in rke's order; keys whose image stays empty are left out.
    pub images: Vec<PlannedImage>,
    /// Add-on name as `rke-network-plugin`, and its images.
    pub addons: Vec<(&'static str, Vec<String>)>,
    /// The image of etcd's snapshot container, which no image list of the version names.
    pub snapshot_image: Option<String>,
}

#[derive(Clone, Debug)]
pub struct PlannedImage {
    /// As `etcd` in `system_images.etcd`.
    pub key: &'static str,
    /// What will be pulled, verbatim.
    pub image: String,
    pub source: Source,
    /// The image of this key in the catalogue, without prefix; none where the version has none.
    pub upstream: Option<String>,
    pub lookup: Lookup,
    /// What this cluster needs it for; empty: not needed here.
    pub needs: Vec<Need>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Written in `system_images`, at this place.
    File(Span),
    /// The version's own, from Docker Hub.
    Version,
    /// The version's own behind the default registry.
    DefaultRegistry,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    EveryNode,
    /// nginx-proxy on nodes that are no control plane.
    NotControlPlane,
    Etcd,
    Network,
    Dns,
    NodeLocalDns,
    Metrics,
    Ingress,
}

impl Need {
    /// Why, in words for a table cell.
    pub const fn why(self) -> &'static str {
        match self {
            Self::EveryNode => "every node",
            Self::NotControlPlane => "nodes without the role controlplane",
            Self::Etcd => "etcd nodes",
            Self::Network => "network plugin",
            Self::Dns => "DNS",
            Self::NodeLocalDns => "node-local DNS",
            Self::Metrics => "metrics server",
            Self::Ingress => "ingress controller",
        }
    }
}

impl Plan {
    /// What the release does with the cluster. Never fails: an unknown version leaves the images of the file.
    pub fn new(_cluster: &Cluster, _options: &Options) -> Self {
        unreachable!("written by the image helper")
    }
}
