//! Packages from the npm registry: always by lock file, never running their scripts.

use super::{Found, Machine, Tool, run};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;

pub const BROWSER_TESTS: Tool = Tool {
    name: "the packages of tests/browser",
    find: |machine| Ok(is_installed(&machine.root.join("tests/browser")).then(Found::in_path)),
    install: |machine| install("packages of tests/browser", &machine.root.join("tests/browser")),
    remedy: "run `npm ci --ignore-scripts` in tests/browser",
};

/// Whether node_modules was filled from the lock file as it is now.
pub fn is_installed(folder: &Path) -> bool {
    let Ok(lock) = lock_digest(folder) else { return false };
    fs::read_to_string(folder.join("node_modules/.lock-sha256")).is_ok_and(|installed| installed == lock)
}

pub fn install(what: &str, folder: &Path) -> Result<()> {
    let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    run(&format!("{what} (npm)"), Command::new("npm").current_dir(folder).args(options))?;
    fs::write(folder.join("node_modules/.lock-sha256"), lock_digest(folder)?)?;
    Ok(())
}

fn lock_digest(folder: &Path) -> Result<String> {
    let lock = folder.join("package-lock.json");
    let text = fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    Ok(format!("{:x}", Sha256::digest(text)))
}

/// For machines whose PATH has no new enough tool: one package of its own in the cache.
pub fn install_cached(machine: &Machine, name: &str, package: &str, lock: &str) -> Result<()> {
    let folder = machine.cache.join(name);
    super::fresh_folder(&folder)?;
    fs::write(folder.join("package.json"), package)?;
    fs::write(folder.join("package-lock.json"), lock)?;
    install(name, &folder)
}
