//! `pull node`: what rke would pull on this node, and whether it came.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use drydock_core::Checked;
use drydock_core::cluster::Node as ClusterNode;
use futures_util::StreamExt as _;

use crate::cli::{Network, Node, Role, Via};
use crate::client::Client;
use crate::commands::save::{missing, would};
use crate::engine::Engine;
use crate::error::Error;
use crate::manifest::Platform;
use crate::network::{self, Cluster, wanted};
use crate::progress::{Done, Event};
use crate::schedule::{blobs, fetch_all, repeated, resolve_all};
use crate::session::Session;
use crate::store::{Layout, free_space};
use crate::transport::DOCKER_HUB_REGISTRY;
use crate::volume::Slice;

pub fn run(node: &Node, session: &mut Session<'_>) -> Result<u8, Error> {
    let input = session.read_one(node.file.as_ref())?;
    let checked = session.check(&input)?;
    let roles = roles(node, &checked)?;
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let images: Vec<String> = checked.plan.node_images(&roles).into_iter().map(str::to_owned).collect();
    if !checked.plan.version_known {
        session.remark(format_args!(
            "warning: rke {} has no images for Kubernetes {}; only those of the file are known",
            checked.plan.rke, checked.plan.kubernetes_version
        ));
    }
    if images.is_empty() {
        return Err(Error::Usage(format!("a node with the roles {} needs no image that is known", roles.join(", "))));
    }
    session.remark(format_args!("roles {}: {} images", roles.join(", "), images.len()));
    let cluster = Cluster { name: input.name(), registries: checked.plan.registries, ..Cluster::default() };
    let keychain = network::keychain(Some(&cluster), &node.network, session);
    let env = session.world.env.clone();
    if node.dry_run {
        // One that does not answer is no obstacle here.
        let retries = node.network.retries.min(1);
        let network = Network { no_progress: true, retries, ..node.network.clone() };
        let policy = network.policy();
        return network::run(&network, keychain.clone(), session, |client| async move {
            tell(&client, Engine::connect(&env, keychain, policy, client.events.clone()).await, &images).await
        });
    }
    let folder = match (&node.folder, node.via) {
        // One of its own there: it is taken away in the end.
        (Some(folder), _) => session.world.path(folder).join("drydock-node"),
        (None, Via::Load) => session.world.cache().ok_or_else(no_folder)?.join("node"),
        (None, Via::Pull) => PathBuf::new(),
    };
    let (jobs, policy, via) = (usize::from(node.network.jobs), node.network.policy(), node.via);
    // How much an engine pulls is not known before, so there is nothing to fill a bar with.
    let network = Network { no_progress: node.network.no_progress || via == Via::Pull, ..node.network.clone() };
    network::run(&network, keychain.clone(), session, |client| async move {
        let events = client.events.clone();
        let engine = Arc::new(Engine::connect(&env, keychain, policy, events.clone()).await?);
        if via == Via::Load {
            return load(&client, &engine, &images, &folder).await;
        }
        let pulls = futures_util::stream::iter(images).map(|image| {
            let (engine, events) = (Arc::clone(&engine), events.clone());
            async move {
                let result = engine.pull(&image).await;
                events.image(&image, result);
            }
        });
        pulls.buffer_unordered(jobs).collect::<()>().await;
        Ok(())
    })
}

fn no_folder() -> Error {
    Error::Usage("neither XDG_CACHE_HOME nor HOME says where downloads can be kept; --folder does".to_owned())
}

/// What would be pulled, with sizes where the registries answer. Docker Hub is not asked: there a look at a manifest
/// counts as a pull.
async fn tell(client: &Arc<Client>, engine: Result<Engine, Error>, images: &[String]) -> Result<(), Error> {
    let platform = match engine {
        Ok(engine) => engine.platform().await.ok(),
        Err(_) => None,
    };
    let platform = platform.unwrap_or_else(Platform::here);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let (hub, asked): (Vec<_>, Vec<_>) =
        wanted(images, &client.events).into_iter().partition(|wanted| wanted.place.host == DOCKER_HUB_REGISTRY);
    for (wanted, resolved) in resolve_all(client, asked, Some(&platform)).await {
        match resolved {
            Ok(resolved) => known.push(resolved),
            Err(error) => unknown.push((wanted.asked, error)),
        }
    }
    would(client, &known, &blobs(&known)?);
    for image in hub {
        client.events.send(Event::Would { image: image.asked, known: None });
    }
    for (image, error) in unknown {
        client.events.send(Event::Would { image, known: None });
        client.events.send(Event::Remark(format!("no size: {error}")));
    }
    Ok(())
}

