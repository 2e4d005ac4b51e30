//! `pull node` on all nodes, a few at a time.

use serde_json::{Value, json};

use super::ansible_inventory::any_node;
use super::answers::{AT_ONCE, CA_FILE, REGISTRY};
use super::ca_placement;
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "ansible-playbook",
    family: Family::Nodes,
    title: "Ansible playbook",
    file: "pull.playbook.yml",
    language: "yaml",
    questions: &[&AT_ONCE, &CA_FILE, &REGISTRY],
    applies: any_node,
    why: |request| {
        format!(
            "Before the cluster stands, or before an upgrade: every node gets the program and pulls what its roles need, {} \
             at once, so that the registry is not overrun; the first node that fails stops the rest. The file with its \
             logins lies on a node only while it pulls.",
            request.text(&AT_ONCE).unwrap_or_default()
        )
    },
    needs: |_| {
        vec![
            "inventory.yml, cluster.yml and the program `pull` for the nodes' platform beside it.".to_owned(),
            "`ansible-playbook -i inventory.yml pull.playbook.yml`, with `-K` where sudo asks for a password."
                .to_owned(),
        ]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let at_once: u16 = request.text(&AT_ONCE).and_then(|count| count.parse().ok()).unwrap_or(1);
    let mut tasks: Vec<Value> = Vec::new();
    if let Some(certificate) = request.text(&CA_FILE) {
        for host in ca_placement::hosts(request) {
            let folder = format!("/etc/docker/certs.d/{host}");
            tasks.push(json!({
                "name": format!("Make {folder}"),
                "ansible.builtin.file": { "path": folder, "state": "directory", "mode": "0755" },
            }));
            tasks.push(json!({
                "name": format!("Trust the CA of {host}"),
                "ansible.builtin.copy": { "src": certificate, "dest": format!("{folder}/ca.crt"), "mode": "0644" },
            }));
        }
    }
    tasks.push(json!({
        "name": "Make the folder of the program",
        "ansible.builtin.file": { "path": "/opt/drydock", "state": "directory", "mode": "0755" },
    }));
    tasks.push(json!({
        "name": "Put the program there",
        "ansible.builtin.copy": { "src": "pull", "dest": "/opt/drydock/pull", "mode": "0755" },
    }));
    tasks.push(json!({
        "name": "Make a folder for the file",
        "ansible.builtin.tempfile": { "state": "directory", "suffix": ".drydock" },
        "register": "folder",
    }));
    let file = "{{ folder.path }}/cluster.yml";
    tasks.push(json!({
        "name": "Pull the images",
        "block": [
            {
                "name": "Bring the file",
                "ansible.builtin.copy": { "src": "cluster.yml", "dest": file, "mode": "0600" },
                "no_log": true,
            },
            {
                "name": "Pull what this node needs",
                "ansible.builtin.command": {
                    "argv": ["/opt/drydock/pull", "node", file, "--address", "{{ ansible_host }}"],
                },
                "changed_when": true,
            },
        ],
        "always": [{
            "name": "Take the file away",
            "ansible.builtin.file": { "path": "{{ folder.path }}", "state": "absent" },
        }],
    }));
    quote::yaml(&json!([{
        "name": "Pull the images of the cluster onto its nodes",
        "hosts": "all",
        "become": true,
        "gather_facts": false,
        "serial": at_once,
        "max_fail_percentage": 0,
        "tasks": tasks,
    }]))
}
