//! Images into a registry: what is there is left, what another repository has is mounted, the rest is sent once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use crate::auth::Scope;
use crate::client::{Client, Place};
use crate::digest::Digest;
use crate::error::Error;
use crate::fetch::{self, Blob};
use crate::manifest::{Descriptor, Manifest};
use crate::pack::Pack;
use crate::progress::Done;
use crate::retry::{Fault, Tries};
use crate::schedule::Wanted;
use crate::volume::Slice;

/// One image on its way.
pub struct Delivery {
    /// As it is told of.
    pub name: String,
    pub place: Place,
    /// None: under its digest only.
    pub tag: Option<String>,
    /// Its own first.
    pub manifests: Vec<Manifest>,
}

/// Images that the registry lacks, and those that it has.
#[derive(Default)]
pub struct Deliveries {
    pub missing: Vec<Delivery>,
    pub there: Vec<Delivery>,
}

/// Where the bytes come from.
pub enum Supply {
    Pack {
        pack: Arc<Pack>,
        /// Where blobs that the pack leaves to its base may be: the target repository of an image of the base.
        left_out: HashMap<Digest, String>,
    },
    /// From other registries, by way of a folder.
    Registries { blobs: HashMap<Digest, Blob>, spool: PathBuf },
}

pub struct Sender {
    client: Arc<Client>,
    supply: Supply,
    /// The repository of a host that has the blob.
    holders: Cells<(String, Digest), String>,
    /// Repositories of this run whose images have the blob.
    users: HashMap<Digest, Vec<Place>>,
    fetched: Cells<Digest, ()>,
    /// Repositories that are missing are made.
    creates: bool,
    created: Cells<Place, ()>,
}

/// What is done once for each key, by whoever comes first.
struct Cells<K, V>(Mutex<HashMap<K, Arc<OnceCell<V>>>>);

impl<K: std::hash::Hash + Eq, V> Cells<K, V> {
    fn get(&self, key: K) -> Arc<OnceCell<V>> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default())
    }
}

impl<K, V> Default for Cells<K, V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

/// `REGISTRY[/PREFIX]/PATH:TAG` for an image of any registry.
pub fn target(to: &str, image: &Wanted) -> Result<Wanted, Error> {
    let to = to.trim_end_matches('/');
    let separator = if image.tag().is_some() { ':' } else { '@' };
    // `registry:5000` alone would be read as an image with a tag; with a path behind it, it is a host.
    let target = Wanted::parse(&format!("{to}/{}{separator}{}", image.place.repository, image.reference))?;
    let host = to.split('/').next().unwrap_or_default();
    if target.name.split('/').next() != Some(host) && host != "index.docker.io" {
        return Err(Error::Usage(format!("`{}` is no registry: its name has neither dot nor port", to.escape_debug())));
    }
    Ok(target)
}

impl Delivery {
    pub fn root(&self) -> &Manifest {
        &self.manifests[0]
    }

    /// Each blob once.
    pub fn blobs(&self) -> Vec<Descriptor> {
        let blobs = self.manifests.iter().flat_map(Manifest::blobs);
        blobs.map(|blob| (blob.digest, blob.clone())).collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// Whether the registry has it already.
    pub async fn is_there(&self, client: &Client) -> Result<bool, Error> {
        let reference = self.tag.clone().unwrap_or_else(|| self.root().digest.to_string());
        let there = client.head(&self.place, &reference, Scope::push(&self.place.repository)).await?;
        Ok(there.is_some_and(|there| there.digest == self.root().digest))
    }
}

/// Sends what is missing, and mounts from what is there where it can; tells of each.
pub async fn send_all(client: &Arc<Client>, supply: Supply, deliveries: Deliveries, creates: bool) {
    let mut users: HashMap<Digest, Vec<Place>> = HashMap::new();
    for delivery in deliveries.there.iter().chain(&deliveries.missing) {
        for blob in delivery.blobs() {
            users.entry(blob.digest).or_default().push(delivery.place.clone());
        }
    }
    let sender = Sender {
        client: Arc::clone(client),
        users,
        supply,
        holders: Cells::default(),
        fetched: Cells::default(),
        creates,
        created: Cells::default(),
    };
    for (delivery, blob) in deliveries.there.iter().flat_map(|d| d.blobs().into_iter().map(move |blob| (d, blob))) {
        let holder = sender.holders.get((delivery.place.host.clone(), blob.digest));
        // Another image that is there has it as well.
        let _ = holder.set(delivery.place.repository.clone());
    }
    let sender = Arc::new(sender);
    let mut tasks = JoinSet::new();
    for delivery in deliveries.missing {
        let sender = Arc::clone(&sender);
        tasks.spawn(async move {
            let result = sender.send(&delivery).await;
            let digest = delivery.root().digest.to_string();
            sender.client.events.image(&delivery.name, result.map(|()| Done { digest, already: false }));
        });
    }
    while tasks.join_next().await.is_some() {}
}

impl Sender {
    async fn send(self: &Arc<Self>, delivery: &Delivery) -> Result<(), Error> {
        let mut tasks = JoinSet::new();
        for blob in delivery.blobs() {
            let (sender, place) = (Arc::clone(self), delivery.place.clone());
            tasks.spawn(async move { sender.blob(&place, &blob).await });
        }
        while let Some(joined) = tasks.join_next().await {
            joined.map_err(|error| Error::Network { what: delivery.name.clone(), source: error.into() })??;
        }
        let mut tries = Tries::new(&self.client.policy, delivery.name.clone());
        loop {
            // It said that it had taken, or mounted, what it does not know now.
            let unknown = |answer: &str| answer.contains("BLOB_UNKNOWN");
            let (status, answer) = match self.manifests(delivery).await {
                Err(Error::Status { status, answer, .. }) if unknown(&answer) => (status, answer),
                Err(Error::NotFound { answer, .. }) if unknown(&answer) => (404, answer),
                result => return result,
            };
            let fault = Fault::Status { status, retry_after: None, answer: answer.clone() };
            let pause = tries.anew(fault)?;
            self.client.wait(&tries, answer, pause).await;
            for blob in delivery.blobs() {
                self.unless_there(&delivery.place, &blob).await?;
            }
        }
    }

