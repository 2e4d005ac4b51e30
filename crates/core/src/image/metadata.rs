//! A `data.json` of rancher/kontainer-driver-metadata, read as rke reads it (rke v1.6.3, metadata/metadata.go:97).

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::catalogue::ImageSet;
use super::version::Version;

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Metadata {
    /// By Kubernetes version, then by the JSON name of the key, as `calicoFlexVol`.
    #[serde(rename = "K8sVersionRKESystemImages")]
    images: BTreeMap<String, BTreeMap<String, String>>,
    /// By Kubernetes version, or by minor version as `v1.30`.
    #[serde(rename = "K8sVersionInfo", default)]
    limits: BTreeMap<String, Limits>,
    /// By release without its `v`, or `default`.
    #[serde(rename = "RKEDefaultK8sVersions", default)]
    defaults: BTreeMap<String, String>,
    /// By minor version without its `v`; each as `20.10.x`.
    #[serde(rename = "K8sVersionDockerInfo", default)]
    docker: BTreeMap<String, Vec<String>>,
}

/// Between which releases of rke a version is used; empty: no limit.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Limits {
    #[serde(rename = "minRKEVersion")]
    min: String,
    #[serde(rename = "maxRKEVersion")]
    max: String,
    #[serde(rename = "deprecateRKEVersion")]
    deprecated: String,
}

/// Why a text is no metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataError {
    /// Line and column from 1, and the reader's words.
    NoJson {
        line: usize,
        column: usize,
        what: String,
    },
    NoImages,
}

impl MetadataError {
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NoJson { .. } => "give the data.json of rancher/kontainer-driver-metadata, whole and not compressed",
            Self::NoImages => {
                "give the data.json of a release branch of rancher/kontainer-driver-metadata, \
                 as https://releases.rancher.com/kontainer-driver-metadata/release-v2.9/data.json"
            }
        }
    }
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoJson { line, column, what } => write!(f, "line {line}, column {column}: {what}"),
            Self::NoImages => f.write_str("it names images for no Kubernetes version"),
        }
    }
}

impl std::error::Error for MetadataError {}

impl Metadata {
    pub fn read(text: &str) -> Result<Self, MetadataError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let metadata: Self = serde_json::from_str(text).map_err(|error| {
            let (line, column, words) = (error.line(), error.column(), error.to_string());
            let what = words.split(" at line ").next().unwrap_or_default().to_owned();
            MetadataError::NoJson { line, column, what }
        })?;
        if metadata.images.is_empty() {
            return Err(MetadataError::NoImages);
        }
        Ok(metadata)
    }

    pub fn images(&self, version: &str) -> Option<ImageSet<'_>> {
        let images = self.images.get(version)?;
        Some(ImageSet::of(|key| {
            let named = images.iter().find(|(name, _)| is_json_name(name, key));
            named.map_or("", |(_, image)| image.as_str())
        }))
    }

    pub fn versions(&self) -> impl Iterator<Item = &str> {
        self.images.keys().map(String::as_str)
    }

    /// The version that counts for a release where the file names none; empty where the metadata has none.
    pub fn default_version(&self, release: &str) -> &str {
        let named = self.defaults.get(release.trim_start_matches('v'));
        named.or_else(|| self.defaults.get("default")).map_or("", String::as_str)
    }

    /// Whether the release takes the version's images: neither too old for it nor past its end.
    pub fn knows(&self, release: &str, version: &str) -> bool {
        let limits = self.limits.get(version);
        let reached = |limit: &str| is_at_least(release, limit);
        self.images.contains_key(version)
            && limits.is_none_or(|l| reached(&l.deprecated) != Some(true) && reached(&l.min) != Some(false))
    }

    /// Whether the release still offers versions of this minor version.
    pub fn offers(&self, release: &str, minor: &str) -> bool {
        self.limits.get(minor).is_none_or(|limits| is_at_least(&limits.max, release) != Some(false))
    }

    /// As `20.10`, for a minor version as `v1.30`.
    pub fn docker_versions(&self, minor: &str) -> Vec<&str> {
        let versions = self.docker.get(minor.trim_start_matches('v')).into_iter().flatten();
        versions.map(|version| version.trim_end_matches(".x")).collect()
    }
}

