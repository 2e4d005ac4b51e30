//! What rke will pull, from where and with which credentials: cluster and catalogue put together.

mod node;

use crate::cluster::{Cluster, Node};
use crate::credentials::{Lookup, RegistryMap};
use crate::image::addons::Template;
use crate::image::catalogue::{Catalogue, DEFAULT_RELEASE, ImageSet, KEYS, Release};
use crate::image::reference::Reference;
use crate::image::version::Version;
use crate::text::{Span, Spanned};

mod missing;
mod nodes;

pub use nodes::{Bastion, Nodes, PlannedNode};

/// Which rke, and what overrides the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Release of rke as `v1.6.3`; [`DEFAULT_RELEASE`] without. For one that the catalogue lacks the newest older one
    /// answers; [`Plan::rke`] says which.
    pub rke: Option<String>,
    /// Counts instead of the file's `kubernetes_version`.
    pub kubernetes_version: Option<String>,
    /// Versions and images: built in, or read from metadata.
    pub catalogue: Catalogue,
}

impl Options {
    /// The release that is answered for, as the catalogue has it.
    pub fn release(&self) -> Option<Release<'_>> {
        release(&self.catalogue, self.rke.as_deref())
    }
}

#[derive(Clone, Debug)]
pub struct Plan {
    /// Where its images come from.
    pub catalogue: Catalogue,
    /// Release of rke that is answered for, as `v1.6.3`.
    pub rke: String,
    /// The one that counts; of what is no version the one that was meant, so that its other faults are found with it.
    pub kubernetes_version: String,
    /// What is written for it, where that is another text and so refused.
    pub miswritten_version: Option<String>,
    /// The release has images for this version.
    pub version_known: bool,
    /// What rke puts before its images: the url of the first default registry.
    pub prefix: Option<String>,
    pub registries: RegistryMap,
    /// The 41 keys in rke's order; keys whose image stays empty are left out.
    pub images: Vec<PlannedImage>,
    /// Add-on name as `rke-network-plugin`, and its images.
    pub addons: Vec<(&'static str, Vec<String>)>,
    /// The image of etcd's snapshot container, which no image list of the version names; none without etcd nodes or
    /// snapshots.
    pub snapshot_image: Option<String>,
    /// `services.kubelet.infra_container_image`, which the nodes use for `pod_infra_container`; never prefixed.
    pub infra_container_image: Option<String>,
    /// Unasked from Kubernetes 1.24 on. It pulls the pause image anew where that is gone.
    pub runs_cri_dockerd: bool,
    pub nodes: Nodes,
    pub bastion: Option<Bastion>,
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

/// An add-on that rke deploys, and the keys whose images its template uses.
struct Addon {
    name: &'static str,
    need: Need,
    keys: Vec<&'static str>,
}

impl Plan {
    /// What the release does with the cluster. Never fails: an unknown version leaves the images of the file.
    pub fn new(cluster: &Cluster, options: &Options) -> Self {
        let catalogue = &options.catalogue;
        let release = options.release();
        let default_version = release.as_ref().map_or("", |release| release.default_version);
        let kubernetes_version = options.kubernetes_version.as_deref().filter(|version| !version.is_empty());
        let kubernetes_version =
            kubernetes_version.or(text(&cluster.kubernetes_version)).unwrap_or(default_version).to_owned();
        let meant = meant(&kubernetes_version, release.as_ref());
        let miswritten_version = meant.as_ref().map(|_| kubernetes_version.clone());
        let kubernetes_version = meant.unwrap_or(kubernetes_version);
        let known = release.as_ref().is_some_and(|release| release.knows(&kubernetes_version));
        let set = if known { catalogue.images(&kubernetes_version) } else { None };
        let prefix = prefix(cluster);
        let registries = RegistryMap::new(&cluster.registries);
        let mut images = images(cluster, set.as_ref(), prefix.as_deref(), &registries);
        let version = Version::from_tag(&kubernetes_version);
        let addons = version.as_ref().map(|version| addons(cluster, version, &images)).unwrap_or_default();
        let runs_unasked = version.is_some_and(|version| version.is_in(">=1.24.0-rancher0"));
        let runs_cri_dockerd = cluster.config.bool("enable_cri_dockerd").map_or(runs_unasked, |written| written.value);
        let infra_container_image = text(&cluster.kubelet.infra_container_image).map(str::to_owned);
        for image in &mut images {
            image.needs = needs(cluster, image.key, &addons, infra_container_image.is_some());
        }
        let image_of = |key: &&str| images.iter().find(|image| image.key == *key).map(|image| image.image.clone());
        let addons =
            addons.iter().map(|addon| (addon.name, addon.keys.iter().filter_map(image_of).collect())).collect();
        let snapshot_image = takes_snapshots(cluster)
            .then(|| image_of(&"alpine"))
            .flatten()
            .and_then(|alpine| snapshot_image(catalogue, &alpine, default_version));
        Self {
            catalogue: catalogue.clone(),
            rke: release.map_or(DEFAULT_RELEASE, |release| release.name).to_owned(),
            kubernetes_version,
            miswritten_version,
            version_known: set.is_some(),
            prefix,
            registries,
            images,
            addons,
            snapshot_image,
            infra_container_image,
            runs_cri_dockerd,
            nodes: Nodes::new(cluster),
            bastion: nodes::bastion(cluster),
        }
    }

    /// The version as it is written, or filled in.
    pub fn written_version(&self) -> &str {
        self.miswritten_version.as_ref().unwrap_or(&self.kubernetes_version)
    }

    pub fn image(&self, key: &str) -> Option<&PlannedImage> {
        self.images.iter().find(|image| image.key == key)
    }

    /// What the nodes start beside every pod.
    pub fn pause_image(&self) -> Option<&str> {
        self.infra_container_image.as_deref().or_else(|| Some(&self.image("pod_infra_container")?.image))
    }

    /// Every image that this cluster pulls, each once: those with needs, then the two that are no key of their own.
    pub fn needed_images(&self) -> Vec<&str> {
        let keyed = self.images.iter().filter(|image| !image.needs.is_empty()).map(|image| image.image.as_str());
        let mut needed: Vec<&str> = Vec::new();
        for image in keyed.chain(self.infra_container_image.as_deref()).chain(self.snapshot_image.as_deref()) {
            if !needed.contains(&image) {
                needed.push(image);
            }
        }
        needed
    }
}

fn text(value: &Option<Spanned<String>>) -> Option<&str> {
    value.as_ref().map(|value| value.value.as_str()).filter(|text| !text.is_empty())
}

/// The version that was meant by a text which is none; by a minor version alone its newest that the release knows.
fn meant(written: &str, release: Option<&Release<'_>>) -> Option<String> {
    let clean = format!("v{}", written.trim().trim_start_matches(['v', 'V']));
    let is_version = |text: &str| Version::from_kubernetes(text).is_ok();
    if is_version(written) {
        return None;
    }
    let is_minor = clean.split_once('.').is_some_and(|(_, minor)| minor.parse::<u64>().is_ok());
    let newest = || release?.starting_with(&format!("{clean}.")).last().map(|newest| (*newest).to_owned());
    if is_version(&clean) { Some(clean) } else { is_minor.then(newest)? }
}

/// The release asked for, or the newest older one that the catalogue has.
fn release<'c>(catalogue: &'c Catalogue, name: Option<&str>) -> Option<Release<'c>> {
    let Some(name) = name else { return catalogue.release(DEFAULT_RELEASE) };
    if let Some(release) = catalogue.named(name) {
        return Some(release);
    }
    let asked = Version::from_tag(name);
    let older =
        |release: Release<'c>| Some((Version::from_tag(release.name).filter(|v| Some(v) <= asked.as_ref())?, release));
    let older = catalogue.releases().filter_map(older).max_by(|a, b| a.0.cmp(&b.0)).map(|(_, release)| release);
    older.or_else(|| catalogue.release(DEFAULT_RELEASE))
}

