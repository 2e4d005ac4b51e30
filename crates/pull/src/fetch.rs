//! One blob from a registry to the disk: in ranges where it is large, resumed, and of the right digest.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::client::{Client, Place};
use crate::digest::{Digest, Hasher};
use crate::error::Error;
use crate::part::{JOURNAL_EVERY, Part, Ranges};
use crate::retry::{Fault, Tries};

/// Blobs up to this size come through one connection.
const LARGE: u64 = 8 << 20;
/// Least and largest piece of a large one: a request costs round trips, a lost connection what the piece lacks.
const LEAST_PIECE: u64 = 4 << 20;
const LARGEST_PIECE: u64 = 64 << 20;
/// Bytes that forgive the failures before them.
const PROGRESS: u64 = 64 << 10;

/// What is to be fetched.
#[derive(Clone, Debug)]
pub struct Blob {
    pub digest: Digest,
    pub size: u64,
    /// Where it is; the next is asked when one lacks it.
    pub places: Vec<Place>,
}

/// Takes bytes, and the offset they belong to.
type Sink<'s> = dyn FnMut(&[u8], u64) -> Result<(), Error> + Send + 's;

/// Why a range did not come.
enum Stop {
    /// The server sends the whole instead.
    Whole,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Leaves the blob at `target`; what has come stays in `parts` when it fails or is dropped.
pub async fn blob(client: &Arc<Client>, blob: &Blob, parts: &Path, target: &Path) -> Result<(), Error> {
    let mut last = None;
    for place in &blob.places {
        let source = Source { client: Arc::clone(client), place: place.clone(), digest: blob.digest, size: blob.size };
        match source.fetch(parts, target).await {
            Err(error @ (Error::Disk { .. } | Error::Space { .. } | Error::Interrupted)) => return Err(error),
            Err(error) => last = Some(error),
            Ok(()) => return Ok(()),
        }
    }
    Err(last.unwrap_or_else(|| Error::NotFound { what: blob.digest.to_string(), answer: "no place is known".into() }))
}

#[derive(Clone)]
struct Source {
    client: Arc<Client>,
    place: Place,
    digest: Digest,
    size: u64,
}

impl Source {
    fn what(&self) -> String {
        format!("blob {} of {}", self.digest, self.place)
    }

    async fn fetch(&self, parts: &Path, target: &Path) -> Result<(), Error> {
        let (part, there) = Part::open(parts, &self.digest, self.size)?;
        self.client.events.bytes(there.total());
        let mut resumed = there.total() > 0;
        let mut tries = Tries::new(&self.client.policy, self.what()).may_lag();
        let (part, mut there) = (Arc::new(part), there);
        loop {
            let found = self.whole(&part, there, &mut tries).await?;
            if found == self.digest {
                let part = Arc::try_unwrap(part).map_err(|part| disk(&part.path, "still being written"))?;
                return part.finish(target);
            }
            // What an earlier run left may be anything: that is not the server's fault.
            if !std::mem::take(&mut resumed) {
                let host = self.client.host(&self.place)?;
                self.client.pause(&mut tries, Fault::Digest { expected: self.digest, found }, &host).await?;
            }
            part.end_journal(0)?;
            there = Ranges::default();
        }
    }

    /// All bytes, and their digest.
    async fn whole(&self, part: &Arc<Part>, there: Ranges, tries: &mut Tries<'_>) -> Result<Digest, Error> {
        let host = self.client.host(&self.place)?;
        if self.size.saturating_sub(there.prefix()) > LARGE && host.gives_ranges() {
            match self.in_pieces(part, there).await {
                Ok(digest) => return Ok(digest),
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Whole) => part.end_journal(0)?,
            }
            return self.in_one(part, 0, tries).await;
        }
        let prefix = there.prefix();
        part.end_journal(prefix)?;
        self.in_one(part, prefix, tries).await
    }

    /// Through one connection, hashed as it comes.
    async fn in_one(&self, part: &Arc<Part>, from: u64, tries: &mut Tries<'_>) -> Result<Digest, Error> {
        let host = self.client.host(&self.place)?;
        let mut hasher = Hasher::default();
        if from > 0 {
            hasher = hashed(part, hasher, 0, from).await?;
        }
        let mut at = from;
        while at < self.size {
            let mut write = |bytes: &[u8], at: u64| {
                hasher.update(bytes);
                part.write(bytes, at)
            };
            match self.stream(&mut at, self.size, true, tries, &mut write).await {
                Ok(()) => {}
                Err(fault) => self.client.pause(tries, fault, &host).await?,
            }
        }
        Ok(hasher.finish())
    }

