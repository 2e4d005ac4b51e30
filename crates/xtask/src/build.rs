//! `cargo xtask build`: the site in dist/, and the page as one file.

use crate::page::budget::{self, gzip_size, kib};
use crate::page::{offline, policy};
use crate::setup::{self, Environment};
use crate::{docs, package, step, workspace};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn run() -> Result<()> {
    let environment = setup::ensure(&[setup::PAGE])?;
    let faults = budget::exceeded(&site(&environment)?)?;
    ensure!(faults.is_empty(), "the page is too large: {}", faults.join("; "));
    Ok(())
}

/// The page, the docs and the JavaScript package; returns the folder they are in.
pub fn site(environment: &Environment) -> Result<PathBuf> {
    let modules = setup::ensure(&[setup::MODULES])?;
    let dist = page(environment)?;
    docs::build(&dist.join("docs"))?;
    let package = dist.join("js");
    package::build(&modules, &package)?;
    report(&dist)?;
    report(&package)?;
    Ok(dist)
}

/// Builds both forms of the page; returns the folder they are in.
pub fn page(environment: &Environment) -> Result<PathBuf> {
    let dist = workspace::root().join("dist");
    // Relative addresses: the site works below any path.
    let options = ["build", "--offline", "--release", "--public-url", "./", "--dist"];
    step::run("page (trunk build)", trunk(environment).args(options).arg(&dist))?;

    let index = dist.join("index.html");
    let html = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let html = html.replace("\r\n", "\n");
    let read = |file: &str| {
        let path = dist.join(file.split(['?', '#']).next().unwrap_or(file));
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let one_file = policy::for_one_file(&offline::inline(&html, &read)?)?;
    fs::write(&index, policy::for_site(&docs::linked(&html)?)?)?;
    fs::write(dist.join("drydock.html"), &one_file)?;

    println!("dist/drydock.html: {}, sha256 {:x}", kib(one_file.len()), Sha256::digest(&one_file));
    Ok(dist)
}

/// Trunk in the workspace's folder.
pub fn trunk(environment: &Environment) -> Command {
    let mut trunk = environment.command("trunk");
    // Trunk takes NO_COLOR=1 for a malformed flag.
    // Its backtraces would push out of sight what the compiler says.
    trunk.current_dir(workspace::root()).env_remove("NO_COLOR").env("RUST_BACKTRACE", "0");
    trunk
}

/// One line for each file of the site: its size as it is sent.
fn report(dist: &Path) -> Result<()> {
    let mut files: Vec<_> = fs::read_dir(dist)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let folder = dist.strip_prefix(workspace::root()).unwrap_or(dist).display();
    for file in files.iter().filter(|file| file.is_file() && !file.ends_with("drydock.html")) {
        let bytes = fs::read(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        println!("{folder}/{name}: {}, gzip {}", kib(bytes.len()), kib(gzip_size(&bytes)?));
    }
    Ok(())
}
