//! The page's program: one script, a wasm module for the first findings and one for everything else. Trunk cannot cut a
//! module in two (trunk-rs/trunk#1022), so it calls this from a hook and takes what lies in its folder then.

use super::html::elements;
use crate::setup::{self, Environment};
use crate::{docs, step, workspace};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::{env, fs};
use wasm_split_cli_support::{Options, transform};

/// Stands in web/index.html; what is there instead names the files by their content, so that no cache mixes two builds.
const SCRIPT: &str = "<script type=\"module\" src=\"drydock.js\"></script>";
/// As web/src/later.rs calls the second module.
const LATER: &str = "split_later.wasm";
/// What Trunk's own script tells, which is not there.
const START: &str = "\nconst started = await __wbg_init();\n\
                     dispatchEvent(new CustomEvent(\"TrunkApplicationStarted\", { detail: { wasm: started } }));\n";

/// The hook: puts the program into the folder that Trunk names, and its names into the page there.
pub fn run() -> Result<()> {
    let variable = |name: &str| env::var_os(name).with_context(|| format!("{name} is not set: Trunk calls this"));
    let folder = PathBuf::from(variable("TRUNK_STAGING_DIR")?);
    let environment = setup::ensure(&[setup::MODULES])?;
    let name = build(&environment, &folder, variable("TRUNK_PROFILE")? == "release")?;

    let index = folder.join("index.html");
    let html = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    ensure!(html.contains(SCRIPT), "the page has no {SCRIPT}");
    let script = format!(
        "<link rel=\"modulepreload\" href=\"./{name}.js\" crossorigin=\"anonymous\">\n    \
         <link rel=\"preload\" href=\"./{name}_bg.wasm\" as=\"fetch\" type=\"application/wasm\" crossorigin=\"anonymous\">\n    \
         <script type=\"module\" src=\"./{name}.js\"></script>"
    );
    let html = html.replace(SCRIPT, &script);
    let found = elements(&html);
    let skipped = found.iter().find(|element| element.attribute("data-trunk-skip").is_some());
    let skipped = skipped.context("Trunk took out the link to the Rust project")?.outer.clone();
    let mut html = format!("{}{}", html[..skipped.start].trim_end(), &html[skipped.end..]);
    if env::var_os(docs::WITH_THE_PAGE).is_some() {
        docs::build(&folder.join("docs"))?;
        html = docs::linked(&html)?;
    }
    write(&index, html)
}

/// Returns the name that the three files begin with.
fn build(environment: &Environment, folder: &Path, release: bool) -> Result<String> {
    let root = workspace::root();
    let profile = if release { "wasm" } else { "dev" };
    let mut cargo = environment.command("cargo");
    cargo.args(["rustc", "--package", "drydock-web", "--target", "wasm32-unknown-unknown", "--profile", profile]);
    // By relocations it is seen what each function reaches.
    cargo.args(["--", "-Clink-arg=--emit-relocs"]);
    step::run("page (cargo build)", cargo.current_dir(&root))?;
    let built = root.join("target/wasm32-unknown-unknown").join(if release { "wasm" } else { "debug" });
    let program = read(&built.join("drydock-web.wasm"))?;
    let name = format!("drydock-{:.16}", format!("{:x}", Sha256::digest(&program)));

    let parts = root.join("target/page").join(profile);
    let first = parts.join("first.wasm");
    let mut split = Options::new(&program);
    (split.output_dir, split.main_out_path) = (&parts, &first);
    transform(split).map_err(|error| anyhow::anyhow!("{error:#}")).context("the page's module cannot be cut in two")?;
    let mut bindgen = environment.command("wasm-bindgen");
    bindgen
        .args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", &name, "--out-dir"])
        .arg(&parts)
        .arg(&first);
    step::run("page (wasm-bindgen)", &mut bindgen)?;

    let modules =
        [(format!("{name}_bg.wasm"), format!("{name}_bg.wasm")), (LATER.to_owned(), format!("{name}_later.wasm"))];
    for (from, to) in modules {
        let (from, to) = (parts.join(from), folder.join(to));
        if release {
            let mut optimizer = environment.command("wasm-opt");
            // Packed it is as small as with -Oz, and a check takes 4 % less.
            // Functions that are alike stand side by side, where they are packed better.
            optimizer.args(["-O2", "--reorder-functions-by-name"]).arg(&from).arg("-o").arg(&to);
            step::run("page (wasm-opt)", &mut optimizer)?;
        } else {
            fs::copy(&from, &to).with_context(|| format!("cannot write {}", to.display()))?;
        }
    }
    let text = |file: &str| Ok::<_, anyhow::Error>(String::from_utf8(read(&parts.join(file))?)?);
    let script = one_script(&text(&format!("{name}.js"))?, &text("__wasm_split.js")?)?;
    write(&folder.join(format!("{name}.js")), script.replace(LATER, &format!("{name}_later.wasm")))?;
    fs::remove_dir_all(&parts).with_context(|| format!("cannot remove {}", parts.display()))?;
    Ok(name)
}

/// wasm-bindgen's script and the one that loads the second module import each other: as one there is no circle, one
/// request less, and the page can hold it as one file.
fn one_script(bindgen: &str, split: &str) -> Result<String> {
    let loader = "__wasm_split_load_later";
    let import = "import * as import1 from \"./__wasm_split.js\"";
    ensure!(
        bindgen.matches("./__wasm_split.js\"").count() == 2 && bindgen.contains(import),
        "wasm-bindgen's script imports otherwise than it did"
    );
    let export = format!("export const {loader} =");
    ensure!(split.contains(&export), "the script of the second module does not export {loader}");
    let split: String =
        split.lines().filter(|line| !line.starts_with("import ")).flat_map(|line| [line, "\n"]).collect();
    let bindgen = bindgen.replace(import, &format!("const import1 = {{ {loader} }};"));
    Ok(format!("{}{bindgen}{START}", split.replace(&export, &format!("const {loader} ="))))
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn write(file: &Path, text: String) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
