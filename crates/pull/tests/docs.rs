//! Every command of `pull` that the docs show is one that it takes.

use std::fs;
use std::path::{Path, PathBuf};

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable folder") {
        let path = entry.expect("readable entry").path();
        if path.is_dir() {
            markdown(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// Lines within ```sh that start with `pull`, without redirection.
fn commands(text: &str) -> Vec<&str> {
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).filter(|line| line.starts_with("pull "));
    lines.map(|line| line.split(['>', '<']).next().unwrap_or(line)).collect()
}

#[test]
fn the_docs_show_commands_that_exist() {
    let mut files = Vec::new();
    markdown(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs"), &mut files);
    let mut tried = 0;
    for file in files {
        let text = fs::read_to_string(&file).expect("readable page");
        for command in commands(&text) {
            tried += 1;
            let parsed = drydock_pull::cli::command().try_get_matches_from(command.split_whitespace());
            if let Err(error) = parsed {
                panic!("{}: {command}\n{error}", file.display());
            }
            let ids: Vec<_> = command.split_whitespace().skip_while(|word| *word != "generate").skip(1).collect();
            if let Some(id) = ids.first().filter(|id| !id.starts_with('-')) {
                assert!(
                    drydock_core::artifacts::find(id).is_some(),
                    "{}: {command}: no generator `{id}`",
                    file.display()
                );
            }
        }
    }
    assert!(tried > 40, "only {tried} commands were found");
}
