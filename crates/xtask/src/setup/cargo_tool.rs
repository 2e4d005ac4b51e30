//! Tools from crates.io, and the parts of the Rust toolchain that checks use.

use super::{Found, Machine, Tool, output, run, version, which};
use anyhow::{Context, Result};
use semver::Version;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The release that Trunk.toml is written for; any later patch will do.
const TRUNK_VERSION: Version = Version::new(0, 21, 14);

pub const TRUNK: Tool = Tool {
    name: "Trunk 0.21.14",
    find: |machine| {
        Ok(find(machine, "trunk", |found| {
            (found.major, found.minor) == (TRUNK_VERSION.major, TRUNK_VERSION.minor) && *found >= TRUNK_VERSION
        }))
    },
    install: |machine| install(machine, "trunk", &TRUNK_VERSION.to_string()),
    remedy: "run `cargo install --locked trunk@0.21.14`",
};

pub const WASM_BINDGEN: Tool = Tool {
    name: "the wasm-bindgen command in the version of Cargo.lock",
    find: |machine| Ok(find(machine, "wasm-bindgen", |found| found.to_string() == machine.wasm_bindgen)),
    install: |machine| {
        install(machine, "wasm-bindgen-cli", &machine.wasm_bindgen)?;
        // The last tool built from source: what it shared with the others is needed no more.
        let _ = fs::remove_dir_all(build_folder(machine));
        Ok(())
    },
    remedy: "run `cargo install wasm-bindgen-cli` with `--version` and the version of wasm-bindgen in Cargo.lock",
};

pub const FORMATTER: Tool = Tool {
    name: "rustfmt",
    find: |_| Ok(output(Command::new("rustfmt").arg("--version")).map(|_| Found::in_path())),
    install: |_| component("rustfmt"),
    remedy: "run `rustup component add rustfmt`",
};

pub const LINTER: Tool = Tool {
    name: "clippy",
    find: |_| Ok(output(Command::new("cargo-clippy").arg("--version")).map(|_| Found::in_path())),
    install: |_| component("clippy"),
    remedy: "run `rustup component add clippy`",
};

fn component(name: &str) -> Result<()> {
    run(name, Command::new("rustup").args(["component", "add", name]))
}

fn find(machine: &Machine, program: &str, fits: impl Fn(&Version) -> bool) -> Option<Found> {
    let fits = |file| {
        let printed = output(Command::new(file).arg("--version"));
        printed.and_then(|text| version::first(&text)).is_some_and(|version| fits(&version))
    };
    let own = machine.cache.join("bin");
    if fits(own.join(program)) {
        return Some(Found::in_folder(own));
    }
    fits(which(program)?).then(Found::in_path)
}

fn install(machine: &Machine, package: &str, version: &str) -> Result<()> {
    fs::create_dir_all(&machine.cache).with_context(|| format!("cannot create {}", machine.cache.display()))?;
    if which("cargo-binstall").is_some() {
        let prebuilt = run(
            &format!("{package} {version} (cargo binstall)"),
            Command::new("cargo")
                .args(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"])
                .arg(&machine.cache)
                .arg(format!("{package}@{version}")),
        );
        match prebuilt {
            Ok(()) => return Ok(()),
            Err(error) => eprintln!("set-up: {error}"),
        }
    }
    // `--locked` fails where a locked release was withdrawn since.
    from_source(machine, package, version, &["--locked"]).or_else(|error| {
        eprintln!("set-up: {error}");
        from_source(machine, package, version, &[])
    })
}

/// The light way: nothing is optimised, as these tools mostly wait for rustc, and no TLS, as nothing is downloaded.
fn from_source(machine: &Machine, package: &str, version: &str, options: &[&str]) -> Result<()> {
    let light = [("OPT_LEVEL", "0"), ("LTO", "false"), ("CODEGEN_UNITS", "256"), ("DEBUG", "0"), ("STRIP", "true")];
    run(
        &format!("{package} {version} (from source)"),
        Command::new("cargo")
            // Outside the workspace: neither its configuration nor its toolchain file counts.
            .current_dir(&machine.cache)
            .envs(light.map(|(name, value)| (format!("CARGO_PROFILE_RELEASE_{name}"), value)))
            // Shared by the tools and kept on failure: a second attempt goes on from there.
            .env("CARGO_TARGET_DIR", build_folder(machine))
            .args(["install", package, "--version", version, "--no-default-features", "--root"])
            .arg(&machine.cache)
            .args(options),
    )
}

fn build_folder(machine: &Machine) -> PathBuf {
    machine.cache.join("build")
}
