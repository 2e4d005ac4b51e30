//! Bytes on disk that may lie in several files, one after the other.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream::{self, Stream};

use crate::digest::{Digest, Hasher};
use crate::error::Error;

/// Bytes read at a time, by each of many uploads.
const CHUNK: u64 = 128 << 10;

/// A file, or one that was split.
#[derive(Debug)]
pub struct Volume {
    /// With the offset of each one's end.
    files: Vec<(Source, u64)>,
    path: PathBuf,
}

/// The files of a tar are few and stay open. A folder may have more blobs than a process may have open files.
#[derive(Debug)]
enum Source {
    Open(File),
    Closed(PathBuf),
}

impl Source {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        match self {
            Self::Open(file) => file.read_exact_at(bytes, offset),
            Self::Closed(path) => File::open(path)?.read_exact_at(bytes, offset),
        }
    }
}

/// Some bytes of a volume.
#[derive(Clone, Debug)]
pub struct Slice {
    pub volume: Arc<Volume>,
    pub offset: u64,
    pub len: u64,
}

/// Counts what is read of a body that is being sent.
#[derive(Clone, Default)]
pub struct Pulse(Arc<AtomicU64>);

impl Pulse {
    pub fn beats(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Volume {
    pub fn open(paths: &[PathBuf]) -> Result<Self, Error> {
        let path = paths.first().cloned().unwrap_or_default();
        let (mut files, mut end) = (Vec::with_capacity(paths.len()), 0);
        for path in paths {
            let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
            let (len, file) = opened.map_err(|source| Error::Read { path: path.clone(), source })?;
            end += len;
            files.push((Source::Open(file), end));
        }
        Ok(Self { files, path })
    }

    pub fn len(&self) -> u64 {
        self.files.last().map_or(0, |(_, end)| *end)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read_exact_at(&self, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
        let mut begin = 0;
        for (file, end) in &self.files {
            if offset < *end && !bytes.is_empty() {
                let here = bytes.len().min((*end - offset) as usize);
                let (now, later) = bytes.split_at_mut(here);
                file.read_exact_at(now, offset - begin)?;
                (bytes, offset) = (later, offset + here as u64);
            }
            begin = *end;
        }
        if bytes.is_empty() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// A reader of the whole, for `tar`.
    pub fn reader(&self) -> VolumeReader<'_> {
        VolumeReader { volume: self, at: 0 }
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Read { path: self.path.clone(), source }
    }
}

pub struct VolumeReader<'v> {
    volume: &'v Volume,
    at: u64,
}

impl io::Read for VolumeReader<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let len = bytes.len().min((self.volume.len() - self.at) as usize);
        self.volume.read_exact_at(&mut bytes[..len], self.at)?;
        self.at += len as u64;
        Ok(len)
    }
}

impl io::Seek for VolumeReader<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let at = match to {
            io::SeekFrom::Start(at) => Some(at),
            io::SeekFrom::Current(by) => self.at.checked_add_signed(by),
            io::SeekFrom::End(by) => self.volume.len().checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?.min(self.volume.len());
        Ok(self.at)
    }
}

impl Slice {
    pub fn of_file(path: PathBuf) -> Result<Self, Error> {
        let found = std::fs::metadata(&path).map_err(|source| Error::Read { path: path.clone(), source });
        let len = found?.len();
        let volume = Volume { files: vec![(Source::Closed(path.clone()), len)], path };
        Ok(Self { volume: Arc::new(volume), offset: 0, len })
    }

    pub fn from(&self, start: u64) -> Self {
        let start = start.min(self.len);
        Self { volume: Arc::clone(&self.volume), offset: self.offset + start, len: self.len - start }
    }

    fn chunk(&self, at: u64) -> io::Result<Bytes> {
        let mut bytes = vec![0; (self.len - at).min(CHUNK) as usize];
        self.volume.read_exact_at(&mut bytes, self.offset + at)?;
        Ok(Bytes::from(bytes))
    }

    pub fn copy_to(&self, out: &mut impl io::Write) -> io::Result<()> {
        let mut at = 0;
        while at < self.len {
            let chunk = self.chunk(at)?;
            out.write_all(&chunk)?;
            at += chunk.len() as u64;
        }
        Ok(())
    }

    pub fn read(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; self.len as usize];
        self.volume.read_exact_at(&mut bytes, self.offset).map_err(|source| self.volume.failed(source))?;
        Ok(bytes)
    }

    pub fn digest(&self) -> Result<Digest, Error> {
        let (mut hasher, mut at) = (Hasher::default(), 0);
        while at < self.len {
            let chunk = self.chunk(at).map_err(|source| self.volume.failed(source))?;
            hasher.update(&chunk);
            at += chunk.len() as u64;
        }
        Ok(hasher.finish())
    }

    /// The bytes as a body, read on threads that may wait for the disk.
    pub fn stream(&self, pulse: Pulse) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<> {
        stream::try_unfold((self.clone(), 0), move |(slice, at)| {
            let pulse = pulse.clone();
            async move {
                if at >= slice.len {
                    return Ok(None);
                }
                let (chunk, slice) = tokio::task::spawn_blocking(move || (slice.chunk(at), slice)).await?;
                let chunk = chunk?;
                pulse.0.fetch_add(1, Ordering::Relaxed);
                let next = at + chunk.len() as u64;
                Ok(Some((chunk, (slice, next))))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom};

    use super::*;

    #[test]
    fn parts_read_as_one() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = ["abc", "", "defg", "h"]
            .iter()
            .enumerate()
            .map(|(number, text)| {
                let path = folder.path().join(number.to_string());
                std::fs::write(&path, text).unwrap();
                path
            })
            .collect();
        let volume = Arc::new(Volume::open(&paths).unwrap());
        let mut text = String::new();
        volume.reader().read_to_string(&mut text).unwrap();
        assert_eq!(text, "abcdefgh");
        let slice = Slice { volume: Arc::clone(&volume), offset: 2, len: 6 };
        assert_eq!(slice.read().unwrap(), b"cdefgh");
        assert_eq!(slice.from(4).read().unwrap(), b"gh");
        assert_eq!(slice.digest().unwrap(), Digest::of(b"cdefgh"));
        assert!(Slice { volume: Arc::clone(&volume), offset: 7, len: 2 }.read().is_err());
        let mut reader = volume.reader();
        reader.seek(SeekFrom::Start(7)).unwrap();
        let mut last = String::new();
        reader.read_to_string(&mut last).unwrap();
        assert_eq!(last, "h");
    }
}
