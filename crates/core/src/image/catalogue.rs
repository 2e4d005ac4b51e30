//! What rke ships: the images of every Kubernetes version, and which versions each release of rke knows.
//!
//! The texts under `data/` say in their heads where each part comes from. They are decoded as far as a question needs,
//! and what is decoded is remembered.
//! A `data.json` of the metadata project can take their place; see [`Catalogue::read`].

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::metadata::{Metadata, MetadataError};
use super::releases::{Change, Releases};
use super::version::Version;

static IMAGES: &str = include_str!("../../data/images.txt");
static MINORS: &str = include_str!("../../data/minors.txt");

/// The release that is answered for unless another is asked for.
///
/// Not the newest: of the releases behind it (v1.6.4 up to the last, v1.8.14) the metadata is known in parts only, and
/// for the default version of v1.8.14 no images are known at all, so a file without `kubernetes_version` could not be
/// answered. v1.6.3 is the newest general release whose answers were measured by running it.
pub const DEFAULT_RELEASE: &str = "v1.6.3";
/// Day of the metadata behind the catalogue of images; the same images are in the default release of rke.
pub const METADATA_DAY: &str = "2024-10-04";

/// Keys of `system_images`, in the order in which `rke config --system-images` prints them.
pub const KEYS: [&str; 41] = [
    "etcd",
    "alpine",
    "nginx_proxy",
    "cert_downloader",
    "kubernetes_services_sidecar",
    "kubedns",
    "dnsmasq",
    "kubedns_sidecar",
    "kubedns_autoscaler",
    "coredns",
    "coredns_autoscaler",
    "nodelocal",
    "kubernetes",
    "flannel",
    "flannel_cni",
    "calico_node",
    "calico_cni",
    "calico_controllers",
    "calico_ctl",
    "calico_flexvol",
    "canal_node",
    "canal_cni",
    "canal_controllers",
    "canal_flannel",
    "canal_flexvol",
    "weave_node",
    "weave_cni",
    "pod_infra_container",
    "ingress",
    "ingress_backend",
    "ingress_webhook",
    "metrics_server",
    "windows_pod_infra_container",
    "aci_cni_deploy_container",
    "aci_host_container",
    "aci_opflex_container",
    "aci_mcast_container",
    "aci_ovs_container",
    "aci_controller_container",
    "aci_gbp_server_container",
    "aci_opflex_server_container",
];

/// Index in [`KEYS`].
pub fn key_index(key: &str) -> Option<usize> {
    KEYS.iter().position(|k| *k == key)
}

/// The images of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSet<'c> {
    images: [&'c str; KEYS.len()],
}

impl<'c> ImageSet<'c> {
    /// None where the version has no image for the key.
    pub fn get(&self, key: &str) -> Option<&'c str> {
        key_index(key).map(|index| self.images[index]).filter(|image| !image.is_empty())
    }

    /// All keys in order; the image is empty where the version has none.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'c str)> + '_ {
        KEYS.into_iter().zip(self.images)
    }

    fn put(&mut self, key: &str, image: &'c str) {
        if let Some(index) = key_index(key) {
            self.images[index] = image;
        }
    }

    /// `image_of` gives the image of each key, empty where there is none.
    pub(super) fn of(image_of: impl Fn(&str) -> &'c str) -> Self {
        Self { images: KEYS.map(image_of) }
    }
}

/// The built-in texts, or the metadata that was read in their place. Cheap to clone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    read: Option<Arc<Metadata>>,
}

/// What this program brings along.
pub static BUILT_IN: Catalogue = Catalogue { read: None };

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.read.is_none() { "Catalogue(built in)" } else { "Catalogue(read)" })
    }
}

impl Catalogue {
    /// From the text of a `data.json` of rancher/kontainer-driver-metadata, as rke takes it from
    /// `RANCHER_METADATA_URL`. It answers for every release of rke, each by the limits that the metadata names.
    pub fn read(data_json: &str) -> Result<Self, MetadataError> {
        Ok(Self { read: Some(Arc::new(Metadata::read(data_json)?)) })
    }

