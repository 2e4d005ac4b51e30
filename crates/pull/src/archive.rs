//! A pack as one tar, or as one that is split: the layout, and beside it the `manifest.json` that `docker load` reads.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};

use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::{Content, Manifest};
use crate::store::{BLOBS, INDEX_FILE, LAYOUT, LAYOUT_FILE, open_to_all};
use crate::volume::{Pulse, Slice};

/// What `docker load` is told: config, names and layers of each image, all of them blobs of the layout.
pub fn docker_manifest<'m>(images: impl IntoIterator<Item = (&'m str, &'m Manifest)>) -> String {
    let path = |digest: &Digest| format!("{BLOBS}/{}", digest.hex());
    let images = images.into_iter().filter_map(|(name, manifest)| {
        let Content::Image { config, layers } = &manifest.content else { return None };
        let layers: Vec<_> = layers.iter().map(|layer| path(&layer.digest)).collect();
        // Docker names no image by its digest.
        let tags: Vec<_> = (!name.contains('@')).then_some(name).into_iter().collect();
        Some(json!({"Config": path(&config.digest), "RepoTags": tags, "Layers": layers}))
    });
    Value::Array(images.collect()).to_string()
}

/// A tar as a list of what it consists of: the same bytes for the same images.
pub struct Archive {
    pieces: Vec<Piece>,
}

enum Piece {
    Bytes(Bytes),
    File(Slice),
}

impl Archive {
    pub fn new(index: &str, docker: &str, blobs: &BTreeMap<Digest, Slice>) -> Result<Self, Error> {
        let mut pieces = Vec::with_capacity(3 * blobs.len() + 10);
        for (name, text) in [(LAYOUT_FILE, LAYOUT), (INDEX_FILE, index), ("manifest.json", docker)] {
            pieces.push(Piece::Bytes(header(name, text.len() as u64)?));
            pieces.push(Piece::Bytes(Bytes::copy_from_slice(text.as_bytes())));
            pieces.push(padding(text.len() as u64));
        }
        for (digest, slice) in blobs {
            pieces.push(Piece::Bytes(header(&format!("{BLOBS}/{}", digest.hex()), slice.len)?));
            pieces.push(Piece::File(slice.clone()));
            pieces.push(padding(slice.len));
        }
        pieces.push(Piece::Bytes(Bytes::from_static(&[0; 1024])));
        Ok(Self { pieces })
    }

    /// Bytes of the whole.
    pub fn len(&self) -> u64 {
        let len = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.len() as u64,
            Piece::File(slice) => slice.len,
        };
        self.pieces.iter().map(len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    pub fn stream(self, pulse: Pulse) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::iter(self.pieces).flat_map(move |piece| match piece {
            Piece::Bytes(bytes) => stream::iter([Ok(bytes)]).left_stream(),
            Piece::File(slice) => slice.stream(pulse.clone()).right_stream(),
        })
    }

    /// Writes it to one file or several; nothing at all when that fails.
    pub fn write(&self, path: &Path, split: Option<u64>) -> Result<(), Error> {
        let failed = |source| Error::Disk { path: path.to_owned(), source };
        let mut files = Files::new(path, split);
        let written = self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Bytes(bytes) => files.write_all(bytes),
            Piece::File(slice) => slice.copy_to(&mut files),
        });
        match written.and_then(|()| files.flush()).and_then(|()| files.name()) {
            Ok(()) => Ok(()),
            Err(source) => {
                files.remove();
                Err(failed(source))
            }
        }
    }
}

fn header(name: &str, size: u64) -> Result<Bytes, Error> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name).map_err(|source| Error::Disk { path: name.into(), source })?;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    Ok(Bytes::copy_from_slice(header.as_bytes()))
}

fn padding(size: u64) -> Piece {
    Piece::Bytes(Bytes::from_static(&[0; 512]).slice(..(512 - (size % 512) as usize) % 512))
}

/// One file, or several of at most `most` bytes: `NAME.001`, `NAME.002`. Under other names until all are whole.
struct Files {
    target: PathBuf,
    most: Option<u64>,
    current: Option<(File, u64)>,
    written: Vec<PathBuf>,
}

impl Files {
    fn new(target: &Path, most: Option<u64>) -> Self {
        Self { target: target.to_owned(), most, current: None, written: Vec::new() }
    }

    fn final_name(&self, number: usize) -> PathBuf {
        let mut name = self.target.clone().into_os_string();
        if self.most.is_some() {
            name.push(format!(".{:03}", number + 1));
        }
        name.into()
    }

    fn begin(&mut self) -> io::Result<()> {
        let mut name = self.final_name(self.written.len()).into_os_string();
        name.push(".part");
        let name = PathBuf::from(name);
        self.current = Some((File::create(&name)?, 0));
        self.written.push(name);
        Ok(())
    }

    /// All are whole: they get their names, and what an earlier run left under them goes.
    fn name(&self) -> io::Result<()> {
        for (number, temporary) in self.written.iter().enumerate() {
            open_to_all(temporary)?;
            fs::rename(temporary, self.final_name(number))?;
        }
        let mut old = self.written.len();
        while self.most.is_some() && fs::remove_file(self.final_name(old)).is_ok() {
            old += 1;
        }
        Ok(())
    }

    fn remove(&self) {
        for temporary in &self.written {
            let _ = fs::remove_file(temporary);
        }
    }
}

impl Write for Files {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = self.most.unwrap_or(u64::MAX);
        if self.current.as_ref().is_none_or(|(_, len)| *len >= most) {
            self.begin()?;
        }
        let Some((file, len)) = &mut self.current else { return Ok(0) };
        let written = file.write(&bytes[..bytes.len().min((most - *len) as usize)])?;
        *len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.current.as_mut().map_or(Ok(()), |(file, _)| file.flush())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Pack;

    #[test]
    fn what_is_written_is_read_again_whole_or_split_and_is_the_same_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut blobs = BTreeMap::new();
        for bytes in [vec![1; 5000], vec![2; 512], Vec::new()] {
            let path = folder.path().join(bytes.len().to_string());
            fs::write(&path, &bytes).unwrap();
            blobs.insert(Digest::of(&bytes), Slice::of_file(path).unwrap());
        }
        let archive = Archive::new(r#"{"manifests":[]}"#, "[]", &blobs).unwrap();
        let (whole, split) = (folder.path().join("a.tar"), folder.path().join("b.tar"));
        archive.write(&whole, None).unwrap();
        fs::write(folder.path().join("b.tar.006"), "of an earlier run").unwrap();
        archive.write(&split, Some(3000)).unwrap();
        let bytes = fs::read(&whole).unwrap();
        assert_eq!(bytes.len() as u64, archive.len());
        let parts: Vec<u8> =
            (1..=4).flat_map(|n| fs::read(folder.path().join(format!("b.tar.{n:03}"))).unwrap()).collect();
        assert_eq!(parts, bytes);
        for path in [whole, split] {
            let pack = Pack::open(&path).unwrap();
            for digest in blobs.keys() {
                assert_eq!(pack.blob(digest).unwrap().digest().unwrap(), *digest);
            }
        }
        assert!(!folder.path().join("b.tar.005").exists());
    }
}
