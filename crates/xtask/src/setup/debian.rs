//! Debian's packages, installed only as root.

use super::{output, run, which};
use anyhow::{Result, bail};
use std::process::Command;
use std::sync::Once;

static LISTS: Once = Once::new();

pub fn is_here() -> bool {
    which("apt-get").is_some()
}

pub fn install(packages: &[&str]) -> Result<()> {
    if !is_here() {
        bail!("this is no Debian: no apt-get in PATH");
    }
    if output(Command::new("id").arg("-u")).as_deref() != Some("0") {
        bail!("only root may install packages");
    }
    // Lists may be old or, on a new machine, not there; a failure shows in the installation.
    LISTS.call_once(|| {
        let _ = run("Debian's package lists", Command::new("apt-get").args(["update", "--quiet"]));
    });
    run(
        &format!("{} (Debian)", packages.join(", ")),
        Command::new("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )
}
