//! A blob on its way to the disk: `HEX.part` and, where it comes in several pieces at a time, `HEX.journal`.
//!
//! The journal is the program's memory over a kill, not over a power failure: what it says is there is believed only
//! until the digest of the whole is known.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::digest::{Digest, Hasher};
use crate::error::Error;

/// Bytes that one connection may write before they are in the journal: sixteen of them lose 4 MiB when killed.
pub const JOURNAL_EVERY: u64 = 256 << 10;
/// First line of a journal; another version's journals are not read.
const HEAD: &str = "drydock blob 1";

pub struct Part {
    pub path: PathBuf,
    journal_path: PathBuf,
    size: u64,
    file: File,
    journal: Mutex<Option<File>>,
}

/// Byte ranges that are there: sorted, disjoint, not touching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    pub fn add(&mut self, from: u64, to: u64) {
        if from >= to {
            return;
        }
        self.0.push((from, to));
        self.0.sort_unstable();
        self.0.dedup_by(|next, before| {
            let touches = next.0 <= before.1;
            if touches {
                before.1 = before.1.max(next.1);
            }
            touches
        });
    }

    /// What lacks up to `size`, in pieces of at most `piece`.
    pub fn missing(&self, size: u64, piece: u64) -> Vec<(u64, u64)> {
        let (mut missing, mut at) = (Vec::new(), 0);
        for (from, to) in self.0.iter().copied().chain([(size, size)]) {
            while at < from {
                let end = from.min(at + piece);
                missing.push((at, end));
                at = end;
            }
            at = at.max(to);
        }
        missing
    }

    /// Bytes from the beginning on without a gap.
    pub fn prefix(&self) -> u64 {
        self.0.first().filter(|(from, _)| *from == 0).map_or(0, |(_, to)| *to)
    }

    pub fn total(&self) -> u64 {
        self.0.iter().map(|(from, to)| to - from).sum()
    }
}

impl Part {
    /// Opens what an earlier run left, or begins. The ranges are those that are there.
    pub fn open(folder: &Path, digest: &Digest, size: u64) -> Result<(Self, Ranges), Error> {
        let path = folder.join(format!("{}.part", digest.hex()));
        let journal_path = path.with_extension("journal");
        let failed = |source| Error::Disk { path: path.clone(), source };
        // No link is followed: what it points to is not ours to write.
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            fs::remove_file(&path).map_err(failed)?;
        }
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len().min(size);
        let mut there = Ranges::default();
        match fs::read_to_string(&journal_path) {
            Ok(journal) => read_journal(&journal, size, len, &mut there),
            // Without a journal it grew from the beginning on.
            Err(_) => there.add(0, len),
        }
        let part = Self { path, journal_path, size, file, journal: Mutex::default() };
        Ok((part, there))
    }

    pub fn write(&self, bytes: &[u8], at: u64) -> Result<(), Error> {
        self.file.write_all_at(bytes, at).map_err(|source| self.failed(source))
    }

    /// From now on the part has gaps, and the journal says which.
    pub fn begin_journal(&self, there: &Ranges) -> Result<(), Error> {
        let mut text = format!("{HEAD} {}\n", self.size);
        for (from, to) in &there.0 {
            text.push_str(&format!("{from} {to}\n"));
        }
        let created = File::create(&self.journal_path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            Ok(file)
        });
        *self.journal() = Some(created.map_err(|source| self.failed(source))?);
        Ok(())
    }

    pub fn record(&self, from: u64, to: u64) -> Result<(), Error> {
        match self.journal().as_mut() {
            Some(journal) if from < to => {
                journal.write_all(format!("{from} {to}\n").as_bytes()).map_err(|source| self.failed(source))
            }
            _ => Ok(()),
        }
    }

    /// The part has no gaps any more: its length says what is there.
    pub fn end_journal(&self, len: u64) -> Result<(), Error> {
        *self.journal() = None;
        self.file.set_len(len).map_err(|source| self.failed(source))?;
        match fs::remove_file(&self.journal_path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(self.failed(source)),
            _ => Ok(()),
        }
    }

    /// Hashes what was written at `from..to`.
    pub fn hash(&self, hasher: &mut Hasher, from: u64, to: u64) -> Result<(), Error> {
        let (mut bytes, mut at) = (vec![0; 256 << 10], from);
        while at < to {
            let len = bytes.len().min((to - at) as usize);
            self.file.read_exact_at(&mut bytes[..len], at).map_err(|source| self.failed(source))?;
            hasher.update(&bytes[..len]);
            at += len as u64;
        }
        Ok(())
    }

    /// The digest is right: the part becomes the blob.
    pub fn finish(self, blob: &Path) -> Result<(), Error> {
        self.end_journal(self.size)?;
        fs::rename(&self.path, blob).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Disk { path: self.path.clone(), source }
    }

    fn journal(&self) -> std::sync::MutexGuard<'_, Option<File>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads until the first line that makes no sense: the last one may be torn.
fn read_journal(text: &str, size: u64, len: u64, there: &mut Ranges) {
    let mut lines = text.split_inclusive('\n').map_while(|line| line.strip_suffix('\n'));
    if lines.next() != Some(format!("{HEAD} {size}").as_str()) {
        return;
    }
    for line in lines {
        let range = line.split_once(' ').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
        match range {
            Some((from, to)) if from < to && to <= len => there.add(from, to),
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_and_what_is_missing_comes_in_pieces() {
        let mut ranges = Ranges::default();
        for (from, to) in [(4, 6), (10, 12), (6, 8), (3, 5), (11, 11)] {
            ranges.add(from, to);
        }
        assert_eq!(ranges, Ranges(vec![(3, 8), (10, 12)]));
        assert_eq!(ranges.missing(20, 5), [(0, 3), (8, 10), (12, 17), (17, 20)]);
        assert_eq!((ranges.prefix(), ranges.total()), (0, 7));
        ranges.add(0, 3);
        assert_eq!(ranges.prefix(), 8);
        assert_eq!(Ranges::default().missing(0, 5), []);
    }

    #[test]
    fn a_torn_or_foreign_journal_is_believed_as_far_as_it_makes_sense() {
        let read = |text: &str| {
            let mut there = Ranges::default();
            read_journal(text, 100, 50, &mut there);
            there.0
        };
        assert_eq!(read("drydock blob 1 100\n0 10\n20 30\n30 4"), [(0, 10), (20, 30)]);
        assert_eq!(read("drydock blob 1 100\n0 10\n40 60\n10 20\n"), [(0, 10)], "past the end of the file");
        assert_eq!(read("drydock blob 1 99\n0 10\n"), [], "of another size");
        assert_eq!(read("drydock blob 2 100\n0 10\n"), []);
        assert_eq!(read("\0\0\0"), []);
    }
}
