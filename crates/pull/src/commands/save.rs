//! `pull save`: images into one pack.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::archive::{Archive, docker_manifest};
use crate::cli::Save;
use crate::client::Client;
use crate::digest::Digest;
use crate::error::Error;
use crate::fetch::Blob;
use crate::manifest::{Manifest, Platform};
use crate::network::{self, wanted};
use crate::pack::Pack;
use crate::progress::{Done, Event};
use crate::schedule::{Resolved, blobs, fetch_all, repeated, resolve_all};
use crate::session::Session;
use crate::store::{Base, Entry, Layout, free_space, index};
use crate::volume::Slice;

struct Job {
    images: Vec<String>,
    output: PathBuf,
    base: Option<Pack>,
    split: Option<u64>,
    platform: Option<Platform>,
    dry_run: bool,
}

pub fn run(save: &Save, session: &mut Session<'_>) -> Result<u8, Error> {
    let (images, cluster) = network::select(&save.selection, session)?;
    let output = session.world.path(&save.output);
    if save.split.is_some() && !is_archive(&output) {
        return Err(Error::Usage("only a pack whose name ends in .tar can be split".to_owned()));
    }
    let base = save.base.as_ref().map(|base| Pack::open(&session.world.path(base))).transpose()?;
    let platform = save.selection.platform.0.clone();
    let job = Job { images, output, base, split: save.split, platform, dry_run: save.dry_run };
    let keychain = network::keychain(cluster.as_ref(), &save.network, session);
    network::run(&save.network, keychain, session, |client| async move { job.run(&client).await })
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tar")
}

impl Job {
    async fn run(self, client: &Arc<Client>) -> Result<(), Error> {
        let events = &client.events;
        let mut images = Vec::new();
        for (wanted, resolved) in resolve_all(client, wanted(&self.images, events), self.platform.as_ref()).await {
            match resolved {
                Ok(resolved) => images.push(resolved),
                Err(error) => events.image(&wanted.asked, Err(error)),
            }
        }
        let of_base = |digest: &Digest| self.base.as_ref().is_some_and(|base| base.blob(digest).is_some());
        let mut blobs = blobs(&images)?;
        blobs.retain(|blob| !of_base(&blob.digest));
        if self.dry_run {
            would(client, &images, &blobs);
            return Ok(());
        }
        if images.is_empty() {
            return Ok(());
        }
        let events = events.clone();
        let waits = || events.send(Event::Remark("another run works in this folder; waiting for it".to_owned()));
        let layout = Layout::open(&self.folder(), waits).await?;
        let missing = missing(&layout, blobs.clone()).await?;
        self.check_space(&layout, &blobs, &missing)?;
        let bytes = missing.iter().map(|blob| blob.size).sum();
        client.events.send(Event::Plan { images: images.len(), blobs: missing.len(), bytes });
        for manifest in images.iter().flat_map(|image| &image.manifests) {
            layout.put(manifest)?;
        }
        let mut tally = Tally::new(&images, &missing, client);
        let target = |digest: &Digest| layout.blob(digest);
        fetch_all(client, missing, layout.parts(), target, |digest, result| tally.done(digest, result)).await?;
        let failed = tally.failed;
        let whole: Vec<_> = images.iter().enumerate().filter(|(number, _)| !failed.contains(number)).collect();
        let whole: Vec<&Resolved> = whole.into_iter().map(|(_, image)| image).collect();
        if !whole.is_empty() {
            self.finish(layout, &whole, failed.is_empty()).await?;
        }
        Ok(())
    }

    /// A tar is made of a folder beside it, which stays until it is whole.
    fn folder(&self) -> PathBuf {
        if !is_archive(&self.output) {
            return self.output.clone();
        }
        let mut folder = self.output.clone().into_os_string();
        folder.push(".folder");
        folder.into()
    }

    fn check_space(&self, layout: &Layout, all: &[Blob], missing: &[Blob]) -> Result<(), Error> {
        let archive = if is_archive(&self.output) { all.iter().map(|blob| blob.size).sum() } else { 0_u64 };
        let needed = missing.iter().map(|blob| blob.size).fold(archive, u64::saturating_add);
        match free_space(&layout.root) {
            Some(free) if free < needed => Err(Error::Space { path: self.output.clone(), needed, free }),
            _ => Ok(()),
        }
    }

