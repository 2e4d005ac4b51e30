//! The nodes of the file for Ansible.

use serde_json::{Map, Value, json};

use super::{Family, Generator, Request, quote};
use crate::plan::PlannedNode;

pub static GENERATOR: Generator = Generator {
    id: "ansible-inventory",
    family: Family::Nodes,
    title: "Ansible inventory",
    file: "inventory.yml",
    language: "yaml",
    questions: &[],
    applies: any_node,
    why: |request| {
        let bastion = if request.plan.bastion.is_some() { " All connections go through `bastion_host`." } else { "" };
        format!(
            "Address, port, user and key of each node as rke itself connects, one group a role.{bastion} rke's tunnel needs \
             a user in the group `docker`; the playbook also needs one who may use sudo."
        )
    },
    needs,
    write,
};

/// Nodes that Ansible can be told of, with their names there.
fn hosts<'r>(request: &'r Request<'_>) -> Vec<(String, PlannedNode<'r>, u16)> {
    let mut found: Vec<(String, PlannedNode<'_>, u16)> = Vec::new();
    for (index, node) in request.plan.nodes.iter().enumerate() {
        let Some(port) = port(&node) else { continue };
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let taken =
            |name: &str| found.iter().any(|(known, _, _)| known == name) || ROLES.contains(&name) || name == "all";
        let name = if node.name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && node.name.chars().all(plain)
            && !taken(node.name)
        {
            node.name.to_owned()
        } else {
            format!("node-{index}")
        };
        found.push((name, node, port));
    }
    found
}

/// None where ssh could not take the node's address, user, port or key.
fn port(node: &PlannedNode<'_>) -> Option<u16> {
    let words = [node.address, node.user, node.key_path];
    node.port.parse().ok().filter(|_| words.iter().all(|word| quote::word_for_ssh(word).is_some()))
}

const ROLES: [&str; 3] = ["controlplane", "etcd", "worker"];

pub fn any_node(request: &Request<'_>) -> Result<(), String> {
    if request.plan.nodes.is_empty() {
        return Err("the file names no nodes".to_owned());
    }
    if hosts(request).is_empty() {
        return Err("no node has an address, a user, a port and a key that ssh could take".to_owned());
    }
    if request.plan.bastion.is_some() && jump(request).is_none() {
        return Err("`bastion_host` is not what ssh could take for a host".to_owned());
    }
    Ok(())
}

fn jump(request: &Request<'_>) -> Option<String> {
    let bastion = request.plan.bastion.as_ref()?;
    let address = quote::word_for_ssh(&bastion.address)?;
    let user = match bastion.user.as_str() {
        "" => String::new(),
        user => format!("{}@", quote::word_for_ssh(user).filter(|user| !user.contains(['/', ':', '@', '~']))?),
    };
    let port: u16 = bastion.port.parse().ok()?;
    let address = match address.contains(':') {
        true => format!("[{address}]"),
        false => address.to_owned(),
    };
    let fits = !address.contains(['@', '/', '~']);
    fits.then(|| format!("-o ProxyJump={user}{address}:{port}"))
}

fn needs(request: &Request<'_>) -> Vec<String> {
    let mut needs = vec!["`ansible-inventory -i inventory.yml --graph` shows what Ansible reads.".to_owned()];
    if let Some(bastion) = &request.plan.bastion {
        let add = quote::word_for_ssh(&bastion.key_path).map(|path| format!(", `ssh-add {path}`")).unwrap_or_default();
        needs.push(format!("The key of the bastion in your agent{add}: ssh does not pass on the nodes' key."));
    }
    let left = request.plan.nodes.iter().filter(|node| port(node).is_none());
    let left: Vec<String> = left.map(|node| quote::code(node.address)).collect();
    if !left.is_empty() {
        needs
            .push(format!("Left out, since ssh could not take their address, user, port or key: {}.", left.join(", ")));
    }
    needs
}

fn write(request: &Request<'_>) -> String {
    let hosts = hosts(request);
    let variables: Map<String, Value> = hosts
        .iter()
        .map(|(name, node, port)| {
            let variables = json!({
                "ansible_host": node.address,
                "ansible_port": port,
                "ansible_user": node.user,
                "ansible_ssh_private_key_file": node.key_path,
            });
            (name.clone(), variables)
        })
        .collect();
    let groups: Map<String, Value> = ROLES
        .into_iter()
        .filter_map(|role| {
            let of_role = hosts.iter().filter(|(_, node, _)| node.roles().any(|of_node| of_node == role));
            let members: Map<String, Value> = of_role.map(|(name, _, _)| (name.clone(), json!({}))).collect();
            (!members.is_empty()).then(|| (role.to_owned(), json!({ "hosts": members })))
        })
        .collect();
    let mut all = Map::new();
    all.insert("hosts".to_owned(), Value::Object(variables));
    all.insert("children".to_owned(), Value::Object(groups));
    if let Some(jump) = jump(request) {
        all.insert("vars".to_owned(), json!({ "ansible_ssh_common_args": jump }));
    }
    quote::yaml(&json!({ "all": all }))
}
