//! The frame around a page: head, contents at the left, the way on at the foot.

use std::fmt::Write;

use crate::markdown::{Rendered, escaped};
use crate::nav::{Entry, Nav};

/// Below the playground's variables.
pub const STYLE: &str = include_str!("page.css");
/// Opens examples in a playground; everything can be read without it.
pub const SCRIPT: &str = include_str!("page.js");
const FRAME: &str = include_str!("page.html");

/// `path` is that of the source, as `pull/check.md`.
pub fn frame(nav: &Nav, path: &str, page: &Rendered) -> String {
    let up = "../".repeat(path.matches('/').count());
    let (before, after) = nav.around(path);
    let way = |entry: Option<&Entry>, rel: &str, word: &str| {
        entry.map_or(String::new(), |entry| {
            let (href, title) = (address(&up, &entry.path), escaped(&entry.title));
            format!("<a rel=\"{rel}\" href=\"{href}\"><span>{word}</span> {title}</a>")
        })
    };
    // The page comes last: what it says is not looked through for places to fill.
    FRAME
        .replace("{title}", &escaped(&page.title))
        .replace("{before}", &way(before, "prev", "Before:"))
        .replace("{after}", &way(after, "next", "Next:"))
        .replace("{contents}", &contents(nav, path, &up))
        .replace("{up}", &up)
        .replace("{page}", &page.html)
}

fn contents(nav: &Nav, path: &str, up: &str) -> String {
    let mut html = String::new();
    for part in &nav.parts {
        if !part.title.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(html, "<h2>{}</h2>", escaped(&part.title));
        }
        html.push_str("<ul>");
        for entry in &part.entries {
            let here = nav.entry_of(path).is_some_and(|here| here.path == entry.path);
            let current = match (here, entry.path == path) {
                (true, true) => " aria-current=\"page\"",
                (true, false) => " aria-current=\"true\"",
                _ => "",
            };
            let _ = write!(
                html,
                "<li><a href=\"{}\"{current}>{}</a></li>",
                address(up, &entry.path),
                escaped(&entry.title)
            );
        }
        html.push_str("</ul>");
    }
    html
}

fn address(up: &str, path: &str) -> String {
    format!("{up}{}", path.replace(".md", ".html"))
}
