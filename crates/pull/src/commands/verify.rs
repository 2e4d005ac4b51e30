//! `pull verify`: what is there, by digest, and what is missing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use drydock_core::image::reference::Reference;

use crate::auth::Scope;
use crate::cli::Verify;
use crate::client::{Client, Place};
use crate::credentials::Keychain;
use crate::deliver::target;
use crate::digest::Digest;
use crate::engine::Engine;
use crate::error::Error;
use crate::manifest::{Descriptor, Manifest};
use crate::network;
use crate::pack::Pack;
use crate::progress::Done;
use crate::schedule::{Wanted, resolve};
use crate::session::Session;
use crate::store::Entry;

pub fn run(verify: &Verify, session: &mut Session<'_>) -> Result<u8, Error> {
    let open = |path, session: &Session<'_>| Pack::open(&session.world.path(path));
    let pack = verify.pack.as_ref().map(|pack| open(pack, session)).transpose()?;
    let base = verify.base.as_ref().map(|base| open(base, session)).transpose()?;
    let file = match (&verify.cluster, &pack) {
        (Some(file), _) => Some(file.clone()),
        (None, None) => Some(crate::input::default_path(session.world)),
        (None, Some(_)) => None,
    };
    let cluster = file.map(|file| network::cluster(&file, session)).transpose()?;
    let names = cluster.iter().flat_map(|cluster| cluster.images.iter().map(|(image, _)| image.clone())).collect();
    let wanted = wanted(pack.as_ref(), names);
    if let Some(registry) = verify.registry.clone() {
        let keychain = network::keychain(cluster.as_ref(), &verify.network, session);
        return network::run(&verify.network, keychain, session, |client| async move {
            registry_has(&client, &registry, wanted).await;
            Ok(())
        });
    }
    if verify.node {
        let (env, policy) = (session.world.env.clone(), verify.network.policy());
        let keychain = network::keychain(cluster.as_ref(), &verify.network, session);
        let asks = keychain.clone();
        return network::run(&verify.network, keychain, session, |client| async move {
            let engine = Engine::connect(&env, asks, policy, client.events.clone()).await?;
            node_has(&client, &engine, pack.as_ref(), wanted).await;
            Ok(())
        });
    }
    let Some(pack) = pack else { return Err(Error::Usage("name a pack, --registry or --node".to_owned())) };
    network::run(&verify.network, Keychain::anonymous(), session, |client| async move {
        let checking = tokio::task::spawn_blocking(move || pack_is_whole(&pack, base.as_ref(), &client));
        checking.await.map_err(|error| Error::Network { what: "the pack".to_owned(), source: error.into() })?;
        Ok(())
    })
}

/// A name, and the manifest that it should have where a pack says so.
type Expected = (String, Option<Descriptor>);

fn wanted(pack: Option<&Pack>, names: Vec<String>) -> Vec<Expected> {
    match pack {
        Some(pack) => pack.entries.iter().map(|entry| (entry.name.clone(), Some(entry.descriptor.clone()))).collect(),
        None => names.into_iter().map(|name| (name, None)).collect(),
    }
}

/// Hashes every blob once, on all processors.
fn pack_is_whole(pack: &Pack, base: Option<&Pack>, client: &Client) {
    let read: Vec<(&Entry, Result<Vec<Manifest>, Error>)> =
        pack.entries.iter().map(|entry| (entry, pack.manifests(entry))).collect();
    let manifests = read.iter().filter_map(|(_, manifests)| manifests.as_ref().ok()).flatten();
    let blobs: BTreeMap<Digest, &Descriptor> =
        manifests.flat_map(Manifest::blobs).map(|blob| (blob.digest, blob)).collect();
    let blobs: Vec<&Descriptor> = blobs.into_values().collect();
    let check = |blob: &Descriptor| {
        let holder = if pack.blob(&blob.digest).is_some() { Some(pack) } else { base };
        let bad = |error| Err((blob.digest, error));
        let what = || format!("blob {} in {}", blob.digest, pack.path.display());
        match holder.filter(|holder| holder.blob(&blob.digest).is_some()) {
            None => {
                let of_base = pack.base.map(|base| format!("; it may be in the base, whose index is {base}"));
                let answer = format!("the pack lacks it{}", of_base.unwrap_or_default());
                bad(Error::NotFound { what: what(), answer })
            }
            Some(holder) => match holder.blob(&blob.digest).map(crate::volume::Slice::digest) {
                Some(Ok(found)) if found == blob.digest => Ok(()),
                Some(Ok(found)) => {
                    let (expected, found) = (blob.digest.to_string(), found.to_string());
                    bad(Error::Digest { what: what(), expected, found })
                }
                Some(Err(error)) => bad(error),
                None => Ok(()),
            },
        }
    };
    let faults: HashMap<Digest, Error> = std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let chunks = blobs.chunks(blobs.len().div_ceil(threads).max(1));
        let check = &check;
        let hashing: Vec<_> = chunks
            .map(|chunk| scope.spawn(move || chunk.iter().filter_map(|blob| check(blob).err()).collect::<Vec<_>>()))
            .collect();
        hashing.into_iter().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    for (entry, manifests) in read {
        let result = manifests.and_then(|manifests| {
            let mut of_image = manifests.iter().flat_map(Manifest::blobs);
            match of_image.find_map(|blob| faults.get(&blob.digest)) {
                Some(fault) => Err(crate::schedule::repeated(fault)),
                None => Ok(entry.descriptor.digest),
            }
        });
        client.events.image(&entry.name, result.map(there));
    }
}

