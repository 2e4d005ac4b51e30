//! How the nodes are reached: what rke dials, with its defaults filled in.

use crate::cluster::Cluster;
use crate::cluster::value::Value;
use crate::text::Spanned;

/// One entry of `nodes`, as rke reaches it. Texts are those of the file: not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlannedNode {
    /// Name in the cluster: `hostname_override`, else the address (defaults.go:203).
    pub name: String,
    pub address: String,
    /// 22 without.
    pub port: String,
    pub user: String,
    /// Of the node, else of the file, else `~/.ssh/id_rsa`.
    pub key_path: String,
    pub roles: Vec<String>,
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

/// In the order of the file; entries without an address are left out, rke refuses them.
pub fn nodes(cluster: &Cluster) -> Vec<PlannedNode> {
    let key_of_file = owned(cluster.config.text("ssh_key_path"), KEY_PATH);
    let with_address = cluster.nodes.iter().filter(|node| node.address.is_some());
    with_address
        .map(|node| {
            let address = owned(node.address.clone(), "");
            PlannedNode {
                name: owned(node.hostname_override.clone(), &address),
                port: owned(node.port.clone(), PORT),
                user: owned(node.user.clone(), ""),
                key_path: owned(node.ssh_key_path.clone(), &key_of_file),
                roles: node.roles.iter().map(|role| role.value.clone()).collect(),
                address,
            }
        })
        .collect()
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
