//! A pack as a folder: OCI's image layout, written by one run at a time.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::{Descriptor, Manifest, OCI_INDEX};
use crate::save;
use crate::volume::Slice;

pub const LAYOUT_FILE: &str = "oci-layout";
pub const INDEX_FILE: &str = "index.json";
pub const LAYOUT: &str = "{\"imageLayoutVersion\":\"1.0.0\"}";
pub const BLOBS: &str = "blobs/sha256";
/// Under what name containerd finds an image, and skopeo and crane.
pub const NAME: &str = "org.opencontainers.image.ref.name";
pub const CONTAINERD_NAME: &str = "io.containerd.image.name";
/// The digest of the index of the pack that has the blobs which this one leaves out.
pub const BASE: &str = "dev.drydock.pack.base";
/// For each of these blobs an image of that pack that has it: as JSON, since annotations are text.
pub const BASE_HOLDERS: &str = "dev.drydock.pack.base.holders";

/// An image in a pack: its full name, and its manifest or index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub descriptor: Descriptor,
}

/// The pack that has the blobs which another one leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Of its index.
    pub digest: Digest,
    /// An image of it, by name, for each of its blobs.
    pub holders: BTreeMap<Digest, String>,
}

/// A folder that is being filled. No other run writes to it as long as this lives.
pub struct Layout {
    pub root: PathBuf,
    _lock: File,
}

impl Layout {
    /// Makes the folder where it is missing, and waits for a run that works in it; `waits` is told of that once.
    pub async fn open(root: &Path, waits: impl FnOnce()) -> Result<Self, Error> {
        let failed = |source| Error::Disk { path: root.to_owned(), source };
        fs::create_dir_all(root.join(BLOBS)).map_err(failed)?;
        fs::create_dir_all(root.join(".parts")).map_err(failed)?;
        let path = root.join(LAYOUT_FILE);
        let lock = File::options().read(true).append(true).create(true).open(&path).map_err(failed)?;
        let mut waits = Some(waits);
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    if let Some(waits) = waits.take() {
                        waits();
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        if lock.metadata().map_err(failed)?.len() == 0 {
            fs::write(&path, LAYOUT).map_err(failed)?;
        }
        // The run that was waited for has tidied up behind itself.
        fs::create_dir_all(root.join(".parts")).map_err(failed)?;
        Ok(Self { root: root.to_owned(), _lock: lock })
    }

    pub fn parts(&self) -> PathBuf {
        self.root.join(".parts")
    }

    pub fn blob(&self, digest: &Digest) -> PathBuf {
        self.root.join(BLOBS).join(digest.hex())
    }

    /// Whether the blob is there. Its bytes are hashed: after a power failure its name alone says nothing.
    pub fn has(&self, digest: &Digest, size: u64) -> Result<bool, Error> {
        let path = self.blob(digest);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() && found.len() == size => {
                if Slice::of_file(path.clone())?.digest()? == *digest {
                    return Ok(true);
                }
            }
            Ok(_) => {}
            Err(_) => return Ok(false),
        }
        fs::remove_file(&path).map_err(|source| Error::Disk { path, source })?;
        Ok(false)
    }

    pub fn put(&self, manifest: &Manifest) -> Result<(), Error> {
        let part = self.parts().join(manifest.digest.hex());
        let path = self.blob(&manifest.digest);
        let written = fs::write(&part, &manifest.bytes).and_then(|()| fs::rename(&part, &path));
        written.map_err(|source| Error::Disk { path, source })
    }

    /// The images that earlier runs left here.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        let path = self.root.join(INDEX_FILE);
        match fs::read(&path) {
            Ok(bytes) => read_index(&bytes).map_err(|why| Error::Malformed { what: path.display().to_string(), why }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(Error::Read { path, source }),
        }
    }

    /// Names the images; those of earlier runs stay. The pack is whole from here on.
    pub fn finish(&self, added: Vec<Entry>, base: Option<&Base>) -> Result<Vec<Entry>, Error> {
        let mut entries = self.entries()?;
        entries.retain(|entry| added.iter().all(|new| new.name != entry.name));
        entries.extend(added);
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        write(&self.root.join(INDEX_FILE), index(&entries, base).as_bytes())?;
        Ok(entries)
    }