    async fn manifests(&self, delivery: &Delivery) -> Result<(), Error> {
        // An index is taken only where its manifests are.
        for manifest in &delivery.manifests[1..] {
            self.client.put_manifest(&delivery.place, None, manifest).await?;
        }
        self.client.put_manifest(&delivery.place, delivery.tag.as_deref(), delivery.root()).await
    }

    async fn unless_there(&self, place: &Place, blob: &Descriptor) -> Result<(), Error> {
        if self.client.has_blob(place, &blob.digest).await? {
            return Ok(());
        }
        let (left_out, elsewhere) = self.elsewhere(place, &blob.digest);
        if left_out && self.creates {
            // Nothing is mounted into what is not there.
            self.create(place).await?;
        }
        for from in &elsewhere {
            if self.client.mount(place, &blob.digest, from).await? {
                return Ok(());
            }
        }
        if !left_out {
            return self.upload(place, blob).await;
        }
        let asked = elsewhere.into_iter().collect::<Vec<_>>().join(", ");
        let also =
            if asked.is_empty() { String::new() } else { format!(", nor does the registry give it from {asked}") };
        let answer = format!("the pack does not have it{also}: push the pack first that this one was made on (--base)");
        Err(Error::NotFound { what: format!("layer {} of {place}", blob.digest), answer })
    }

    /// Whether the pack leaves the blob out; and other repositories of the registry that should have it.
    fn elsewhere(&self, place: &Place, digest: &Digest) -> (bool, BTreeSet<&str>) {
        let (left_out, of_base, places) = match &self.supply {
            Supply::Pack { pack, .. } if pack.base.is_none() || pack.blob(digest).is_some() => (false, None, None),
            Supply::Pack { left_out, .. } => (true, left_out.get(digest), self.users.get(digest)),
            Supply::Registries { blobs, .. } => (false, None, blobs.get(digest).map(|blob| &blob.places)),
        };
        let here = places.into_iter().flatten().filter(|other| other.host == place.host).map(|other| &other.repository);
        let elsewhere = here.chain(of_base).filter(|from| **from != place.repository);
        (left_out, elsewhere.map(String::as_str).collect())
    }

    async fn create(&self, place: &Place) -> Result<(), Error> {
        let created = self.created.get(place.clone());
        let create = || self.client.keychain().create_repository(&place.host, &place.repository);
        created.get_or_try_init(create).await.map(|_| ())
    }

    async fn blob(&self, place: &Place, blob: &Descriptor) -> Result<(), Error> {
        let holder = self.holders.get((place.host.clone(), blob.digest));
        let bring = || async { self.unless_there(place, blob).await.map(|()| place.repository.clone()) };
        let from = holder.get_or_try_init(bring).await?;
        if *from == place.repository || self.client.mount(place, &blob.digest, from).await? {
            return Ok(());
        }
        self.unless_there(place, blob).await
    }

    async fn upload(&self, place: &Place, blob: &Descriptor) -> Result<(), Error> {
        let bytes = self.obtain(blob).await?;
        match self.client.upload(place, &blob.digest, &bytes).await {
            Err(Error::NotFound { answer, .. }) if self.creates && answer.contains("NAME_UNKNOWN") => {
                self.create(place).await?;
                self.client.upload(place, &blob.digest, &bytes).await
            }
            result => result,
        }
    }

    async fn obtain(&self, wanted: &Descriptor) -> Result<Slice, Error> {
        let absent = |answer: &str| Error::NotFound { what: wanted.digest.to_string(), answer: answer.to_owned() };
        match &self.supply {
            Supply::Pack { pack, .. } => pack.blob(&wanted.digest).cloned().ok_or_else(|| absent("the pack lacks it")),
            Supply::Registries { blobs, spool } => {
                let blob = blobs.get(&wanted.digest).ok_or_else(|| absent("no source has it"))?;
                let path = spool.join(wanted.digest.hex());
                let fetched = self.fetched.get(wanted.digest);
                fetched.get_or_try_init(|| fetch::blob(&self.client, blob, spool, &path)).await?;
                Slice::of_file(path)
            }
        }
    }
}
