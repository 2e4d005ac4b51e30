//! `cargo xtask bench`: how long a check takes, beside the bare YAML events of the same text, and how fast the page is.

use crate::{build, setup, workspace};
use anyhow::{Context, Result, ensure};
use std::ffi::OsString;
use std::process::Command;

/// `corpus` names a folder of real files to be checked as a whole.
pub fn run(corpus: Option<OsString>) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace::root()).args(["bench", "--package", "drydock-core", "--bench", "check"]);
    if let Some(corpus) = corpus {
        let folder = std::path::absolute(&corpus).with_context(|| format!("no folder {}", corpus.display()))?;
        ensure!(folder.is_dir(), "{} is no folder", folder.display());
        cargo.env("DRYDOCK_CORPUS", folder);
    }
    let status = cargo.status().context("cannot start cargo")?;
    ensure!(status.success(), "the benchmarks failed ({status})");
    Ok(())
}

pub fn page() -> Result<()> {
    let environment = setup::ensure(&[setup::PAGE, setup::BROWSER])?;
    let dist = build::page(&environment)?;
    let mut node = environment.command("node");
    node.current_dir(workspace::root().join("tests/browser")).env("DIST", dist).arg("bench.js");
    let status = node.status().context("cannot start node")?;
    ensure!(status.success(), "tests/browser/bench.js failed ({status})");
    Ok(())
}