fn there(digest: Digest) -> Done {
    Done { digest: digest.to_string(), already: true }
}

async fn registry_has(client: &Arc<Client>, registry: &str, wanted: Vec<Expected>) {
    let checks = wanted.into_iter().map(|(name, expected)| async move {
        let result = image_is_at(client, registry, &name, expected).await;
        client.events.image(&name, result.map(there));
    });
    futures_util::future::join_all(checks).await;
}

async fn image_is_at(
    client: &Client,
    registry: &str,
    name: &str,
    expected: Option<Descriptor>,
) -> Result<Digest, Error> {
    // A cluster file names its images as they are called there.
    let inside = name.strip_prefix(registry.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
    let image = Wanted::parse(name)?;
    let image = if inside { image } else { target(registry, &image)? };
    if let Some(expected) = expected {
        let head = client.head(&image.place, &image.reference, Scope::pull(&image.place.repository)).await?;
        match head {
            Some(head) if head.digest == expected.digest => {}
            Some(head) => {
                let (expected, found) = (expected.digest.to_string(), head.digest.to_string());
                return Err(Error::Digest { what: image.name, expected, found });
            }
            None => return Err(Error::NotFound { what: image.name, answer: "the registry lacks it".to_owned() }),
        }
    }
    let image = resolve(client, image, None).await?;
    let blobs = image.blobs().map(|blob| has(client, &image.wanted.place, blob));
    futures_util::future::try_join_all(blobs).await?;
    Ok(image.root().digest)
}

async fn has(client: &Client, place: &Place, blob: &Descriptor) -> Result<(), Error> {
    if client.has_blob(place, &blob.digest).await? {
        return Ok(());
    }
    let answer = "the registry has the manifest that names it, not the blob".to_owned();
    Err(Error::NotFound { what: format!("blob {} of {place}", blob.digest), answer })
}

async fn node_has(client: &Client, engine: &Engine, pack: Option<&Pack>, wanted: Vec<Expected>) {
    for (name, expected) in wanted {
        let found = node_has_one(client, engine, pack, &name, expected).await;
        client.events.image(&name, found.map(|digest| Done { digest, already: true }));
    }
}

/// What was loaded is compared with the pack, what was pulled with the registry.
async fn node_has_one(
    client: &Client,
    engine: &Engine,
    pack: Option<&Pack>,
    name: &str,
    expected: Option<Descriptor>,
) -> Result<String, Error> {
    let absent = || Error::NotFound {
        what: name.to_owned(),
        answer: "the engine lacks it, or has another under this name".to_owned(),
    };
    if let (Some(pack), Some(expected)) = (pack, expected) {
        let manifest = pack.manifest(&expected)?;
        return if engine.has(name, &manifest).await? { Ok(expected.digest.to_string()) } else { Err(absent()) };
    }
    let found = engine.digests(name).await?;
    if found.is_empty() {
        // What was loaded has no digest of a registry, but that of its config.
        let image = resolve(client, Wanted::parse(name)?, Some(&engine.platform().await?)).await?;
        let has = engine.has(name, image.root()).await?;
        return if has { Ok(image.root().digest.to_string()) } else { Err(absent()) };
    }
    let reference = Reference::parse(name).map_err(|why| Error::Usage(format!("`{name}` is no image: {why}")))?;
    let digest = engine.registry_digest(name, &reference).await?;
    if found.contains(&digest) {
        return Ok(digest);
    }
    Err(Error::Digest { what: name.to_owned(), expected: digest, found: found.join(", ") })
}
