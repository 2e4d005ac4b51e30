//! Servers and programs that the tests start: AWS, a registry, a Docker Engine, skopeo, an editor, and those that read
//! what is generated.

use super::{Found, Machine, Tool, debian, fresh_folder, run, which};
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Stands for AWS. The tests look for it in the cache.
const MOTO_PACKAGE: &str = "moto[server]==5.2.5";

pub const MOTO: Tool = Tool {
    name: "moto 5.2.5",
    find: |machine| Ok(machine.cache.join("moto/bin/moto_server").exists().then(Found::in_path)),
    install: install_moto,
    remedy: "make ~/.cache/drydock/moto with `python3 -m venv` and install moto[server] there with its pip",
};

pub const ENGINE: Tool = Tool {
    name: "dockerd",
    // Where people's PATH does not lead: the tests start it as root.
    find: |_| Ok(is_installed("dockerd").then(Found::in_path)),
    install: |_| debian::install(&["docker.io"]),
    remedy: "install Docker (on Debian `sudo apt-get install docker.io`) and run the tests as root",
};

pub const REGISTRY: Tool = Tool {
    name: "docker-registry",
    find: |_| Ok(is_installed("docker-registry").then(Found::in_path)),
    install: |_| debian::install(&["docker-registry"]),
    remedy: "install the reference registry as docker-registry (on Debian `sudo apt-get install docker-registry`)",
};

pub const SKOPEO: Tool = Tool {
    name: "skopeo",
    find: |_| Ok(is_installed("skopeo").then(Found::in_path)),
    install: |_| debian::install(&["skopeo"]),
    remedy: "install skopeo (on Debian `sudo apt-get install skopeo`)",
};

pub const NEOVIM: Tool = Tool {
    name: "neovim",
    find: |_| Ok(is_installed("nvim").then(Found::in_path)),
    install: |_| debian::install(&["neovim"]),
    remedy: "install Neovim 0.7 or later (on Debian `sudo apt-get install neovim`)",
};

pub const SHELLCHECK: Tool = Tool {
    name: "shellcheck",
    find: |_| Ok(is_installed("shellcheck").then(Found::in_path)),
    install: |_| debian::install(&["shellcheck"]),
    remedy: "install shellcheck (on Debian `sudo apt-get install shellcheck`)",
};

pub const ANSIBLE: Tool = Tool {
    name: "ansible-playbook",
    find: |_| Ok(is_installed("ansible-playbook").then(Found::in_path)),
    install: |_| debian::install(&["ansible-core"]),
    remedy: "install Ansible (on Debian `sudo apt-get install ansible-core`)",
};

fn is_installed(program: &str) -> bool {
    let system = ["/usr/sbin", "/sbin"].map(|folder| Path::new(folder).join(program));
    which(program).is_some() || system.iter().any(|file| file.is_file())
}

fn install_moto(machine: &Machine) -> Result<()> {
    let folder = machine.cache.join("moto");
    fresh_folder(&folder)?;
    let venv = || run("moto's folder", Command::new("python3").args(["-m", "venv"]).arg(&folder));
    if venv().is_err() && debian::is_here() {
        // Debian's python3 comes without.
        debian::install(&["python3-venv"])?;
        fresh_folder(&folder)?;
        venv()?;
    }
    run("moto (PyPI)", Command::new(folder.join("bin/pip")).args(["install", "--quiet", MOTO_PACKAGE]))
}
