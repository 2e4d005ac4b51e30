use std::fmt;

use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::value::Value;
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule { code: "D708", name: "key-path-short", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A path of one character crashes rke.",
    why: "To see whether a path begins with `~/` rke cuts off its first two characters without looking how many there \
          are. With a bastion host this happens before anything else, for nodes when the tunnels are opened. \
          Source: rke v1.6.3, hosts/tunnel.go:134.",
    examples: &[Example {
        before: "\
ssh_key_path: k
              ^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let config = &facts.cluster.config;
    if config.bool("ssh_agent_auth").is_some_and(|agent| agent.value) {
        return;
    }
    // A key in the file itself is taken instead of its path; the top level's stands in for a missing one.
    let has = |block: &Value, key: &str| block.field(key).and_then(|field| field.value.as_str()) > Some("");
    let by_path = |block: &&Value| !has(block, "ssh_key");
    let nodes = config.at("nodes").map_or(&[][..], |nodes| nodes.items());
    let bastion = config.at("bastion_host").filter(|host| has(host, "address")).filter(by_path);
    let own_paths = nodes.iter().filter(by_path).chain(bastion).all(|block| has(block, "ssh_key_path"));
    if nodes.is_empty() || !own_paths {
        look(config, "", reporter);
    }
    if let Some(host) = bastion {
        look(host, "bastion_host.", reporter);
    }
    for (index, node) in nodes.iter().enumerate().filter(|(_, node)| by_path(node)) {
        look(node, format_args!("nodes[{index}]."), reporter);
    }
}

fn look(block: &Value, at: impl fmt::Display, reporter: &mut Reporter<'_>) {
    for key in ["ssh_key_path", "ssh_cert_path"] {
        let Some(field) = block.field(key) else { continue };
        let Some(path) = field.value.as_str().filter(|path| path.len() == 1) else { continue };
        reporter
            .report(field.value.span, format!("{at}{key}"), format!("`{path}` is too short a path for rke"))
            .help("give the whole path, as in `~/.ssh/id_rsa`");
    }
}
