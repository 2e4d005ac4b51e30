//! What every command on the network begins with: a runtime, a client, and somebody who tells what happens.

use std::path::Path;
use std::sync::Arc;

use drydock_core::credentials::RegistryMap;

use crate::cli::{Network, Selection};
use crate::client::Client;
use crate::credentials::Keychain;
use crate::error::Error;
use crate::input;
use crate::progress::{self, Events};
use crate::schedule::Wanted;
use crate::session::Session;

/// What a cluster file says to the network.
#[derive(Default)]
pub struct Cluster {
    pub name: String,
    /// Images it needs, and where the version has them; the same where the file names its own.
    pub images: Vec<(String, String)>,
    pub registries: RegistryMap,
}

/// Runs `work` with a client until it ends or is interrupted; tells what happens, and at the end what failed.
///
/// `work` tells of each image through the events. An error of its own ends the command.
pub fn run<F>(
    network: &Network,
    keychain: Keychain,
    session: &mut Session<'_>,
    work: impl FnOnce(Arc<Client>) -> F,
) -> Result<u8, Error>
where
    F: Future<Output = Result<(), Error>>,
{
    let bars = !network.no_progress && !session.quiet;
    let (events, mut reports) = progress::channel(network.json, bars);
    let client = Client::new(network.options(), network.policy(), Arc::new(keychain), events)?;
    let runtime = runtime()?;
    let result = runtime.block_on(async {
        let work = work(Arc::new(client));
        let work = async {
            tokio::select! {
                result = work => result,
                _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
            }
        };
        reports.during(work, session).await
    });
    // A name that is being looked up for ever is not waited for.
    runtime.shutdown_background();
    let code = reports.end(session)?;
    result?.map(|()| code)
}

/// Threads that may wait, for the disk or for a name: each of them costs memory of its own.
const WAITING_THREADS: usize = 8;

/// Two threads at least: one hashes while the other reads.
pub fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 4));
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(threads).max_blocking_threads(WAITING_THREADS).enable_all().build();
    runtime.map_err(|source| Error::Network { what: "the runtime".to_owned(), source: source.into() })
}

/// Logins as the cluster file, docker and AWS have them.
pub fn keychain(cluster: Option<&Cluster>, network: &Network, session: &Session<'_>) -> Keychain {
    let cluster = cluster.map(|cluster| (cluster.name.clone(), cluster.registries.clone()));
    Keychain::new(&session.world.env, cluster, network.ca.clone())
}

/// The cluster file, read as rke does.
pub fn cluster(file: &Path, session: &mut Session<'_>) -> Result<Cluster, Error> {
    let input = input::read(file, session.world)?;
    let plan = session.check(&input)?.plan;
    let upstream = |image: &str| {
        let planned = plan.images.iter().find(|planned| planned.image == image);
        planned.and_then(|planned| planned.upstream.clone()).unwrap_or_else(|| image.to_owned())
    };
    let images = plan.needed_images().into_iter().map(|image| (image.to_owned(), upstream(image))).collect();
    Ok(Cluster { name: input.name(), images, registries: plan.registries })
}

/// The images asked for, each once, and the cluster file where one is read.
pub fn select(selection: &Selection, session: &mut Session<'_>) -> Result<(Vec<String>, Option<Cluster>), Error> {
    let named = !selection.images.is_empty() || selection.list.is_some();
    let file = match &selection.cluster {
        Some(file) => Some(file.clone()),
        None if named => None,
        None => Some(input::default_path(session.world)),
    };
    let cluster = file.map(|file| cluster(&file, session)).transpose()?;
    let mut images: Vec<String> = selection.images.clone();
    if let Some(list) = &selection.list {
        images.extend(listed(list, session)?);
    }
    // With names on the command line the file gives its credentials only.
    if let Some(cluster) = cluster.as_ref().filter(|_| !named) {
        images.extend(cluster.images.iter().map(|(image, _)| image.clone()));
    }
    let mut once = Vec::with_capacity(images.len());
    for image in images {
        if !once.contains(&image) {
            once.push(image);
        }
    }
    if once.is_empty() {
        return Err(Error::Usage("no images are named".to_owned()));
    }
    Ok((once, cluster))
}

fn listed(list: &Path, session: &mut Session<'_>) -> Result<Vec<String>, Error> {
    let text = input::read(list, session.world)?.text;
    let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Names that are no images are told of as images that failed.
pub fn wanted(images: &[String], events: &Events) -> Vec<Wanted> {
    let parsed = images.iter().filter_map(|image| match Wanted::parse(image) {
        Ok(wanted) => Some(wanted),
        Err(error) => {
            events.image(image, Err(error));
            None
        }
    });
    parsed.collect()
}
