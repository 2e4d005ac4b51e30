use super::{Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::text::Spanned;

pub static RULE: Rule = Rule {
    code: "D708",
    name: "key-path-short",
    severity: Severity::Error,
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
    check,
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let config = &facts.cluster.config;
    if config.bool("ssh_agent_auth").is_some_and(|agent| agent.value) {
        return;
    }
    let nodes = config.at("nodes").map_or(&[][..], |nodes| nodes.items());
    let nodes = nodes.iter().enumerate().map(|(index, node)| (format!("nodes[{index}]."), Some(node)));
    let bastion = [(String::new(), Some(config)), ("bastion_host.".to_owned(), config.at("bastion_host"))];
    for (at, block) in bastion.into_iter().chain(nodes) {
        for key in ["ssh_key_path", "ssh_cert_path"] {
            let Some(path) = block.and_then(|b| b.text(key)).filter(|path: &Spanned<String>| path.value.len() == 1)
            else {
                continue;
            };
            let message = format!("`{}` is too short a path for rke", path.value);
            reporter
                .report(path.span, format!("{at}{key}"), message)
                .help("give the whole path, as in `~/.ssh/id_rsa`");
        }
    }
}