/// The first default counts, later ones do not; an empty url gives no prefix (defaults.go:670).
fn prefix(cluster: &Cluster) -> Option<String> {
    let default = cluster.registries.iter().find(|entry| entry.is_default.as_ref().is_some_and(|flag| flag.value))?;
    text(&default.url).map(str::to_owned)
}

/// defaults.go:676: a pinned image stays as it is; the version's own is joined to the prefix as plain text, also where
/// the version has none.
fn images(
    cluster: &Cluster,
    set: Option<&ImageSet<'_>>,
    prefix: Option<&str>,
    registries: &RegistryMap,
) -> Vec<PlannedImage> {
    let mut images = Vec::with_capacity(KEYS.len());
    for key in KEYS {
        let upstream = set.and_then(|set| set.get(key));
        // Of a key written twice the last value counts.
        let pinned =
            cluster.system_images.iter().rev().find(|pinned| pinned.key == key && !pinned.image.value.is_empty());
        let (image, source) = match (pinned, prefix) {
            (Some(pinned), _) => (pinned.image.value.clone(), Source::File(pinned.image.span)),
            (None, Some(prefix)) if set.is_some() => {
                (format!("{prefix}/{}", upstream.unwrap_or_default()), Source::DefaultRegistry)
            }
            (None, _) => match upstream {
                Some(upstream) => (upstream.to_owned(), Source::Version),
                None => continue,
            },
        };
        // Many keys share an image.
        let lookup = match images.iter().find(|other: &&PlannedImage| other.image == image) {
            Some(other) => other.lookup.clone(),
            None => registries.lookup(&image),
        };
        images.push(PlannedImage {
            key,
            image,
            source,
            upstream: upstream.map(str::to_owned),
            lookup,
            needs: Vec::new(),
        });
    }
    images
}

