//! Images of made-up bytes.

use std::sync::Arc;

use drydock_pull::digest::Digest;
use serde_json::{Value, json};

use super::Fake;

/// Bytes that no compressor shrinks; the same for the same seed.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(bytes).to_string(), "size": bytes.len()})
}

impl Fake {
    pub fn put_blob(&self, repository: &str, bytes: Vec<u8>) {
        let digest = Digest::of(&bytes);
        let mut data = self.data();
        data.blobs.insert(digest, Arc::new(bytes));
        data.has.insert((repository.to_owned(), digest));
    }

    pub fn put_manifest(&self, repository: &str, tag: &str, manifest: &Value) -> Digest {
        let bytes = manifest.to_string().into_bytes();
        let digest = Digest::of(&bytes);
        let media_type = manifest["mediaType"].as_str().unwrap_or_default().to_owned();
        let stored = (Arc::new(bytes), media_type);
        let mut data = self.data();
        data.manifests.insert((repository.to_owned(), digest.to_string()), stored.clone());
        data.manifests.insert((repository.to_owned(), tag.to_owned()), stored);
        digest
    }

    /// An image with a layer for each seed and length.
    pub fn put_image(&self, repository: &str, tag: &str, layers: &[(u64, usize)]) -> Digest {
        // Of what the layers unpack to; nothing here unpacks them.
        let diffs: Vec<_> = layers.iter().map(|(seed, _)| Digest::of(&seed.to_le_bytes()).to_string()).collect();
        let config = json!({"architecture": "amd64", "os": "linux", "config": {"Labels": {"of": repository}},
            "rootfs": {"type": "layers", "diff_ids": diffs}});
        let config = config.to_string().into_bytes();
        let layer = |(seed, len): &(u64, usize)| {
            let bytes = noise(*seed, *len);
            let descriptor = descriptor("application/vnd.oci.image.layer.v1.tar+gzip", &bytes);
            self.put_blob(repository, bytes);
            descriptor
        };
        let manifest = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
            "layers": layers.iter().map(layer).collect::<Vec<_>>()});
        self.put_blob(repository, config);
        self.put_manifest(repository, tag, &manifest)
    }

    /// An index of two platforms, each with an image of one layer.
    pub fn put_index(&self, repository: &str, tag: &str) -> Digest {
        let entry = |architecture: &str, seed| {
            let digest = self.put_image(repository, architecture, &[(seed, 5000)]);
            let key = (repository.to_owned(), digest.to_string());
            let size = self.data().manifests[&key].0.len();
            json!({"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest.to_string(),
                "size": size, "platform": {"os": "linux", "architecture": architecture}})
        };
        let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [entry("arm64", 71), entry("amd64", 72)]});
        self.put_manifest(repository, tag, &index)
    }
}
