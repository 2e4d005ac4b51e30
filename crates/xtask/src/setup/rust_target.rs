//! The standard library for wasm32-unknown-unknown: from rustup, else built from Debian's sources.

use super::{Found, Machine, Tool, debian, fresh_folder, output, run, which};
use anyhow::{Context, Result, bail};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

pub const WASM: Tool = Tool {
    name: "Rust's wasm32-unknown-unknown target",
    find,
    install,
    remedy: "run `rustup target add wasm32-unknown-unknown`, \
             or on Debian `sudo apt-get install rustc-web cargo-web rust-web-src rust-web-llvm lld-22`",
};

fn find(machine: &Machine) -> Result<Option<Found>> {
    if has_target("rustc") {
        return Ok(Some(Found::in_path()));
    }
    let wrappers = machine.cache.join("debian-rust/bin");
    let built_with = fs::read_to_string(stamp(machine)).ok();
    if built_with.is_none() || built_with != debian_version() {
        return Ok(None);
    }
    let variables = vec![("RUSTC", wrappers.join("rustc").into()), ("CARGO", wrappers.join("cargo").into())];
    Ok(Some(Found { folder: Some(wrappers), variables }))
}

fn install(machine: &Machine) -> Result<()> {
    if which("rustup").is_some() {
        let added = run("wasm32-unknown-unknown (rustup)", Command::new("rustup").args(["target", "add", TARGET]));
        match added {
            Ok(()) if has_target("rustc") => return Ok(()),
            Ok(()) => {}
            Err(error) => eprintln!("set-up: {error}"),
        }
    }
    if !Path::new("/usr/lib/rustlib/src/rust/library/std").exists() || debian_version().is_none() {
        debian::install(DEBIAN_PACKAGES)?;
    }
    build_sysroot(machine)
}

fn has_target(rustc: &str) -> bool {
    let Some(folder) = output(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET])) else {
        return false;
    };
    let Ok(files) = fs::read_dir(folder) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

fn debian_version() -> Option<String> {
    output(Command::new(DEBIAN_RUSTC).arg("-vV"))
}

/// Which rustc the sysroot was built with; written last.
fn stamp(machine: &Machine) -> PathBuf {
    machine.cache.join("debian-rust/rustc-version")
}

/// Builds std once and puts it into a sysroot of our own, so that later builds need no unstable flag.
fn build_sysroot(machine: &Machine) -> Result<()> {
    let version = debian_version().context("no /usr/bin/rustc after the installation")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let home = machine.cache.join("debian-rust");
    fresh_folder(&home)?;

    let empty = home.join("empty");
    fs::create_dir_all(empty.join("src"))?;
    fs::write(empty.join("src/lib.rs"), "")?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(empty.join("Cargo.toml"), manifest)?;
    // With bitcode, so that fat LTO can use std.
    run(
        "std for wasm32-unknown-unknown (from Debian's rust-web-src)",
        Command::new("/usr/bin/cargo")
            .current_dir(&empty)
            .env("RUSTC", DEBIAN_RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .env("CARGO_TARGET_DIR", empty.join("target"))
            .args(["build", "--release", "--target", TARGET])
            .arg("-Zbuild-std=std,panic_abort,test,proc_macro"),
    )?;

    let sysroot = home.join("sysroot");
    let own = sysroot.join("lib/rustlib");
    let libraries = own.join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for file in fs::read_dir(empty.join("target").join(TARGET).join("release/deps"))?.flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libempty-") {
            fs::copy(file.path(), libraries.join(&*name))?;
        }
    }
    for part in [host, "etc", "src"] {
        let original = Path::new("/usr/lib/rustlib").join(part);
        if original.exists() {
            symlink(original, own.join(part))?;
        }
    }
    write_wrappers(&home.join("bin"), &sysroot)?;
    if !has_target(&home.join("bin/rustc").to_string_lossy()) {
        bail!("the sysroot in {} has no std for {TARGET}", sysroot.display());
    }
    fs::remove_dir_all(empty)?;
    fs::write(stamp(machine), version)?;
    Ok(())
}

fn write_wrappers(folder: &Path, sysroot: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let rustc = format!("#!/bin/sh\nexec {DEBIAN_RUSTC} --sysroot '{}' \"$@\"\n", sysroot.display());
    let cargo = format!("#!/bin/sh\nRUSTC='{}' exec /usr/bin/cargo \"$@\"\n", folder.join("rustc").display());
    for (name, text) in [("rustc", rustc), ("cargo", cargo)] {
        let file = folder.join(name);
        fs::write(&file, text)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
