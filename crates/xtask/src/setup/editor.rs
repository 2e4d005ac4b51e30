//! The editor's bundle: CodeMirror as one script.

use super::{Found, Tool, npm, run};
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::Command;

const FOLDER: &str = "web/editor";

pub const BUNDLE: Tool = Tool {
    name: "the editor's bundle web/editor/dist/editor.js",
    find: |machine| {
        let folder = machine.root.join(FOLDER);
        if !folder.join("package.json").exists() {
            return Ok(Some(Found::in_path()));
        }
        let built_from = fs::read_to_string(folder.join("dist/.source-sha256")).ok();
        let current = folder.join("dist/editor.js").exists() && built_from == Some(fingerprint(&folder)?);
        Ok(current.then(Found::in_path))
    },
    install: |machine| {
        let folder = machine.root.join(FOLDER);
        if !npm::is_installed(&folder) {
            npm::install("packages of web/editor", &folder)?;
        }
        run("the editor's bundle", Command::new("npm").current_dir(&folder).args(["run", "build"]))?;
        fs::write(folder.join("dist/.source-sha256"), fingerprint(&folder)?).context("no web/editor/dist was built")
    },
    remedy: "run `npm ci --ignore-scripts && npm run build` in web/editor",
};

/// Changes with every source file, not with the time at which it was written.
fn fingerprint(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        digest.update(file.to_string_lossy().as_bytes());
        digest.update(Sha256::digest(fs::read(&file)?));
    }
    Ok(format!("{:x}", digest.finalize()))
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.push(entry.path());
        } else if entry.file_name() != "node_modules" && entry.file_name() != "dist" {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}