    /// Several ranges at a time. Their bytes are hashed in order, from the disk's cache, while others still come.
    async fn in_pieces(&self, part: &Arc<Part>, mut there: Ranges) -> Result<Digest, Stop> {
        part.begin_journal(&there)?;
        let jobs = self.client.transport.options.per_host as u64;
        let piece = (self.size / jobs.max(1)).clamp(LEAST_PIECE, LARGEST_PIECE);
        let mut pieces = JoinSet::new();
        for (from, to) in there.missing(self.size, piece) {
            let (source, part) = (self.clone(), Arc::clone(part));
            pieces.spawn(async move { source.piece(&part, from, to).await });
        }
        let (mut hasher, mut hashed_to) = (Hasher::default(), 0);
        while let Some(joined) = pieces.join_next().await {
            let done = joined.map_err(|error| Stop::Failed(disk(&part.path, &error.to_string())));
            match done.and_then(|done| done) {
                Ok((from, to)) => there.add(from, to),
                Err(stop) => {
                    pieces.shutdown().await;
                    return Err(stop);
                }
            }
            let prefix = there.prefix();
            if prefix > hashed_to {
                hasher = hashed(part, hasher, hashed_to, prefix).await?;
                hashed_to = prefix;
            }
        }
        Ok(hasher.finish())
    }

    async fn piece(&self, part: &Part, from: u64, to: u64) -> Result<(u64, u64), Stop> {
        let host = self.client.host(&self.place)?;
        let mut tries = Tries::new(&self.client.policy, self.what()).may_lag();
        let (mut at, mut recorded) = (from, from);
        while at < to {
            let mut write = |bytes: &[u8], at: u64| {
                part.write(bytes, at)?;
                let end = at + bytes.len() as u64;
                if end - recorded >= JOURNAL_EVERY {
                    part.record(recorded, end)?;
                    recorded = end;
                }
                Ok(())
            };
            if let Err(fault) = self.stream(&mut at, to, false, &mut tries, &mut write).await {
                if !host.gives_ranges() {
                    return Err(Stop::Whole);
                }
                self.client.pause(&mut tries, fault, &host).await?;
            }
        }
        part.record(recorded, to)?;
        Ok((from, to))
    }

    /// One try for the bytes from `at` to `to`; `at` moves on as they come.
    async fn stream(
        &self,
        at: &mut u64,
        to: u64,
        may_skip: bool,
        tries: &mut Tries<'_>,
        write: &mut Sink<'_>,
    ) -> Result<(), Fault> {
        let mut download = self.client.blob(&self.place, &self.digest, (*at, to), self.size).await?;
        let whole = download.start == 0 && (*at, to) != (0, to.min(self.size));
        if !may_skip && (whole || (download.start == 0 && !self.host_gives_ranges()?)) {
            return Err(Fault::Strange("the server ignores ranges".to_owned()));
        }
        // Of a whole body the bytes that are there already are passed over.
        let (mut position, mut came) = (download.start, 0);
        while *at < to {
            let Some(chunk) = download.body.chunk().await? else {
                return Err(Fault::Truncated { at: *at, of: to });
            };
            let known = (*at - position).min(chunk.len() as u64);
            let fresh = &chunk[known as usize..];
            let fresh = &fresh[..fresh.len().min((to - *at) as usize)];
            write(fresh, *at)?;
            *at += fresh.len() as u64;
            came += fresh.len() as u64;
            position += chunk.len() as u64;
            self.client.events.bytes(fresh.len() as u64);
            if came >= PROGRESS || *at == to {
                tries.progress();
            }
        }
        Ok(())
    }

    fn host_gives_ranges(&self) -> Result<bool, Error> {
        Ok(self.client.host(&self.place)?.gives_ranges())
    }
}

async fn hashed(part: &Arc<Part>, mut hasher: Hasher, from: u64, to: u64) -> Result<Hasher, Error> {
    let (part, path) = (Arc::clone(part), part.path.clone());
    let hashing = tokio::task::spawn_blocking(move || part.hash(&mut hasher, from, to).map(|()| hasher));
    hashing.await.map_err(|error| disk(&path, &error.to_string()))?
}

fn disk(path: &Path, why: &str) -> Error {
    Error::Disk { path: PathBuf::from(path), source: std::io::Error::other(why.to_owned()) }
}
