//! `cargo xtask fuzz`: texts of chance against the core, with cargo-fuzz.

use crate::workspace;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Texts to start from; cargo-fuzz writes what it finds to `fuzz/corpus` only.
const SEEDS: [&str; 2] = ["tests/samples", "crates/core/tests/samples"];

pub struct Options {
    /// All where none is named.
    pub target: Option<String>,
    /// For each target.
    pub seconds: u64,
}

pub fn run(options: &Options) -> Result<()> {
    let root = workspace::root();
    let all = targets(&root)?;
    let wanted: Vec<&String> = all.iter().filter(|name| options.target.as_ref().is_none_or(|t| t == *name)).collect();
    ensure!(
        !wanted.is_empty(),
        "no target `{}`; there are {}",
        options.target.as_deref().unwrap_or(""),
        all.join(", ")
    );
    if !answers(Command::new("cargo").args(["fuzz", "--version"])) {
        bail!("cargo-fuzz is missing: `cargo install cargo-fuzz --locked` installs it");
    }
    for target in wanted {
        let mut command = cargo_fuzz();
        let corpus = format!("fuzz/corpus/{target}");
        fs::create_dir_all(root.join(&corpus)).with_context(|| format!("cannot make {corpus}"))?;
        command.current_dir(&root).args(["run", target, &corpus]).args(SEEDS).arg("--");
        command.args([format!("-max_total_time={}", options.seconds), "-max_len=4096".to_owned()]);
        eprintln!("{}", crate::step::shown(&command));
        let status = command.status().context("cannot start cargo")?;
        ensure!(status.success(), "{target} found a text that breaks a law; it lies in fuzz/artifacts/{target}");
    }
    Ok(())
}

/// The sanitizer's coverage needs a nightly compiler, or a stable one told to pass for it.
fn cargo_fuzz() -> Command {
    let mut command = Command::new("cargo");
    if answers(Command::new("cargo").args(["+nightly", "--version"])) {
        command.args(["+nightly", "fuzz"]);
    } else {
        command.arg("fuzz").env("RUSTC_BOOTSTRAP", "1");
    }
    command
}

fn answers(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        names.extend(entry?.path().file_stem().and_then(|name| name.to_str()).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_target_is_built_and_each_seed_is_there() {
        let root = workspace::root();
        let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
        let names = targets(&root).unwrap();
        assert!(names.len() >= 4);
        for name in names {
            assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        }
        assert!(SEEDS.iter().all(|seeds| root.join(seeds).is_dir()));
    }
}