    /// The images of a version, whichever release brought it. Looked up by exact text, `v` included.
    pub fn images(&self, version: &str) -> Option<ImageSet<'_>> {
        match &self.read {
            Some(metadata) => metadata.images(version),
            None => built_in_images(version),
        }
    }

    /// What `rke config --system-images --version V` prints: each image once, Windows left out (cmd/config.go:293).
    pub fn listing(&self, version: &str) -> Option<Vec<&str>> {
        let set = self.images(version)?;
        let mut listed = Vec::with_capacity(KEYS.len());
        for (key, image) in set.iter() {
            if key != "windows_pod_infra_container" && !image.is_empty() && !listed.contains(&image) {
                listed.push(image);
            }
        }
        Some(listed)
    }

    /// Every release of rke with a row, oldest first within each line of releases.
    pub fn releases(&self) -> impl Iterator<Item = Release<'_>> {
        (0..Releases::get().rows.len()).map(|row| self.of_row(row))
    }

    /// Of the metadata that a release is answered from; none where it is put together or was read.
    pub fn day(&self, release: &str) -> Option<&'static str> {
        (self.read.is_none() && release == DEFAULT_RELEASE).then_some(METADATA_DAY)
    }

    pub fn release(&self, name: &str) -> Option<Release<'_>> {
        Releases::get().rows.iter().position(|row| row.name == name).map(|row| self.of_row(row))
    }

    fn of_row(&self, index: usize) -> Release<'_> {
        let row = &Releases::get().rows[index];
        let default_version = match &self.read {
            Some(metadata) => metadata.default_version(row.name),
            None => row.default_version,
        };
        Release { name: row.name, default_version, index, catalogue: self }
    }

    /// Docker versions (`20.10`) that rke accepts for a Kubernetes version of this minor version; those of rke v1.6.3,
    /// or of 2026 where that release does not know the minor version. Empty: nothing known.
    pub fn docker_versions(&self, version: &str) -> Vec<&str> {
        let minor = minor(version);
        if let Some(metadata) = &self.read {
            return minor.map(|minor| metadata.docker_versions(minor)).unwrap_or_default();
        }
        let Some(line) = rows(MINORS).find(|line| line.split(' ').next() == minor) else { return Vec::new() };
        let mut versions = line.split(' ').skip(3);
        let mut known: Vec<_> = versions.by_ref().take_while(|version| *version != "|").collect();
        if known.is_empty() {
            known.extend(versions);
        }
        known
    }

    /// Whether the image needs a paid subscription.
    pub fn needs_subscription(image: &str) -> bool {
        image.contains("rke-extended-life/")
    }
}

/// One release of rke, and what it knows by the metadata of its catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release<'c> {
    pub name: &'static str,
    /// Counts where `kubernetes_version` is empty.
    pub default_version: &'c str,
    /// Of its row.
    index: usize,
    catalogue: &'c Catalogue,
}

impl<'c> Release<'c> {
    /// Those of its own row and of the rows above, which lead up to it.
    fn changes(&self) -> impl Iterator<Item = &'static Change> {
        let last = self.index;
        Releases::get().changes.iter().filter(move |(_, _, row, _)| *row <= last)
    }

    /// Whether the release has images for the version: the two are compared as text.
    pub fn knows(&self, version: &str) -> bool {
        if let Some(metadata) = &self.catalogue.read {
            return metadata.knows(self.name, version);
        }
        self.changes().filter(|(_, name, ..)| *name == version).last().is_some_and(|(.., known)| *known)
    }

    /// Every version the release knows, in order of versions.
    pub fn known(&self) -> Vec<&'c str> {
        self.starting_with("")
    }

    /// Of the versions the release knows those whose names start so, in order of versions.
    pub fn starting_with(&self, start: &str) -> Vec<&'c str> {
        if let Some(metadata) = &self.catalogue.read {
            let named = metadata.versions().filter(|name| name.starts_with(start) && metadata.knows(self.name, name));
            let parsed = named.filter_map(|name| Some((Version::from_kubernetes(name).ok()?, name, 0, true)));
            let mut known: Vec<(Version, &'c str, usize, bool)> = parsed.collect();
            known.sort();
            return known.into_iter().map(|(_, name, ..)| name).collect();
        }
        let mut versions: Vec<&'c str> = Vec::new();
        for (_, name, _, known) in self.changes().filter(|(_, name, ..)| name.starts_with(start)) {
            if versions.last() == Some(name) {
                versions.pop();
            }
            if *known {
                versions.push(name);
            }
        }
        versions
    }

    /// The newest version of each minor version that the release offers (`rke config --list-version --all`).
    pub fn offered(&self) -> Vec<&'c str> {
        let mut known = self.known();
        match &self.catalogue.read {
            Some(metadata) => known.retain(|version| minor(version).is_some_and(|m| metadata.offers(self.name, m))),
            None => {
                let oldest = Releases::get().rows[self.index].oldest_minor;
                let first = known.iter().position(|version| minor(version) == Some(oldest));
                known.drain(..first.unwrap_or(known.len()));
            }
        }
        let mut offered: Vec<&'c str> = Vec::new();
        for version in known {
            match offered.last_mut() {
                Some(last) if minor(last) == minor(version) => *last = version,
                _ => offered.push(version),
            }
        }
        offered
    }
}

/// A minor version's block: its name, its lines, and the sets in them once one was asked for.
type Block = (&'static str, &'static str, OnceLock<Vec<(&'static str, ImageSet<'static>)>>);