    /// Takes away what only a run that goes on would need.
    pub fn tidy(&self) {
        // What is left of it harms nobody.
        let _ = fs::remove_dir_all(self.parts());
    }
}

/// Readable by all: a pack is carried to other people's machines, and holds no secrets.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Disk { path: path.to_owned(), source };
    save::create(path, bytes).map_err(failed)?;
    open_to_all(path).map_err(failed)
}

pub fn open_to_all(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

/// The same bytes for the same images.
pub fn index(entries: &[Entry], base: Option<&Base>) -> String {
    let manifests = entries.iter().map(|entry| {
        let Descriptor { media_type, digest, size, .. } = &entry.descriptor;
        json!({"mediaType": media_type, "digest": digest.to_string(), "size": size,
            "annotations": {CONTAINERD_NAME: entry.name, NAME: entry.name}})
    });
    let manifests: Vec<Value> = manifests.collect();
    let mut index = Map::new();
    index.insert("schemaVersion".to_owned(), 2.into());
    index.insert("mediaType".to_owned(), OCI_INDEX.into());
    index.insert("manifests".to_owned(), manifests.into());
    if let Some(base) = base {
        let holders: Map<String, Value> =
            base.holders.iter().map(|(digest, name)| (digest.to_string(), name.clone().into())).collect();
        let annotations = json!({BASE: base.digest.to_string(), BASE_HOLDERS: Value::Object(holders).to_string()});
        index.insert("annotations".to_owned(), annotations);
    }
    Value::Object(index).to_string()
}

/// The images of an index; the error says what is wrong with it.
pub fn read_index(bytes: &[u8]) -> Result<Vec<Entry>, String> {
    let json: Value = serde_json::from_slice(bytes).map_err(|error| format!("the index cannot be read: {error}"))?;
    let manifests = json["manifests"].as_array().ok_or("the index names no images")?;
    let entry = |manifest: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let digest: Digest = text(&manifest["digest"]).parse().map_err(|error| format!("the index has {error}"))?;
        let annotations = &manifest["annotations"];
        let names = [CONTAINERD_NAME, NAME].map(|name| text(&annotations[name]));
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| digest.to_string());
        let size = manifest["size"].as_u64().ok_or("the index has an image without size")?;
        Ok(Entry {
            name,
            descriptor: Descriptor { media_type: text(&manifest["mediaType"]), digest, size, platform: None },
        })
    };
    manifests.iter().map(entry).collect()
}

/// Bytes that may still be written below this path.
pub fn free_space(path: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_run_waits_and_adds_to_what_the_first_left() {
        let folder = tempfile::tempdir().unwrap();
        let first = Layout::open(folder.path(), || panic!("nobody is there")).await.unwrap();
        let entry = |name: &str, bytes: &[u8]| Entry {
            name: name.to_owned(),
            descriptor: Descriptor {
                media_type: crate::manifest::OCI_MANIFEST.to_owned(),
                digest: Digest::of(bytes),
                size: bytes.len() as u64,
                platform: None,
            },
        };
        let root = folder.path().to_owned();
        let (told, mut waits) = tokio::sync::mpsc::unbounded_channel();
        let second = tokio::spawn(async move { Layout::open(&root, || told.send(()).unwrap()).await });
        waits.recv().await.unwrap();
        first.finish(vec![entry("b:1", b"b"), entry("a:1", b"a")], None).unwrap();
        drop(first);
        let second = second.await.unwrap().unwrap();
        second.finish(vec![entry("b:1", b"new"), entry("c:1", b"c")], None).unwrap();
        let expected = vec![entry("a:1", b"a"), entry("b:1", b"new"), entry("c:1", b"c")];
        assert_eq!(second.entries().unwrap(), expected);
        assert_eq!(fs::read_to_string(folder.path().join(LAYOUT_FILE)).unwrap(), LAYOUT);
    }

    #[tokio::test]
    async fn a_blob_with_other_bytes_than_its_name_says_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::open(folder.path(), || {}).await.unwrap();
        let digest = Digest::of(b"bytes");
        fs::write(layout.blob(&digest), b"byteS").unwrap();
        assert!(!layout.has(&digest, 5).unwrap());
        assert!(!layout.blob(&digest).exists(), "it would stand in the way");
        fs::write(layout.blob(&digest), b"bytes").unwrap();
        assert!(layout.has(&digest, 5).unwrap());
    }
}
