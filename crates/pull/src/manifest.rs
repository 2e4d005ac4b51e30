//! Manifests and indexes, OCI's and Docker's: what is read of them, and what is refused.

use bytes::Bytes;
use serde::Deserialize;

use crate::digest::Digest;

pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// One header, joined by commas: where a proxy folds repeated headers docker-registry 2.8 reads the first only.
pub const ACCEPT: &str = "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json,\
    application/vnd.docker.distribution.manifest.list.v2+json,application/vnd.docker.distribution.manifest.v2+json";

/// Largest manifest in bytes: what registries themselves take.
pub const LIMIT: usize = 4 << 20;

/// `linux/amd64`, `linux/arm/v7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    pub os: String,
    pub architecture: String,
    pub variant: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    pub media_type: String,
    pub digest: Digest,
    pub size: u64,
    pub platform: Option<Platform>,
}

#[derive(Clone, Debug)]
pub enum Content {
    Image { config: Descriptor, layers: Vec<Descriptor> },
    Index { manifests: Vec<Descriptor> },
}

/// A manifest or an index, with the bytes that its digest is of.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub bytes: Bytes,
    pub digest: Digest,
    pub media_type: String,
    pub content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawManifest {
    schema_version: u32,
    media_type: Option<String>,
    config: Option<RawDescriptor>,
    layers: Option<Vec<RawDescriptor>>,
    manifests: Option<Vec<RawDescriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawDescriptor {
    #[serde(default)]
    media_type: String,
    digest: String,
    size: u64,
    platform: Option<RawPlatform>,
}

#[derive(Deserialize)]
struct RawPlatform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    variant: Option<String>,
}

impl Platform {
    /// `OS/ARCH` or `OS/ARCH/VARIANT`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [os, architecture] | [os, architecture, _] if parts.iter().all(|part| !part.is_empty()) => Ok(Self {
                os: os.to_owned(),
                architecture: architecture.to_owned(),
                variant: parts.get(2).map(|variant| (*variant).to_owned()),
            }),
            _ => Err("a platform is written OS/ARCH, as linux/amd64".to_owned()),
        }
    }

    /// Of this machine, as far as images go: Linux.
    pub fn here() -> Self {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        Self { os: "linux".to_owned(), architecture: architecture.to_owned(), variant: None }
    }

    fn answers(&self, wanted: &Self) -> bool {
        let variant = wanted.variant.is_none() || wanted.variant == self.variant;
        self.os == wanted.os && self.architecture == wanted.architecture && variant
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().map_or(Ok(()), |variant| write!(f, "/{variant}"))
    }
}

impl Manifest {
    /// The text of the error says what is wrong with the manifest.
    pub fn parse(bytes: Bytes, content_type: Option<&str>) -> Result<Self, String> {
        if bytes.len() > LIMIT {
            return Err(format!("the manifest is larger than {} MiB", LIMIT >> 20));
        }
        let raw: RawManifest =
            serde_json::from_slice(&bytes).map_err(|error| format!("the manifest cannot be read: {error}"))?;
        if raw.schema_version != 2 {
            return Err(format!("the manifest has schema version {}, only 2 is known", raw.schema_version));
        }
        let content = match (raw.config, raw.layers, raw.manifests) {
            (Some(config), layers, None) => {
                let layers: Result<_, _> = layers.unwrap_or_default().into_iter().map(Descriptor::new).collect();
                Content::Image { config: Descriptor::new(config)?, layers: layers? }
            }
            (None, None, Some(manifests)) => {
                let manifests: Result<_, _> = manifests.into_iter().map(Descriptor::new).collect();
                Content::Index { manifests: manifests? }
            }
            // Read one way here and the other way there, the same digest would name two images.
            (_, _, Some(_)) => return Err("the manifest is an image and an index at once".to_owned()),
            (None, _, None) => return Err("the manifest has neither config nor manifests".to_owned()),
        };
        let named = raw.media_type.as_deref().or(content_type.map(without_parameters));
        let known: &[&str] = match content {
            Content::Image { .. } => &[OCI_MANIFEST, DOCKER_MANIFEST],
            Content::Index { .. } => &[OCI_INDEX, DOCKER_INDEX],
        };
        let media_type = named.filter(|named| known.contains(named)).unwrap_or(known[0]).to_owned();
        Ok(Self { digest: Digest::of(&bytes), bytes, media_type, content })
    }

