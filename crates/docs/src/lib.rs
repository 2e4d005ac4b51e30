//! The docs site: Markdown of `docs/`, the rules' pages and the reference of all keys, as plain HTML.
//!
//! Flow: `docs/SUMMARY.md` -> [`nav`] and sources; [`rules`] and [`keys`] write further sources from the core's tables;
//! [`markdown`] turns each source into HTML, [`example`] checks what it shows, [`page`] puts it into its frame.
//!
//! Architecture invariant: building reads the given folder and writes nothing; a page needs no script to be read, and
//! every address inside the site is relative.

pub mod example;
pub mod keys;
pub mod markdown;
pub mod nav;
pub mod page;
pub mod rules;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use nav::Nav;

/// One page before it is rendered.
pub struct Source {
    /// From the top of the docs, as `pull/check.md`.
    pub path: String,
    pub markdown: String,
    /// Written from the core's tables: examples need not say what is found in them.
    pub generated: bool,
}

/// One file of the site.
pub struct File {
    /// From the top of the docs, as `pull/check.html`.
    pub path: String,
    pub text: String,
}

/// Every page's source in the order of the contents, those that are generated included.
pub fn sources(docs: &Path) -> Result<(Nav, Vec<Source>)> {
    let read = |path: &str| {
        let file = docs.join(path);
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let nav = Nav::read(&read("SUMMARY.md")?)?;
    let mut sources: Vec<_> = rules::sources().into_iter().chain(keys::sources()).collect();
    for entry in nav.entries() {
        if !sources.iter().any(|source| source.path == entry.path) {
            let markdown = read(&entry.path)?;
            sources.push(Source { path: entry.path.clone(), markdown, generated: false });
        }
    }
    Ok((nav, sources))
}

/// The whole site. `shared` is the playground's stylesheet, from which the docs take their colours.
pub fn build(docs: &Path, shared: &str) -> Result<Vec<File>> {
    let (nav, sources) = sources(docs)?;
    let mut files = Vec::new();
    for source in &sources {
        let rendered = markdown::render(source).with_context(|| source.path.clone())?;
        let path = source.path.replace(".md", ".html");
        files.push(File { text: page::frame(&nav, &source.path, &rendered), path });
    }
    files.push(File { path: "docs.css".to_owned(), text: format!("{}\n{}", colours(shared)?, page::STYLE) });
    files.push(File { path: "docs.js".to_owned(), text: page::SCRIPT.to_owned() });
    Ok(files)
}

/// The variables at the head of the playground's stylesheet: one place for the colours of both.
fn colours(shared: &str) -> Result<&str> {
    let end = shared.find("\n* {").context("web/style.css no longer has its variables before the rule for *")?;
    ensure!(shared[..end].contains("--accent:"), "web/style.css names no --accent before the rule for *");
    Ok(&shared[..end])
}
