//! Reading a pack: a folder, a tar, or a tar that was split. What is in it is not trusted.

use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::{self, Content, Descriptor, Manifest};
use crate::store::{BASE, BASE_HOLDERS, BLOBS, Entry, INDEX_FILE, read_index};
use crate::volume::{Slice, Volume};

/// Largest index in bytes: some fifty thousand images.
const INDEX_LIMIT: u64 = 16 << 20;

pub struct Pack {
    pub path: PathBuf,
    pub entries: Vec<Entry>,
    /// Of the index, which names a pack as the base of another.
    pub digest: Digest,
    /// The pack that has the blobs which this one leaves out.
    pub base: Option<Digest>,
    /// An image of the base, by name, for each of these.
    pub base_holders: HashMap<Digest, String>,
    blobs: HashMap<Digest, Slice>,
}

impl Pack {
    /// Reads names and places; the blobs themselves are not hashed here.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let (index, blobs) = if path.is_dir() { folder(path)? } else { archive(path)? };
        let bad = |why: String| Error::Malformed { what: path.display().to_string(), why };
        let index = index.ok_or_else(|| bad(format!("it has no {INDEX_FILE}: no OCI image layout")))?;
        if index.len > INDEX_LIMIT {
            return Err(bad(format!("its index is larger than {} MiB", INDEX_LIMIT >> 20)));
        }
        let index = index.read()?;
        let annotations = serde_json::from_slice::<Value>(&index).map(|mut index| index["annotations"].take());
        let annotations = annotations.unwrap_or_default();
        let base = annotations[BASE].as_str().and_then(|base| base.parse().ok());
        let holders = annotations[BASE_HOLDERS].as_str().and_then(|text| serde_json::from_str(text).ok());
        let holders: HashMap<String, String> = holders.unwrap_or_default();
        let base_holders =
            holders.into_iter().filter_map(|(digest, name)| Some((digest.parse().ok()?, name))).collect();
        let entries = read_index(&index).map_err(bad)?;
        Ok(Self { path: path.to_owned(), entries, digest: Digest::of(&index), base, base_holders, blobs })
    }

    pub fn blob(&self, digest: &Digest) -> Option<&Slice> {
        self.blobs.get(digest)
    }

    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        self.blobs.keys()
    }

    /// Whether the blob is there with the right bytes.
    pub fn holds(&self, descriptor: &Descriptor) -> Result<bool, Error> {
        match self.blob(&descriptor.digest) {
            Some(slice) if slice.len == descriptor.size => Ok(slice.digest()? == descriptor.digest),
            _ => Ok(false),
        }
    }

    /// The manifest of this digest, of the right bytes.
    pub fn manifest(&self, descriptor: &Descriptor) -> Result<Manifest, Error> {
        let what = || format!("manifest {} in {}", descriptor.digest, self.path.display());
        let bad = |why: String| Error::Malformed { what: what(), why };
        let slice = self.blob(&descriptor.digest);
        let slice = slice.ok_or_else(|| Error::NotFound { what: what(), answer: "the pack lacks it".to_owned() })?;
        if slice.len > manifest::LIMIT as u64 {
            return Err(bad(format!("it is larger than {} MiB", manifest::LIMIT >> 20)));
        }
        let bytes = slice.read()?;
        let found = Digest::of(&bytes);
        if found != descriptor.digest {
            let (expected, found) = (descriptor.digest.to_string(), found.to_string());
            return Err(Error::Digest { what: what(), expected, found });
        }
        Manifest::parse(Bytes::from(bytes), Some(&descriptor.media_type)).map_err(bad)
    }

    /// The manifests of an image: its own first, and those that an index names and the pack has.
    pub fn manifests(&self, entry: &Entry) -> Result<Vec<Manifest>, Error> {
        let root = self.manifest(&entry.descriptor)?;
        let mut all = Vec::new();
        if let Content::Index { manifests } = &root.content {
            for descriptor in manifests {
                all.push(self.manifest(descriptor)?);
            }
        }
        all.insert(0, root);
        Ok(all)
    }
}

type Found = (Option<Slice>, HashMap<Digest, Slice>);