    pub fn descriptor(&self) -> Descriptor {
        Descriptor {
            media_type: self.media_type.clone(),
            digest: self.digest,
            size: self.bytes.len() as u64,
            platform: None,
        }
    }

    pub const fn is_index(&self) -> bool {
        matches!(self.content, Content::Index { .. })
    }

    /// Config and layers; none of an index. Layers that are not to be distributed are left where they are.
    pub fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        let (config, layers): (_, &[Descriptor]) = match &self.content {
            Content::Image { config, layers } => (Some(config), layers),
            Content::Index { .. } => (None, &[]),
        };
        let foreign = |layer: &&Descriptor| {
            !layer.media_type.contains("nondistributable") && !layer.media_type.contains(".foreign.")
        };
        config.into_iter().chain(layers.iter().filter(foreign))
    }
}

impl Descriptor {
    fn new(raw: RawDescriptor) -> Result<Self, String> {
        let digest = raw.digest.parse().map_err(|error| format!("`{}` is {error}", raw.digest.escape_debug()))?;
        let platform = raw.platform.map(|platform| Platform {
            os: platform.os,
            architecture: platform.architecture,
            variant: platform.variant.filter(|variant| !variant.is_empty()),
        });
        Ok(Self { media_type: raw.media_type, digest, size: raw.size, platform })
    }
}

/// The manifest of an index for this platform; the error names what there is instead.
pub fn choose<'m>(manifests: &'m [Descriptor], wanted: &Platform) -> Result<&'m Descriptor, String> {
    let of = |descriptor: &&Descriptor| descriptor.platform.as_ref().is_some_and(|platform| platform.answers(wanted));
    manifests.iter().find(of).ok_or_else(|| {
        let there: Vec<String> =
            manifests.iter().filter_map(|manifest| manifest.platform.as_ref()).map(ToString::to_string).collect();
        format!("the index has no image for {wanted}; it has: {}", there.join(", "))
    })
}

pub fn without_parameters(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Manifest, String> {
        Manifest::parse(Bytes::copy_from_slice(text.as_bytes()), Some("application/json; charset=utf-8"))
    }

    fn digest(byte: char) -> String {
        format!("sha256:{}", byte.to_string().repeat(64))
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_its_reason() {
        let config = format!(r#""config":{{"digest":"{}","size":1}}"#, digest('a'));
        for (text, reason) in [
            ("<html>", "cannot be read"),
            (r#"{"schemaVersion":1,"fsLayers":[]}"#, "schema version 1"),
            (r#"{"schemaVersion":2}"#, "neither config nor manifests"),
            (&format!(r#"{{"schemaVersion":2,{config},"manifests":[]}}"#), "at once"),
            (r#"{"schemaVersion":2,"config":{"digest":"sha512:00","size":1}}"#, "other than sha256"),
            (r#"{"schemaVersion":2,"config":{"digest":"sha256:../x","size":1}}"#, "no digest"),
            (&format!(r#"{{"schemaVersion":2,"config":{{"digest":"{}","size":-1}}}}"#, digest('a')), "cannot be read"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        assert!(Manifest::parse(Bytes::from(vec![b' '; LIMIT + 1]), None).unwrap_err().contains("4 MiB"));
    }

    #[test]
    fn a_platform_is_chosen_or_the_error_says_what_there_is() {
        let entry = |byte, os: &str, architecture: &str| {
            let digest = digest(byte);
            format!(r#"{{"digest":"{digest}","size":1,"platform":{{"os":"{os}","architecture":"{architecture}"}}}}"#)
        };
        let entries = [entry('a', "linux", "arm64"), entry('b', "linux", "amd64")].join(",");
        let index = parse(&format!(r#"{{"schemaVersion":2,"manifests":[{entries}]}}"#)).unwrap();
        assert_eq!(index.media_type, OCI_INDEX);
        let Content::Index { manifests } = &index.content else { panic!("an index") };
        let chosen = choose(manifests, &Platform::parse("linux/amd64").unwrap()).unwrap();
        assert_eq!(chosen.digest.to_string(), digest('b'));
        let error = choose(manifests, &Platform::parse("windows/amd64").unwrap()).unwrap_err();
        assert!(error.contains("linux/arm64, linux/amd64"), "{error}");
        assert!(Platform::parse("linux").is_err());
    }
}