fn built_in_images(version: &str) -> Option<ImageSet<'static>> {
    static BLOCKS: OnceLock<Vec<Block>> = OnceLock::new();
    let blocks = BLOCKS.get_or_init(|| {
        let blocks = IMAGES.split("\n\n").filter(|block| block.starts_with('v'));
        blocks.filter_map(|block| block.split_once('\n')).map(|(name, lines)| (name, lines, OnceLock::new())).collect()
    });
    let minor = minor(version)?;
    let (_, lines, sets) = blocks.iter().find(|(name, ..)| *name == minor)?;
    let sets = sets.get_or_init(|| image_sets(lines));
    sets.iter().find(|(name, _)| *name == version).map(|(_, set)| set.clone())
}

fn image_sets(lines: &'static str) -> Vec<(&'static str, ImageSet<'static>)> {
    let mut sets = Vec::new();
    let mut set = ImageSet { images: [""; KEYS.len()] };
    let mut here = "";
    for line in lines.lines() {
        let (keys, image) = line.rsplit_once(' ').unwrap_or_default();
        let Some(keys) = keys.strip_prefix(' ') else {
            if !here.is_empty() {
                sets.push((here, set.clone()));
            }
            here = keys;
            set.put("kubernetes", image);
            continue;
        };
        for key in keys.split(' ') {
            set.put(key, if image == "-" { "" } else { image });
        }
    }
    sets.push((here, set));
    sets
}

/// Lines that say something, without the head.
pub(super) fn rows(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// `v1.30` of `v1.30.5-rancher1-1`.
fn minor(version: &str) -> Option<&str> {
    let second = version.match_indices('.').nth(1)?.0;
    Some(&version[..second])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_one_in_the_head_of_the_images() {
        let head: String = IMAGES.lines().take_while(|line| line.starts_with('#')).collect();
        assert!(head.contains(METADATA_DAY), "{head}");
    }

    #[test]
    fn every_version_has_its_images_in_order() {
        let lines = rows(IMAGES).filter(|line| line.starts_with('v'));
        let versions: Vec<_> = lines.filter_map(|line| line.split_once(' ')).map(|(version, _)| version).collect();
        assert_eq!(versions.len(), 345);
        let parsed: Vec<_> = versions.iter().map(|v| Version::from_kubernetes(v).unwrap()).collect();
        assert!(parsed.is_sorted());
        for version in versions {
            let images = BUILT_IN.images(version).unwrap_or_else(|| panic!("{version} has images"));
            let (tag, _) = version.rsplit_once('-').unwrap();
            assert!(images.get("kubernetes").unwrap().ends_with(&format!("/hyperkube:{tag}")), "{version}");
            for key in ["etcd", "alpine", "nginx_proxy", "pod_infra_container", "ingress"] {
                assert!(images.get(key).is_some(), "{version} {key}");
            }
        }
        for version in ["v1.30.5", "v1.30", "1.30.5-rancher1-1", "v1.30.5-rancher1-2", "", "v1.99.0-rancher1-1"] {
            assert_eq!(BUILT_IN.images(version), None, "{version}");
        }
    }

    #[test]
    fn listing_is_what_rke_config_prints() {
        let listing = BUILT_IN.listing("v1.30.5-rancher1-1").unwrap();
        assert_eq!(listing.len(), 26);
        assert_eq!(listing[..2], ["rancher/mirrored-coreos-etcd:v3.5.12", "rancher/rke-tools:v0.1.103"]);
        assert!(listing.contains(&"rancher/hyperkube:v1.30.5-rancher1"));
        assert_eq!(BUILT_IN.listing("v1.30.5"), None);
    }

    #[test]
    fn releases_know_what_their_metadata_holds() {
        for (name, known) in [("v0.3.0", 61), ("v1.0.16", 112), ("v1.1.0", 97), ("v1.2.23", 197), ("v1.6.3", 302)] {
            let release = BUILT_IN.release(name).unwrap();
            assert_eq!(release.known().len(), known, "{name}");
            assert!(release.knows(release.default_version), "{name}");
        }
        assert_eq!(BUILT_IN.releases().count(), 133);
        let release = BUILT_IN.release(DEFAULT_RELEASE).unwrap();
        assert!(release.known().iter().all(|version| release.knows(version)));
        assert!(!release.knows("v1.31.1-rancher1-1") && !release.knows("v1.30.5"));
        assert_eq!(release.default_version, "v1.30.5-rancher1-1");
        assert_eq!(
            release.offered(),
            ["v1.27.16-rancher1-1", "v1.28.14-rancher1-1", "v1.29.9-rancher1-1", "v1.30.5-rancher1-1"]
        );
    }

    #[test]
    fn docker_versions_are_those_of_the_measured_release() {
        assert_eq!(BUILT_IN.docker_versions("v1.8.11-rancher2-1"), ["1.11", "1.12", "1.13", "17.03"]);
        assert_eq!(BUILT_IN.docker_versions("v1.30.5-rancher1-1").last(), Some(&"27.2"));
        assert_eq!(BUILT_IN.docker_versions("v1.32.2-rancher1-1").last(), Some(&"28.1"));
        assert!(BUILT_IN.docker_versions("nonsense").is_empty());
    }
}
