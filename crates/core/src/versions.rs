//! Releases of rke, the Kubernetes versions each one knows, and what happens when a cluster moves between two of them.

mod change;
mod notes;

#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use serde::Serialize;

use crate::image::catalogue::{BUILT_IN, Catalogue, DEFAULT_RELEASE, Release};
use crate::image::version::Version;
pub use change::{Target, VersionChange, compare};
pub use notes::{Effect, Note};

/// One release of rke, for a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RkeRelease {
    pub name: &'static str,
    /// What a file without `kubernetes_version` gets.
    pub default_version: &'static str,
    /// Answers are given for it unless another is asked for.
    pub default: bool,
}

/// One Kubernetes version of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KubernetesVersion {
    pub name: &'static str,
    /// The release takes it for a file without `kubernetes_version`.
    pub default: bool,
    /// `rke config --list-version --all` prints it: the newest of a minor version that is not deprecated.
    pub offered: bool,
    /// Of a minor version older than those on offer: known for clusters that are to be upgraded.
    pub deprecated: bool,
    /// Its images are given only to subscribers of RKE Extended Life.
    pub subscription: bool,
    /// Its images are known here: the release knows a few versions that no public copy of its metadata has.
    pub images: bool,
}

/// All releases, oldest first within each line of releases; read once.
pub fn releases() -> &'static [RkeRelease] {
    static RELEASES: OnceLock<Vec<RkeRelease>> = OnceLock::new();
    RELEASES.get_or_init(|| {
        let row = |release: &Entry| RkeRelease {
            name: release.release.name,
            default_version: release.release.default_version,
            default: release.release.name == DEFAULT_RELEASE,
        };
        entries().iter().map(row).collect()
    })
}

/// What the release knows, oldest first; nothing for a name that is no release. Read once for each release.
pub fn known(release: &str) -> &'static [KubernetesVersion] {
    entries().iter().find(|entry| entry.release.name == release).map_or(&[], |entry| entry.versions())
}

/// Releases that have images for the version, in the order of [`releases`].
pub fn known_by(version: &str) -> Vec<&'static str> {
    entries().iter().filter(|entry| entry.release.knows(version)).map(|entry| entry.release.name).collect()
}

struct Entry {
    release: Release<'static>,
    versions: OnceLock<Vec<KubernetesVersion>>,
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    let entry = |release| Entry { release, versions: OnceLock::new() };
    ENTRIES.get_or_init(|| BUILT_IN.releases().map(entry).collect())
}

impl Entry {
    fn versions(&self) -> &[KubernetesVersion] {
        self.versions.get_or_init(|| {
            let offered = self.release.offered();
            let minor = |name: &str| Version::from_kubernetes(name).ok().map(|version| (version.major, version.minor));
            let oldest = offered.first().and_then(|name| minor(name));
            let version = |name: &'static str| {
                let images = BUILT_IN.images(name);
                let paid = |image: &str| Catalogue::needs_subscription(image);
                KubernetesVersion {
                    name,
                    default: name == self.release.default_version,
                    offered: offered.contains(&name),
                    deprecated: minor(name) < oldest,
                    subscription: images.as_ref().is_some_and(|set| set.iter().any(|(_, image)| paid(image))),
                    images: images.is_some(),
                }
            };
            self.release.known().into_iter().map(version).collect()
        })
    }
}
