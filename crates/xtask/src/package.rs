//! The JavaScript package: the core as WebAssembly with its bindings, ready for a page or a registry.

use crate::setup::Environment;
use crate::{step, workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// The bindings' own start function is their default export; the package calls it `init`.
const INDEX: &str = "export * from \"./drydock.js\";\nexport { default, default as init } from \"./drydock.js\";\n";
const README: &str = include_str!("../../js/README.md");

pub fn build(environment: &Environment, folder: &Path) -> Result<()> {
    let root = workspace::root();
    let mut cargo = environment.command("cargo");
    let options = ["build", "--package", "drydock-js", "--profile", "wasm", "--target", "wasm32-unknown-unknown"];
    step::run("package (cargo build)", cargo.current_dir(&root).args(options))?;

    let built = root.join("target/wasm32-unknown-unknown/wasm/drydock_js.wasm");
    let mut bindgen = environment.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--out-name", "drydock", "--out-dir"]).arg(folder).arg(built);
    step::run("package (wasm-bindgen)", &mut bindgen)?;
    let module = folder.join("drydock_bg.wasm");
    let mut optimizer = environment.command("wasm-opt");
    step::run(
        "package (wasm-opt)",
        optimizer.args(["-O2", "--reorder-functions-by-name"]).arg(&module).arg("-o").arg(&module),
    )?;

    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    };
    write("index.js", INDEX)?;
    write("index.d.ts", INDEX)?;
    write("README.md", README)?;
    write("package.json", &manifest())
}

fn manifest() -> String {
    format!(
        r#"{{
  "name": "drydock",
  "version": "{}",
  "description": "Checks, fixes and explains an RKE1 cluster.yml as rke reads it",
  "license": "Apache-2.0",
  "type": "module",
  "main": "./index.js",
  "types": "./index.d.ts",
  "exports": {{ ".": {{ "types": "./index.d.ts", "default": "./index.js" }} }},
  "files": ["*.js", "*.d.ts", "drydock_bg.wasm", "README.md"],
  "sideEffects": false
}}
"#,
        env!("CARGO_PKG_VERSION")
    )
}
