//! The standard library for the page, built for size from its sources: rustup's, else Debian's.
//!
//! Std as rustup ships it for wasm32-unknown-unknown is built for speed, and would be a fifth of the page.

use super::{Found, Machine, Tool, debian, fresh_folder, output, run, which};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, iter};

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

pub const WASM: Tool = Tool {
    name: "Rust's standard library for wasm32-unknown-unknown",
    find,
    install,
    remedy: "run `rustup component add rust-src`, \
             or on Debian `sudo apt-get install rustc-web cargo-web rust-web-src rust-web-llvm lld-22`",
};

fn find(machine: &Machine) -> Result<Option<Found>> {
    if let Some(rust) = Rust::in_path().filter(|rust| rust.has_std(machine)) {
        return Ok(Some(Found { folder: None, variables: vec![rust.flags(machine)] }));
    }
    Ok(Rust::of_debian().filter(|rust| rust.has_std(machine)).map(|rust| Found {
        folder: Some(rust.home(machine).join("bin")),
        variables: vec![rust.flags(machine), ("RUSTC", (&rust.rustc).into()), ("CARGO", (&rust.cargo).into())],
    }))
}

fn install(machine: &Machine) -> Result<()> {
    if which("rustup").is_some() {
        let mut rustup = Command::new("rustup");
        if let Err(error) = run("sources of std (rustup)", rustup.args(["component", "add", "rust-src"])) {
            eprintln!("set-up: {error}");
        }
    }
    if let Some(rust) = Rust::in_path().filter(Rust::has_sources) {
        return rust.build_std(machine);
    }
    if !Rust::of_debian().is_some_and(|rust| rust.has_sources()) {
        debian::install(DEBIAN_PACKAGES)?;
    }
    Rust::of_debian().context("no /usr/bin/rustc after the installation")?.build_std(machine)
}

/// A compiler with its cargo.
struct Rust {
    rustc: PathBuf,
    cargo: PathBuf,
    /// What `rustc -vV` prints.
    version: String,
    sysroot: PathBuf,
}

impl Rust {
    fn in_path() -> Option<Self> {
        Self::new("rustc".into(), "cargo".into())
    }

    fn of_debian() -> Option<Self> {
        Self::new("/usr/bin/rustc".into(), "/usr/bin/cargo".into())
    }

    fn new(rustc: PathBuf, cargo: PathBuf) -> Option<Self> {
        let version = output(Command::new(&rustc).arg("-vV"))?;
        let sysroot = output(Command::new(&rustc).args(["--print", "sysroot"]))?.into();
        Some(Self { rustc, cargo, version, sysroot })
    }

    fn fact(&self, name: &str) -> &str {
        self.version.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
    }

    fn library(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust/library")
    }

    fn has_sources(&self) -> bool {
        self.library().join("std").exists()
    }

    /// The sysroot that holds the built std.
    fn home(&self, machine: &Machine) -> PathBuf {
        machine.cache.join("std").join(self.fact("release"))
    }

    /// The stamp names the compiler that built it, and is written last.
    fn has_std(&self, machine: &Machine) -> bool {
        fs::read_to_string(self.home(machine).join("rustc-version")).is_ok_and(|built| built == self.version)
    }

    /// For builds with `--target`, whose build scripts and macros cargo then spares these flags. Paths of this machine
    /// are left out of the page: the same source gives the same page everywhere.
    fn flags(&self, machine: &Machine) -> (&'static str, OsString) {
        let home = |name: &str| env::var_os(name).map(PathBuf::from);
        let cargo_home = home("CARGO_HOME").or_else(|| Some(home("HOME")?.join(".cargo"))).unwrap_or_default();
        let mut flags = OsString::from("--sysroot\u{1f}");
        flags.push(self.home(machine));
        flags.push("\u{1f}");
        flags.push(renamed(&cargo_home.join("registry/src"), "crates"));
        ("CARGO_ENCODED_RUSTFLAGS", flags)
    }

    /// Builds std once and puts it into a sysroot of our own, so that later builds need no unstable flag.
    fn build_std(&self, machine: &Machine) -> Result<()> {
        let home = self.home(machine);
        fresh_folder(&home)?;
        let empty = home.join("empty");
        fs::create_dir_all(empty.join("src"))?;
        fs::write(empty.join("src/lib.rs"), "")?;
        let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
        fs::write(empty.join("Cargo.toml"), manifest)?;
        let mut flags = OsString::from("-Cembed-bitcode=yes\u{1f}");
        flags.push(renamed(&self.library(), "std"));
        // With bitcode, so that fat LTO can use std.
        run(
            &format!("std {} for {TARGET}", self.fact("release")),
            Command::new(&self.cargo)
                .current_dir(&empty)
                .env("RUSTC", &self.rustc)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_ENCODED_RUSTFLAGS", flags)
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z")
                .env("CARGO_TARGET_DIR", empty.join("target"))
                .args(["build", "--release", "--target", TARGET])
                .args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]),
        )?;

        let own = home.join("lib/rustlib");
        let libraries = own.join(TARGET).join("lib");
        fs::create_dir_all(&libraries)?;
        for file in fs::read_dir(empty.join("target").join(TARGET).join("release/deps"))?.flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(".rlib") && !name.starts_with("libempty-") {
                fs::copy(file.path(), libraries.join(&*name))?;
            }
        }
        if !fs::read_dir(&libraries)?.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-")) {
            bail!("the sysroot in {} has no std for {TARGET}", home.display());
        }
        // The linker.
        let host = self.fact("host");
        symlink(self.sysroot.join("lib/rustlib").join(host), own.join(host))?;
        fs::create_dir_all(home.join("bin"))?;
        for (program, name) in iter::zip([&self.rustc, &self.cargo], ["rustc", "cargo"]) {
            symlink(program, home.join("bin").join(name))?;
        }
        fs::remove_dir_all(empty)?;
        fs::write(home.join("rustc-version"), &self.version)?;
        Ok(())
    }
}

fn renamed(folder: &Path, to: &str) -> OsString {
    let mut flag = OsString::from("--remap-path-prefix=");
    flag.push(folder);
    flag.push(format!("={to}"));
    flag
}
