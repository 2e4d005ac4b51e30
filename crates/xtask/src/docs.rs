//! The docs site, which a program of its own writes: no command of xtask need wait for the core.

use crate::{step, workspace};
use anyhow::{Result, ensure};
use std::path::Path;
use std::process::Command;

/// Set where each build of Trunk's is to have the docs beside the page: `cargo xtask build` adds them afterwards.
pub const WITH_THE_PAGE: &str = "DRYDOCK_DOCS";

/// Tells the page that docs are beside it; its own form as one file has none.
const LINK: &str = "<link rel=\"help\" href=\"docs/index.html\">\n  </head>";

pub fn build(folder: &Path) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace::root()).args(["run", "--quiet", "--package", "drydock-docs", "--"]).arg(folder);
    step::run("docs", &mut cargo)
}

pub fn linked(html: &str) -> Result<String> {
    ensure!(html.contains("</head>"), "the page has no </head>");
    Ok(html.replacen("</head>", LINK, 1))
}
