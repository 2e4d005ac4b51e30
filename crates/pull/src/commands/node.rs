//! `pull node`: what rke would pull on this node, and whether it came.

use std::sync::Arc;

use drydock_core::Checked;
use drydock_core::cluster::Node as ClusterNode;
use futures_util::StreamExt as _;

use crate::cli::{Network, Node, Role, Via};
use crate::engine::Engine;
use crate::error::Error;
use crate::network::{self, Cluster};
use crate::session::Session;

pub fn run(node: &Node, session: &mut Session<'_>) -> Result<u8, Error> {
    let input = session.read_one(node.file.as_ref())?;
    let checked = drydock_core::check(&input.text, &session.options);
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
    if node.dry_run {
        for image in &images {
            session.line(image)?;
        }
        return Ok(0);
    }
    if node.via == Via::Load {
        return Err(Error::Usage("--via load is not there yet; leave it out to let the engine pull".to_owned()));
    }
    let env = session.world.env.clone();
    let (jobs, policy) = (usize::from(node.network.jobs), node.network.policy());
    // How much comes is not known before, so there is nothing to fill a bar with.
    let network = Network { no_progress: true, ..node.network.clone() };
    network::run(&network, keychain.clone(), session, |client| async move {
        let events = client.events.clone();
        let engine = Arc::new(Engine::connect(&env, keychain, policy, events.clone()).await?);
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
    let found = match (&node.address, nodes.as_slice()) {
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