fn addons(cluster: &Cluster, version: &Version, images: &[PlannedImage]) -> Vec<Addon> {
    let addon = |name, need, templates: &[Template]| Addon {
        name,
        need,
        keys: templates.iter().flat_map(|template| template.keys(version)).copied().collect(),
    };
    let mut addons = Vec::new();
    if let Some(network) = Template::of_network(cluster.network_plugin()) {
        let cloud = text(&cluster.network.calico_cloud_provider).is_some_and(|provider| provider != "none");
        let cloud: &[Template] = if network == Template::Calico && cloud { &[Template::CalicoCloud] } else { &[] };
        addons.push(addon("rke-network-plugin", Need::Network, &[&[network], cloud].concat()));
    }
    let default_dns = if version.is_in("<1.14.0") { "kube-dns" } else { "coredns" };
    match text(&cluster.dns.provider).unwrap_or(default_dns) {
        "coredns" => addons.push(addon("rke-coredns-addon", Need::Dns, &[Template::CoreDns])),
        "kube-dns" => addons.push(addon("rke-kube-dns-addon", Need::Dns, &[Template::KubeDns])),
        // Any other provider is only warned of; the cluster stays without DNS.
        _ => {}
    }
    if text(&cluster.dns.nodelocal_ip).is_some() {
        addons.push(addon("rke-nodelocal-addon", Need::NodeLocalDns, &[Template::NodeLocal]));
    }
    // Only the exact word switches it off: a typo still installs the metrics server (addons.go:417).
    if text(&cluster.monitoring_provider) != Some("none") {
        addons.push(addon("rke-metrics-addon", Need::Metrics, &[Template::Metrics]));
    }
    if text(&cluster.ingress.provider) != Some("none") {
        let default = version.is_in("<1.21.0-rancher0");
        let backend = cluster.ingress.default_backend.as_ref().map_or(default, |flag| flag.value);
        let mut ingress = addon("rke-ingress-controller", Need::Ingress, &[Template::Ingress]);
        if backend {
            ingress.keys.push("ingress_backend");
        } else {
            ingress.keys.extend(Template::IngressWithoutBackend.keys(version));
        }
        let image = images.iter().find(|image| image.key == "ingress").map(|image| image.image.as_str());
        // The templates that have the init container are those that use the backend image unasked.
        let old_template = !Template::IngressWithoutBackend.keys(version).is_empty();
        if old_template && image.is_some_and(ingress_runs_as_root) {
            ingress.keys.push("alpine");
        }
        addons.push(ingress);
    }
    addons
}

/// Whether the ingress controller gets an init container: by its tag, `nginx-1.11.2-rancher1` or `0.10.2-rancher3`, read
/// as text (addons.go:619). A tag without `-` makes rke crash there.
fn ingress_runs_as_root(image: &str) -> bool {
    let Some((_, tag)) = image.rsplit_once(':') else { return false };
    let parts: Vec<&str> = tag.split('-').collect();
    let version = if parts.len() == 2 { parts.first() } else { parts.get(1) };
    version.is_some_and(|version| *version < "0.16.0")
}

fn any_node(cluster: &Cluster, has: impl Fn(&Node) -> bool) -> bool {
    // A file that names no nodes yet is read as a part of one that will have all roles.
    cluster.nodes.is_empty() || cluster.nodes.iter().any(has)
}

fn takes_snapshots(cluster: &Cluster) -> bool {
    let on = cluster.etcd.snapshot.as_ref().is_none_or(|flag| flag.value);
    on && !cluster.etcd.external && any_node(cluster, |node| node.has_role("etcd"))
}

fn needs(cluster: &Cluster, key: &'static str, addons: &[Addon], infra_given: bool) -> Vec<Need> {
    let on_nodes = match key {
        "kubernetes" | "alpine" | "kubernetes_services_sidecar" | "cert_downloader" => Some(Need::EveryNode),
        "pod_infra_container" if !infra_given => Some(Need::EveryNode),
        "nginx_proxy" if any_node(cluster, |node| !node.has_role("controlplane")) => Some(Need::NotControlPlane),
        "etcd" if !cluster.etcd.external && any_node(cluster, |node| node.has_role("etcd")) => Some(Need::Etcd),
        _ => None,
    };
    on_nodes
        .into_iter()
        .chain(addons.iter().filter(|addon| addon.keys.contains(&key)).map(|addon| addon.need))
        .collect()
}

/// The cluster's alpine with the tag that alpine has in the release's default version; an image of another name stays
/// (util.go:147). None where rke fails: no tag to replace.
fn snapshot_image(catalogue: &Catalogue, alpine: &str, default_version: &str) -> Option<String> {
    if !alpine.contains("rancher/rke-tools") {
        return Some(alpine.to_owned());
    }
    let tag = Reference::parse(alpine).ok()?.tag?;
    let default = catalogue.images(default_version)?.get("alpine")?;
    let default_tag = Reference::parse(default).ok()?.tag?;
    // The first place where the text of the tag occurs, as rke does it: not always the tag itself.
    Some(alpine.replacen(&tag, &default_tag, 1))
}

#[cfg(test)]
mod tests;
