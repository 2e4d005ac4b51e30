//! How the nodes are reached: what rke dials, with its defaults filled in.

use std::sync::Arc;

use super::text;
use crate::cluster::value::Value;
use crate::cluster::{Cluster, Node};
use crate::text::Spanned;

/// The entries of `nodes` that have an address, in the order of the file; rke refuses the others.
#[derive(Clone, Debug)]
pub struct Nodes {
    written: Arc<[Node]>,
    /// For nodes that name none.
    key_path: String,
}

/// One of them, as rke reaches it. Texts are those of the file: not checked.
#[derive(Clone, Copy, Debug)]
pub struct PlannedNode<'n> {
    /// Name in the cluster: `hostname_override`, else the address (defaults.go:203).
    pub name: &'n str,
    pub address: &'n str,
    /// 22 without.
    pub port: &'n str,
    pub user: &'n str,
    /// Of the node, else of the file, else `~/.ssh/id_rsa`.
    pub key_path: &'n str,
    roles: &'n [Spanned<String>],
}

/// `bastion_host`, through which rke reaches every node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bastion {
    pub address: String,
    /// 22 without.
    pub port: String,
    pub user: String,
    pub key_path: String,
}

const PORT: &str = "22";
const KEY_PATH: &str = "~/.ssh/id_rsa";

impl Nodes {
    pub fn new(cluster: &Cluster) -> Self {
        Self { written: cluster.nodes.clone(), key_path: owned(cluster.config.text("ssh_key_path"), KEY_PATH) }
    }

    pub fn iter(&self) -> impl Iterator<Item = PlannedNode<'_>> {
        self.written.iter().filter_map(|node| {
            let address = text(&node.address)?;
            Some(PlannedNode {
                name: text(&node.hostname_override).unwrap_or(address),
                address,
                port: text(&node.port).unwrap_or(PORT),
                user: text(&node.user).unwrap_or_default(),
                key_path: text(&node.ssh_key_path).unwrap_or(&self.key_path),
                roles: &node.roles,
            })
        })
    }

    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'n> PlannedNode<'n> {
    pub fn roles(&self) -> impl Iterator<Item = &'n str> + use<'n> {
        self.roles.iter().map(|role| role.value.as_str())
    }
}

/// None without an address: rke then dials the nodes themselves.
pub fn bastion(cluster: &Cluster) -> Option<Bastion> {
    let bastion: &Value = cluster.config.at("bastion_host")?;
    let address = bastion.text("address")?.value;
    let key_of_file = owned(cluster.config.text("ssh_key_path"), KEY_PATH);
    Some(Bastion {
        address,
        port: owned(bastion.text("port"), PORT),
        user: owned(bastion.text("user"), ""),
        key_path: owned(bastion.text("ssh_key_path"), &key_of_file),
    })
}

fn owned(text: Option<Spanned<String>>, default: &str) -> String {
    text.map_or_else(|| default.to_owned(), |text| text.value)
}
