//! `drydock-docs DIR`: writes the docs site into a folder.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let output = env::args_os().nth(1).context("usage: drydock-docs DIR")?;
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("crates/docs is two folders deep")?;
    let style = fs::read_to_string(top.join("web/style.css")).context("cannot read web/style.css")?;
    for file in drydock_docs::build(&top.join("docs"), &style)? {
        let path = Path::new(&output).join(&file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        fs::write(&path, &file.text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
