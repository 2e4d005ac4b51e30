use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::value::Value;
use crate::diagnostic::Severity;
use crate::text::Spanned;

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
    let by_path = |block: &&Value| block.text("ssh_key").is_none();
    let nodes = config.at("nodes").map_or(&[][..], |nodes| nodes.items());
    let bastion = config.at("bastion_host").filter(|host| host.text("address").is_some()).filter(by_path);
    let falls_back = |block: &Value| block.text("ssh_key_path").is_none();
    let own_paths = nodes.iter().filter(by_path).chain(bastion).all(|block| !falls_back(block));
    let top = (nodes.is_empty() || !own_paths).then_some((String::new(), config));
    let nodes = nodes.iter().enumerate().filter(|(_, node)| by_path(node));
    let nodes = nodes.map(|(index, node)| (format!("nodes[{index}]."), node));
    let bastion = bastion.map(|host| ("bastion_host.".to_owned(), host));
    for (at, block) in top.into_iter().chain(bastion).chain(nodes) {
        for key in ["ssh_key_path", "ssh_cert_path"] {
            let Some(path) = block.text(key).filter(|path: &Spanned<String>| path.value.len() == 1) else {
                continue;
            };
            let message = format!("`{}` is too short a path for rke", path.value);
            reporter
                .report(path.span, format!("{at}{key}"), message)
                .help("give the whole path, as in `~/.ssh/id_rsa`");
        }
    }
}
