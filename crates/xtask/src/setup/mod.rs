//! What the commands need on the machine, found or installed.
//!
//! Invariant: nothing outside the checkout and the cache is written, but by the machine's own package manager
//! (rustup; apt-get when run as root).

mod cargo_tool;
mod chromium;
mod debian;
mod editor;
mod node;
mod npm;
mod rust_target;
mod services;
mod version;
mod wasm_opt;

use crate::{step, workspace};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// One thing that must be there.
pub struct Tool {
    pub name: &'static str,
    /// `None` where it is missing or has the wrong version.
    pub find: fn(&Machine) -> Result<Option<Found>>,
    pub install: fn(&Machine) -> Result<()>,
    /// What a person can do where `install` cannot.
    pub remedy: &'static str,
}

/// What a command needs to use a tool.
#[derive(Default)]
pub struct Found {
    /// Goes first in PATH.
    pub folder: Option<PathBuf>,
    pub variables: Vec<(&'static str, OsString)>,
}

impl Found {
    /// Already in PATH.
    fn in_path() -> Self {
        Self::default()
    }

    fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), variables: Vec::new() }
    }
}

/// What the tools ask about.
pub struct Machine {
    pub root: PathBuf,
    pub cache: PathBuf,
    /// The wasm-bindgen that the page is linked with: its command must have the same version.
    pub wasm_bindgen: String,
}

impl Machine {
    pub fn new() -> Result<Self> {
        let root = workspace::root();
        let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
        let wasm_bindgen = workspace::locked_version(&lock, "wasm-bindgen").context("no wasm-bindgen in Cargo.lock")?;
        Ok(Self { wasm_bindgen: wasm_bindgen.to_owned(), cache: workspace::cache(), root })
    }
}

/// What builds the page.
pub const PAGE: &[Tool] = &[node::NODE, cargo_tool::TRUNK, editor::BUNDLE];

/// What makes wasm modules.
pub const MODULES: &[Tool] = &[rust_target::WASM, cargo_tool::WASM_BINDGEN, wasm_opt::WASM_OPT];

/// What checks the Rust code.
pub const RUST_CHECKS: &[Tool] = &[cargo_tool::FORMATTER, cargo_tool::LINTER];

/// What the tests of `pull` talk to.
pub const SERVICES: &[Tool] =
    &[services::MOTO, services::ENGINE, services::REGISTRY, services::SKOPEO, services::NEOVIM];

/// What reads the generated files in the tests.
pub const READERS: &[Tool] = &[services::SHELLCHECK, services::ANSIBLE];

/// What drives the page in a browser.
pub const BROWSER: &[Tool] = &[node::NODE_FOR_TESTS, chromium::CHROMIUM, npm::BROWSER_TESTS];

/// The set-up as commands need it.
#[derive(Default)]
pub struct Environment {
    folders: Vec<PathBuf>,
    variables: Vec<(&'static str, OsString)>,
}

impl Environment {
    pub fn command(&self, program: &str) -> Command {
        let rest = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(self.folders.iter().cloned().chain(env::split_paths(&rest)));
        let path = path.unwrap_or(rest);
        let mut command = Command::new(on_path(program, &path).unwrap_or_else(|| program.into()));
        command.env("PATH", path).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Finds every tool, installing what is missing. Says nothing when nothing is.
pub fn ensure(tools: &[&[Tool]]) -> Result<Environment> {
    let machine = Machine::new()?;
    let mut environment = Environment::default();
    for tool in tools.iter().copied().flatten() {
        let found = match (tool.find)(&machine)? {
            Some(found) => found,
            None => install(tool, &machine)?,
        };
        environment.folders.extend(found.folder);
        environment.variables.extend(found.variables);
    }
    Ok(environment)
}

fn install(tool: &Tool, machine: &Machine) -> Result<Found> {
    let remedy = || format!("{} is missing and cannot be installed here\nhelp: {}", tool.name, tool.remedy);
    (tool.install)(machine).with_context(remedy)?;
    match (tool.find)(machine)? {
        Some(found) => Ok(found),
        None => bail!("{}", remedy()),
    }
}

/// The first file of this name in PATH.
fn which(program: &str) -> Option<PathBuf> {
    on_path(program, &env::var_os("PATH")?)
}

fn on_path(program: &str, path: &std::ffi::OsStr) -> Option<PathBuf> {
    env::split_paths(path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// What a command prints, trimmed; `None` where it cannot be started or fails.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Replaces a folder that a step fills: a broken attempt is not taken for a whole one.
fn fresh_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

/// A step whose command is started from the machine's own PATH.
fn run(what: &str, command: &mut Command) -> Result<()> {
    step::run(&format!("set-up: {what}"), command)
}