/// Downloads what the engine lacks, on as many connections as are allowed, and loads each image that is whole.
async fn load(client: &Arc<Client>, engine: &Engine, images: &[String], folder: &Path) -> Result<(), Error> {
    let events = &client.events;
    let platform = engine.platform().await?;
    let mut lacking = Vec::new();
    for (wanted, resolved) in resolve_all(client, wanted(images, events), Some(&platform)).await {
        let resolved = match resolved {
            Ok(resolved) => resolved,
            Err(error) => {
                events.image(&wanted.asked, Err(error));
                continue;
            }
        };
        match engine.has(&wanted.asked, resolved.root()).await {
            Ok(false) => lacking.push(resolved),
            Ok(true) => {
                let digest = resolved.root().digest.to_string();
                events.image(&wanted.asked, Ok(Done { digest, already: true }));
            }
            Err(error) => events.image(&wanted.asked, Err(error)),
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    let waits = || events.send(Event::Remark("another run works in this folder; waiting for it".to_owned()));
    let layout = Layout::open(folder, waits).await?;
    let missing = missing(&layout, blobs(&lacking)?).await?;
    let needed = missing.iter().map(|blob| blob.size).sum();
    if let Some(free) = free_space(folder).filter(|free| *free < needed) {
        return Err(Error::Space { path: folder.to_owned(), needed, free });
    }
    events.send(Event::Plan { images: lacking.len(), blobs: missing.len(), bytes: needed });
    let mut failed = HashMap::new();
    let done = |digest, result: Result<(), Error>| {
        if let Err(error) = result {
            failed.insert(digest, error);
        }
    };
    fetch_all(client, missing, layout.parts(), |digest| layout.blob(digest), done).await?;
    for image in &lacking {
        layout.put(image.root())?;
        let result = match image.blobs().find_map(|blob| failed.get(&blob.digest)) {
            Some(error) => Err(repeated(error)),
            None => engine.load(&image.wanted.asked, image.root(), |digest| Slice::of_file(layout.blob(digest))).await,
        };
        events.image(&image.wanted.asked, result);
    }
    if failed.is_empty() {
        // The engine has it all now.
        let _ = std::fs::remove_dir_all(folder);
    }
    Ok(())
}

/// Of the node named; of the only one where there is but one.
fn roles(node: &Node, checked: &Checked) -> Result<Vec<String>, Error> {
    if !node.role.is_empty() {
        return Ok(node.role.iter().copied().map(Role::name).map(str::to_owned).collect());
    }
    let nodes = &checked.cluster.nodes;
    let named = |wanted: &str, node: &ClusterNode| {
        let names = [&node.address, &node.internal_address, &node.hostname_override];
        names.into_iter().flatten().any(|name| name.value == wanted)
    };
    let address = |node: &ClusterNode| node.address.as_ref().map(|address| address.value.clone());
    let known = || nodes.iter().filter_map(address).collect::<Vec<_>>().join(", ");
    let found = match (&node.address, &nodes[..]) {
        (Some(wanted), _) => nodes
            .iter()
            .find(|node| named(wanted, node))
            .ok_or_else(|| Error::Usage(format!("no node `{wanted}`; the file has: {}", known())))?,
        (None, [only]) => only,
        (None, []) => return Err(Error::Usage("the file has no nodes: name the roles with --role".to_owned())),
        (None, _) => {
            return Err(Error::Usage(format!("which node is this one? --address names it, of: {}", known())));
        }
    };
    let roles: Vec<String> = found.roles.iter().map(|role| role.value.clone()).collect();
    if roles.is_empty() {
        return Err(Error::Usage("the node has no roles: name them with --role".to_owned()));
    }
    Ok(roles)
}