/// None where there is no limit, or one of the two is no version.
fn is_at_least(release: &str, limit: &str) -> Option<bool> {
    Some(Version::from_tag(release)? >= Version::from_tag(limit)?)
}

/// `calicoFlexVol` for `calico_flexvol`: JSON names differ in case and underscores only.
fn is_json_name(name: &str, key: &str) -> bool {
    name.eq_ignore_ascii_case(key)
        || name.bytes().map(|b| b.to_ascii_lowercase()).eq(key.bytes().filter(|b| *b != b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::catalogue::{Catalogue, DEFAULT_RELEASE};

    const DATA: &str = r#"{
  "K8sVersionRKESystemImages": {
    "v1.33.0-rancher1-1": {"kubernetes": "rancher/hyperkube:v1.33.0-rancher1", "calicoFlexVol": "rancher/flexvol:9"},
    "v1.33.1-rancher1-1": {"kubernetes": "rancher/hyperkube:v1.33.1-rancher1"},
    "v1.34.0-rancher1-1": {"kubernetes": "rancher/hyperkube:v1.34.0-rancher1"},
    "v1.20.1-rancher1-1": {"kubernetes": "rancher/hyperkube:v1.20.1-rancher1"},
    "v1.19.1-rancher1-1": {"kubernetes": "rancher/hyperkube:v1.19.1-rancher1"}
  },
  "K8sVersionInfo": {
    "v1.34.0-rancher1-1": {"minRKEVersion": "1.7.0-rc0"},
    "v1.20": {"maxRKEVersion": "1.3.99"},
    "v1.19.1-rancher1-1": {"deprecateRKEVersion": "1.6.3"}
  },
  "RKEDefaultK8sVersions": {"0.3": "v1.16.3-rancher1-1", "default": "v1.33.1-rancher1-1"},
  "K8sVersionDockerInfo": {"1.33": ["27.2.x", "28.1.x"]},
  "RancherDefaultK8sVersions": {"2.3": "v1.17.x"}
}"#;

    #[test]
    fn a_release_takes_what_the_metadata_allows_it() {
        let catalogue = Catalogue::read(DATA).unwrap();
        let release = catalogue.release(DEFAULT_RELEASE).unwrap();
        assert_eq!(release.default_version, "v1.33.1-rancher1-1");
        assert_eq!(release.known(), ["v1.20.1-rancher1-1", "v1.33.0-rancher1-1", "v1.33.1-rancher1-1"]);
        assert_eq!(release.offered(), ["v1.33.1-rancher1-1"]);
        assert!(release.knows("v1.33.0-rancher1-1") && !release.knows("v1.30.5-rancher1-1"));
        let newer = catalogue.release("v1.8.14").unwrap();
        assert!(newer.knows("v1.34.0-rancher1-1") && !newer.knows("v1.19.1-rancher1-1"));
        assert_eq!(catalogue.docker_versions("v1.33.0-rancher1-1"), ["27.2", "28.1"]);
    }

    #[test]
    fn images_are_found_under_their_json_names() {
        let catalogue = Catalogue::read(DATA).unwrap();
        let images = catalogue.images("v1.33.0-rancher1-1").unwrap();
        assert_eq!(images.get("calico_flexvol"), Some("rancher/flexvol:9"));
        assert_eq!(images.get("etcd"), None);
        let listed = ["rancher/hyperkube:v1.33.0-rancher1", "rancher/flexvol:9"];
        assert_eq!(catalogue.listing("v1.33.0-rancher1-1").unwrap(), listed);
        assert_eq!(catalogue.images("v1.30.5-rancher1-1"), None);
    }

    #[test]
    fn another_text_is_refused_with_its_place() {
        let error = |text| Catalogue::read(text).unwrap_err();
        assert_eq!(error("{\n  \"K8s").to_string(), "line 2, column 6: EOF while parsing a string");
        assert!(error("{}").to_string().contains("missing field `K8sVersionRKESystemImages`"));
        assert_eq!(error(r#"{"K8sVersionRKESystemImages": {}}"#), MetadataError::NoImages);
    }
}
