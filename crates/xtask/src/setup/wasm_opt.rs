//! wasm-opt of Binaryen.

use super::{Found, Tool, npm, output, version, which};
use std::process::Command;

/// Older ones cannot read what rustc 1.95 writes: 116 fails, 118 does not.
const OLDEST: u64 = 118;

pub const WASM_OPT: Tool = Tool {
    name: "wasm-opt 118",
    find: |machine| {
        let own = machine.cache.join("wasm-opt");
        if which("wasm-opt").is_some_and(|_| is_new_enough()) {
            return Ok(Some(Found::in_path()));
        }
        Ok(npm::is_installed(&own).then(|| Found::in_folder(own.join("node_modules/.bin"))))
    },
    install: |machine| {
        let (package, lock) =
            (include_str!("../../wasm-opt/package.json"), include_str!("../../wasm-opt/package-lock.json"));
        npm::install_cached(machine, "wasm-opt", package, lock)
    },
    remedy: "install Binaryen 118 or newer and put its wasm-opt into PATH",
};

fn is_new_enough() -> bool {
    let printed = output(Command::new("wasm-opt").arg("--version"));
    printed.and_then(|text| version::first(&text)).is_some_and(|version| version.major >= OLDEST)
}