    async fn finish(&self, layout: Layout, images: &[&Resolved], all: bool) -> Result<(), Error> {
        let base = self.base.as_ref().map(described).transpose()?;
        let base = base.as_ref();
        let entry =
            |image: &&Resolved| Entry { name: image.wanted.name.clone(), descriptor: image.root().descriptor() };
        let added: Vec<Entry> = images.iter().map(entry).collect();
        if !is_archive(&self.output) {
            layout.finish(added, base)?;
            if all {
                layout.tidy();
            }
            return Ok(());
        }
        let mut entries = added;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let mut sorted: Vec<_> = images.iter().map(|image| (image.wanted.name.as_str(), image.root())).collect();
        sorted.sort_by_key(|(name, _)| *name);
        let mut blobs = BTreeMap::new();
        for image in images {
            let manifests = image.manifests.iter().map(|manifest| manifest.digest);
            for digest in manifests.chain(image.blobs().map(|blob| blob.digest)) {
                let path = layout.blob(&digest);
                // What the base has is not here.
                if path.exists() {
                    blobs.insert(digest, Slice::of_file(path)?);
                }
            }
        }
        let archive = Archive::new(&index(&entries, base), &docker_manifest(sorted), &blobs)?;
        let (path, split) = (self.output.clone(), self.split);
        let writing = tokio::task::spawn_blocking(move || archive.write(&path, split));
        writing.await.map_err(|error| Error::Disk { path: self.output.clone(), source: error.into() })??;
        if all {
            // Left behind it would only take room.
            let _ = std::fs::remove_dir_all(&layout.root);
        }
        Ok(())
    }
}

/// Tells of each image what it consists of, and what all come to.
pub(super) fn would(client: &Client, images: &[Resolved], blobs: &[Blob]) {
    for image in images {
        let known = Some((image.root().digest.to_string(), image.blobs().map(|blob| blob.size).sum()));
        client.events.send(Event::Would { image: image.wanted.asked.clone(), known });
    }
    let bytes = blobs.iter().map(|blob| blob.size).sum();
    client.events.send(Event::Plan { images: images.len(), blobs: blobs.len(), bytes });
}

/// With all that it has: an earlier run into the same folder may have left out what this one does not need.
fn described(base: &Pack) -> Result<Base, Error> {
    let mut holders = BTreeMap::new();
    for entry in &base.entries {
        for blob in base.manifests(entry)?.iter().flat_map(Manifest::blobs) {
            if base.blob(&blob.digest).is_some() {
                holders.entry(blob.digest).or_insert_with(|| entry.name.clone());
            }
        }
    }
    Ok(Base { digest: base.digest, holders })
}

/// Those that are not in the folder with the right bytes. Hashed on several threads.
pub(super) async fn missing(layout: &Layout, blobs: Vec<Blob>) -> Result<Vec<Blob>, Error> {
    let there: Vec<_> = blobs.iter().filter(|blob| layout.blob(&blob.digest).exists()).cloned().collect();
    let mut whole = HashSet::new();
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let chunks = there.chunks(there.len().div_ceil(threads).max(1));
        let hashing: Vec<_> = chunks
            .map(|chunk| {
                scope.spawn(move || {
                    let has = |blob: &Blob| Ok((blob.digest, layout.has(&blob.digest, blob.size)?));
                    chunk.iter().map(has).collect::<Result<Vec<_>, Error>>()
                })
            })
            .collect();
        for thread in hashing {
            let Ok(found) = thread.join() else { continue };
            whole.extend(found?.into_iter().filter(|(_, whole)| *whole).map(|(digest, _)| digest));
        }
        Ok::<_, Error>(())
    })?;
    Ok(blobs.into_iter().filter(|blob| !whole.contains(&blob.digest)).collect())
}

/// Which image waits for which blobs.
struct Tally<'r> {
    images: &'r [Resolved],
    client: &'r Client,
    users: HashMap<Digest, Vec<usize>>,
    waiting: Vec<usize>,
    failed: HashSet<usize>,
}

impl<'r> Tally<'r> {
    fn new(images: &'r [Resolved], missing: &[Blob], client: &'r Client) -> Self {
        let missing: HashSet<Digest> = missing.iter().map(|blob| blob.digest).collect();
        let mut users: HashMap<Digest, Vec<usize>> = HashMap::new();
        let mut waiting = vec![0; images.len()];
        for (number, image) in images.iter().enumerate() {
            let own: HashSet<Digest> = image.blobs().map(|blob| blob.digest).collect();
            for digest in own.intersection(&missing) {
                users.entry(*digest).or_default().push(number);
                waiting[number] += 1;
            }
        }
        for (number, _) in waiting.iter().enumerate().filter(|(_, waiting)| **waiting == 0) {
            succeed(client, &images[number], true);
        }
        Self { images, client, users, waiting, failed: HashSet::new() }
    }

    fn done(&mut self, digest: Digest, result: Result<(), Error>) {
        for number in self.users.remove(&digest).unwrap_or_default() {
            self.waiting[number] -= 1;
            match &result {
                Ok(()) if self.waiting[number] == 0 && !self.failed.contains(&number) => {
                    succeed(self.client, &self.images[number], false);
                }
                Err(error) if self.failed.insert(number) => {
                    self.client.events.image(&self.images[number].wanted.asked, Err(repeated(error)));
                }
                _ => {}
            }
        }
    }
}

fn succeed(client: &Client, image: &Resolved, already: bool) {
    let digest = image.root().digest;
    client.events.image(&image.wanted.asked, Ok(Done { digest: digest.to_string(), already }));
    let pinned = image.wanted.reference.parse::<Digest>().is_ok_and(|pinned| pinned != digest);
    if pinned && !image.root().is_index() {
        let name = &image.wanted.asked;
        let text = format!("{name} names an index; only the image of one platform is saved, under {digest}");
        client.events.send(Event::Remark(text));
    }
}
