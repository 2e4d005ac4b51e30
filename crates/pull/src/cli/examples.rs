//! Examples at the end of each command's help.

use clap::Command;

/// A command, and its examples as they are typed.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("check", &["pull check", "pull check --fix cluster.yml", "pull check --format sarif prod.yml staging.yml"]),
    (
        "images",
        &["pull images", "pull images --all --kubernetes-version v1.30.5-rancher1-1", "pull images --format table"],
    ),
    (
        "explain",
        &["pull explain", "pull explain --effective cluster.yml", "pull explain --error 'no basic auth credentials'"],
    ),
    ("lsp", &["pull lsp", "pull lsp --rke v1.5.12"]),
    ("generate", &["pull generate --list", "pull generate containerd-hosts cluster.yml", "pull generate --all -o out"]),
    ("login", &["pull login --check", "pull login --check registry.example.com", "pull login --docker cluster.yml"]),
    (
        "node",
        &["pull node --role worker", "pull node --address 10.0.0.1 --dry-run", "pull node --role etcd --via load"],
    ),
    ("doctor", &["pull doctor", "pull doctor --plain-http 10.0.0.1:5000 cluster.yml"]),
    ("docker-credential-helper", &["pull docker-credential-helper get", "pull docker-credential-helper list"]),
    ("kubelet-credential-provider", &["pull kubelet-credential-provider --print-config cluster.yml"]),
    (
        "save",
        &[
            "pull save -o pack",
            "pull save -c cluster.yml --split 4G -o pack.tar",
            "pull save --list images.txt -o pack",
        ],
    ),
    ("load", &["pull load pack.tar", "pull load new --base old"]),
    (
        "push",
        &["pull push pack --to registry.example.com", "pull push pack.tar --to registry.example.com/mirror --dry-run"],
    ),
    (
        "mirror",
        &["pull mirror --to registry.example.com", "pull mirror rancher/rke-tools:v0.1.103 --to registry.example.com"],
    ),
    (
        "verify",
        &["pull verify pack", "pull verify -c cluster.yml --registry registry.example.com", "pull verify --node"],
    ),
    ("serve", &["pull serve pack", "pull serve pack --listen 0.0.0.0:5000"]),
    ("rule", &["pull rule", "pull rule D301"]),
    ("schema", &["pull schema > cluster.schema.json"]),
    ("completions", &["pull completions bash > /etc/bash_completion.d/pull"]),
    ("man", &["pull man > /usr/local/share/man/man1/pull.1"]),
];

pub fn add(command: Command) -> Command {
    EXAMPLES.iter().fold(command, |command, (name, examples)| {
        let text = format!("Examples:\n  {}", examples.join("\n  "));
        command.mut_subcommand(name, |subcommand| subcommand.after_help(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    /// Words as a shell parts them; redirection is the shell's.
    fn words(line: &str) -> Vec<String> {
        let line = line.split(" > ").next().unwrap_or(line);
        let parts = line.split('\'').enumerate();
        parts
            .flat_map(|(number, part)| match number % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .collect()
    }

    #[test]
    fn each_command_has_examples_that_it_takes() {
        for subcommand in command().get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
            let (_, examples) = EXAMPLES
                .iter()
                .find(|(name, _)| *name == subcommand.get_name())
                .unwrap_or_else(|| panic!("no example of `{}`", subcommand.get_name()));
            assert!((1..=3).contains(&examples.len()));
            for example in *examples {
                let parsed = command().try_get_matches_from(words(example));
                let matches = parsed.unwrap_or_else(|error| panic!("{example}: {error}"));
                assert_eq!(matches.subcommand_name(), Some(subcommand.get_name()), "{example}");
            }
            let help = subcommand.clone().render_help().to_string();
            assert!(help.ends_with(&format!("Examples:\n  {}\n", examples.join("\n  "))), "{help}");
        }
    }

    #[test]
    fn each_argument_is_described() {
        let command = command();
        let arguments = |of: &Command| -> Vec<String> {
            let bare = of.get_arguments().filter(|argument| argument.get_help().is_none());
            bare.map(|argument| format!("{} {}", of.get_name(), argument.get_id())).collect()
        };
        let bare: Vec<String> = command.get_subcommands().flat_map(arguments).collect();
        assert_eq!(bare, Vec::<String>::new());
    }
}