fn folder(root: &Path) -> Result<Found, Error> {
    let read = |path: &Path, source| Error::Read { path: path.to_owned(), source };
    let mut blobs = HashMap::new();
    let directory = root.join(BLOBS);
    let entries = fs::read_dir(&directory).map_err(|source| read(&directory, source))?;
    for entry in entries {
        let path = entry.map_err(|source| read(&directory, source))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Ok(digest) = Digest::from_hex(name) else { continue };
        // A link leads out of the pack: to a file of this machine that would then be pushed.
        let file = fs::symlink_metadata(&path).map_err(|source| read(&path, source))?;
        if !file.is_file() {
            return Err(hostile(root, &format!("`{BLOBS}/{name}` is no file")));
        }
        blobs.insert(digest, Slice::of_file(path)?);
    }
    let index = root.join(INDEX_FILE);
    let index = fs::symlink_metadata(&index).is_ok_and(|file| file.is_file()).then(|| Slice::of_file(index));
    Ok((index.transpose()?, blobs))
}

/// The files of a split pack: `NAME.001`, `NAME.002`, without a gap.
fn volumes(path: &Path) -> Vec<PathBuf> {
    let name = path.to_string_lossy();
    let whole = name.strip_suffix(".001").unwrap_or(&name);
    if path.is_file() && whole == name {
        return vec![path.to_owned()];
    }
    let parts = (1..).map(|number| PathBuf::from(format!("{whole}.{number:03}")));
    let found: Vec<_> = parts.take_while(|part| part.is_file()).collect();
    if found.is_empty() { vec![path.to_owned()] } else { found }
}

fn archive(path: &Path) -> Result<Found, Error> {
    let volume = Arc::new(Volume::open(&volumes(path))?);
    let unreadable = |error: std::io::Error| Error::Malformed {
        what: path.display().to_string(),
        why: format!("it cannot be read as a tar: {error}"),
    };
    let (mut index, mut blobs) = (None, HashMap::new());
    let mut reader = tar::Archive::new(volume.reader());
    for entry in reader.entries_with_seek().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.path().map_err(unreadable)?.into_owned();
        let kind = entry.header().entry_type();
        if !name.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(hostile(path, &format!("`{}` leads out of the pack", name.display())));
        }
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        if !kind.is_file() {
            return Err(hostile(path, &format!("`{}` is no file", name.display())));
        }
        let slice = Slice { volume: Arc::clone(&volume), offset: entry.raw_file_position(), len: entry.size() };
        let name = name.strip_prefix(".").unwrap_or(&name);
        if name == Path::new(INDEX_FILE) {
            index = Some(slice);
        } else if let Some(hex) = name.strip_prefix(BLOBS).ok().and_then(Path::to_str)
            && let Ok(digest) = Digest::from_hex(hex)
        {
            blobs.insert(digest, slice);
        }
    }
    Ok((index, blobs))
}

fn hostile(path: &Path, why: &str) -> Error {
    Error::Malformed { what: path.display().to_string(), why: why.replace(char::is_control, "\u{fffd}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar_of(name: &str, kind: tar::EntryType) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pack.tar");
        let mut builder = tar::Builder::new(fs::File::create(&path).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        header.set_entry_type(kind);
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..11].copy_from_slice(b"/etc/passwd");
        header.set_cksum();
        builder.append(&header, std::io::empty()).unwrap();
        builder.finish().unwrap();
        (folder, path)
    }

    #[test]
    fn an_archive_that_leads_out_of_itself_is_refused() {
        let hex = "a".repeat(64);
        for (name, kind) in [
            ("../index.json", tar::EntryType::Regular),
            ("blobs/sha256/../../../x", tar::EntryType::Regular),
            ("/etc/passwd", tar::EntryType::Regular),
            (&format!("blobs/sha256/{hex}"), tar::EntryType::Symlink),
            ("index.json", tar::EntryType::Link),
            ("index.json", tar::EntryType::Fifo),
        ] {
            let (_folder, path) = tar_of(name, kind);
            let error = Pack::open(&path).err().unwrap_or_else(|| panic!("{name} {kind:?} is taken"));
            assert!(error.to_string().contains("leads out") || error.to_string().contains("no file"), "{error}");
        }
        let (_folder, path) = tar_of("other", tar::EntryType::Regular);
        assert!(Pack::open(&path).err().unwrap().to_string().contains("no OCI image layout"));
    }

    #[test]
    fn a_link_in_a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(BLOBS)).unwrap();
        let link = folder.path().join(BLOBS).join("b".repeat(64));
        std::os::unix::fs::symlink("/etc/passwd", link).unwrap();
        fs::write(folder.path().join(INDEX_FILE), r#"{"manifests":[]}"#).unwrap();
        assert!(Pack::open(folder.path()).err().unwrap().to_string().contains("no file"));
    }
}
