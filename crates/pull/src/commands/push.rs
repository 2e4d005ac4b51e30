//! `pull push`: a pack into a registry.

use std::collections::HashSet;
use std::sync::Arc;

use crate::cli::Push;
use crate::client::Client;
use crate::deliver::{Deliveries, Delivery, Supply, send_all, target};
use crate::error::Error;
use crate::network;
use crate::pack::Pack;
use crate::progress::{Done, Event};
use crate::schedule::Wanted;
use crate::session::Session;

pub fn run(push: &Push, session: &mut Session<'_>) -> Result<u8, Error> {
    let cluster = push.cluster.as_ref().map(|file| network::cluster(file, session)).transpose()?;
    let pack = Arc::new(Pack::open(&session.world.path(&push.pack))?);
    let (to, dry_run, creates) = (push.target.to.clone(), push.target.dry_run, push.target.create);
    let keychain = network::keychain(cluster.as_ref(), &push.network, session);
    network::run(&push.network, keychain, session, |client| async move {
        let mut deliveries = Vec::new();
        for entry in &pack.entries {
            let made = Wanted::parse(&entry.name).and_then(|image| {
                let target = target(&to, &image)?;
                let tag = target.tag().map(str::to_owned);
                Ok(Delivery { name: target.name, place: target.place, tag, manifests: pack.manifests(entry)? })
            });
            match made {
                Ok(delivery) => deliveries.push(delivery),
                Err(error) => client.events.image(&entry.name, Err(error)),
            }
        }
        let deliveries = compare(&client, deliveries).await;
        plan(&client, &deliveries.missing, dry_run);
        if !dry_run {
            let left_out = pack.base_holders.iter().filter_map(|(digest, image)| {
                let target = Wanted::parse(image).and_then(|image| target(&to, &image)).ok()?;
                Some((*digest, target.place.repository))
            });
            let supply = Supply::Pack { left_out: left_out.collect(), pack: Arc::clone(&pack) };
            send_all(&client, supply, deliveries, creates).await;
        }
        Ok(())
    })
}

/// Tells of those that are there, and what the others come to.
async fn compare(client: &Arc<Client>, deliveries: Vec<Delivery>) -> Deliveries {
    let asked = deliveries.into_iter().map(|delivery| async {
        let there = delivery.is_there(client).await;
        (delivery, there)
    });
    let mut sorted = Deliveries::default();
    for (delivery, there) in futures_util::future::join_all(asked).await {
        let digest = delivery.root().digest.to_string();
        match there {
            Ok(true) => {
                client.events.image(&delivery.name, Ok(Done { digest, already: true }));
                sorted.there.push(delivery);
            }
            Ok(false) => sorted.missing.push(delivery),
            Err(error) => client.events.image(&delivery.name, Err(error)),
        }
    }
    sorted
}

/// Tells what will be sent.
pub fn plan(client: &Client, missing: &[Delivery], dry_run: bool) {
    let (mut blobs, mut bytes) = (HashSet::new(), 0);
    for delivery in missing {
        let mut own = 0;
        for blob in delivery.blobs() {
            own += blob.size;
            if blobs.insert(blob.digest) {
                bytes += blob.size;
            }
        }
        if dry_run {
            let known = Some((delivery.root().digest.to_string(), own));
            client.events.send(Event::Would { image: delivery.name.clone(), known });
        }
    }
    client.events.send(Event::Plan { images: missing.len(), blobs: blobs.len(), bytes });
}
