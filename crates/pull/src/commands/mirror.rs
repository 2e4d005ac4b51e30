//! `pull mirror`: from registry to registry.

use std::collections::HashMap;
use std::sync::Arc;

use crate::auth::Scope;
use crate::cli::{Mirror, Target};
use crate::client::Client;
use crate::commands::push::plan;
use crate::deliver::{Deliveries, Delivery, Supply, send_all, target};
use crate::error::Error;
use crate::manifest::Platform;
use crate::network;
use crate::progress::Done;
use crate::schedule::{Resolved, Wanted, blobs, resolve};
use crate::session::Session;
use crate::store::free_space;

/// An image, and what it is to be called there.
struct Pair {
    source: Wanted,
    target: Wanted,
}

pub fn run(mirror: &Mirror, session: &mut Session<'_>) -> Result<u8, Error> {
    let (images, cluster) = network::select(&mirror.selection, session)?;
    let to = mirror.target.to.clone();
    let upstream = cluster.as_ref().map(|cluster| cluster.images.clone()).unwrap_or_default();
    let (platform, target) = (mirror.selection.platform.0.clone(), mirror.target.clone());
    let keychain = network::keychain(cluster.as_ref(), &mirror.network, session);
    network::run(&mirror.network, keychain, session, |client| async move {
        let mut pairs = Vec::new();
        for image in &images {
            match pair(image, &to, &upstream) {
                Ok(pair) => pairs.push(pair),
                Err(error) => client.events.image(image, Err(error)),
            }
        }
        copy(&client, pairs, platform.as_ref(), &target).await
    })
}

/// An image that the cluster file names at the target already comes from where its version has it.
fn pair(image: &str, to: &str, upstream: &[(String, String)]) -> Result<Pair, Error> {
    let named = Wanted::parse(image)?;
    let inside = image.strip_prefix(to.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
    if inside && let Some((_, source)) = upstream.iter().find(|(known, source)| known == image && source != image) {
        return Ok(Pair { source: Wanted::parse(source)?, target: named });
    }
    if inside {
        return Err(Error::Usage(format!("`{}` is at the target already", image.escape_debug())));
    }
    Ok(Pair { target: target(to, &named)?, source: named })
}

async fn copy(client: &Arc<Client>, pairs: Vec<Pair>, platform: Option<&Platform>, to: &Target) -> Result<(), Error> {
    let compared = pairs.into_iter().map(|pair| async {
        let found = compare(client, &pair, platform).await;
        (pair, found)
    });
    let (mut resolved, mut deliveries) = (Vec::new(), Vec::new());
    for (pair, found) in futures_util::future::join_all(compared).await {
        let name = &pair.target.name;
        match found {
            Ok(Found::There(digest)) => client.events.image(name, Ok(Done { digest, already: true })),
            Ok(Found::Missing(image)) => {
                let tag = pair.target.tag().map(str::to_owned);
                let manifests = image.manifests.clone();
                deliveries.push(Delivery { name: name.clone(), place: pair.target.place, tag, manifests });
                resolved.push(image);
            }
            Err(error) => client.events.image(name, Err(error)),
        }
    }
    plan(client, &deliveries, to.dry_run);
    if to.dry_run || deliveries.is_empty() {
        return Ok(());
    }
    let spool = tempfile::Builder::new().prefix("pull-mirror-").tempdir();
    let spool = spool.map_err(|source| Error::Disk { path: std::env::temp_dir(), source })?;
    let blobs: HashMap<_, _> = blobs(&resolved)?.into_iter().map(|blob| (blob.digest, blob)).collect();
    let needed = blobs.values().map(|blob| blob.size).sum();
    if let Some(free) = free_space(spool.path()).filter(|free| *free < needed) {
        return Err(Error::Space { path: spool.path().to_owned(), needed, free });
    }
    send_all(
        client,
        Supply::Registries { blobs, spool: spool.path().to_owned() },
        Deliveries { missing: deliveries, there: Vec::new() },
        to.create,
    )
    .await;
    Ok(())
}

enum Found {
    /// With this digest.
    There(String),
    Missing(Resolved),
}

/// One HEAD each where both have the same; otherwise what the image consists of.
async fn compare(client: &Client, pair: &Pair, platform: Option<&Platform>) -> Result<Found, Error> {
    let (source, target) = (&pair.source, &pair.target);
    let here = client.head(&source.place, &source.reference, Scope::pull(&source.place.repository));
    let there = client.head(&target.place, &target.reference, Scope::push(&target.place.repository));
    let (here, there) = futures_util::future::try_join(here, there).await?;
    let [here, there] = [here, there].map(|head| head.map(|head| head.digest));
    if let (Some(here), true) = (here, here == there) {
        return Ok(Found::There(here.to_string()));
    }
    // Where HEAD finds nothing it may be a replica that lags; GET waits for that, and then says what is wrong.
    let image = resolve(client, source.clone(), platform).await?;
    let digest = image.root().digest;
    if there == Some(digest) { Ok(Found::There(digest.to_string())) } else { Ok(Found::Missing(image)) }
}
