//! Markdown to HTML: headings get names, links lead to pages of the site, examples say what is found in them.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::Source;
use crate::example::{Example, Info};

pub struct Rendered {
    /// Of the first heading, as plain text.
    pub title: String,
    pub html: String,
}

pub fn render(source: &Source) -> Result<Rendered> {
    let mut out: Vec<Event<'_>> = Vec::new();
    let mut title = None;
    let mut heading: Option<(usize, String)> = None;
    let mut block: Option<(String, String)> = None;
    let mut in_link = false;
    let mut names = BTreeSet::new();
    for event in Parser::new_ext(&source.markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                heading = Some((out.len(), String::new()));
                out.push(event);
            }
            Event::End(TagEnd::Heading(_)) => {
                let (at, text) = heading.take().context("a heading ends that did not begin")?;
                if let Event::Start(Tag::Heading { id, .. }) = &mut out[at] {
                    *id = Some(unlike(&mut names, slug(&text)).into());
                }
                title = title.or(Some(text));
                out.push(event);
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                block = Some((info, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                let (info, text) = block.take().context("a block of code ends that did not begin")?;
                let example = Example { info: Info::read(&info)?, text };
                out.push(Event::Html(example.html(&source.path).into()));
            }
            Event::Text(text) if block.is_some() => {
                block.as_mut().context("in a block of code")?.1.push_str(&text);
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                in_link = true;
                let dest_url = page_address(&dest_url).into();
                out.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::End(TagEnd::Link) => {
                in_link = false;
                out.push(event);
            }
            Event::Start(Tag::Table(_)) => {
                out.push(Event::Html(
                    "<div class=\"table\" role=\"group\" aria-label=\"table\" tabindex=\"0\">".into(),
                ));
                out.push(event);
            }
            Event::End(TagEnd::Table) => out.extend([event, Event::Html("</div>".into())]),
            Event::Text(text) => {
                if let Some((_, heading)) = &mut heading {
                    heading.push_str(&text);
                }
                if in_link || heading.is_some() { out.push(Event::Text(text)) } else { linked(&text, &mut out) }
            }
            Event::Code(code) => {
                if let Some((_, heading)) = &mut heading {
                    heading.push_str(&code);
                }
                out.push(Event::Code(code));
            }
            other => out.push(other),
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, out.into_iter());
    Ok(Rendered { title: title.context("the page has no heading")?, html: page })
}

/// The examples of a source, with nothing rendered.
pub fn examples(source: &Source) -> Result<Vec<Example>> {
    let mut found = Vec::new();
    let mut block: Option<Example> = None;
    for event in Parser::new_ext(&source.markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some(Example { info: Info::read(&info)?, text: String::new() });
            }
            Event::Text(text) => {
                if let Some(example) = &mut block {
                    example.text.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(block.take()),
            _ => {}
        }
    }
    Ok(found)
}

/// As in `#a-bare-host-name`.
pub fn slug(heading: &str) -> String {
    let words = heading.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// A heading that is there twice gets a number.
fn unlike(names: &mut BTreeSet<String>, name: String) -> String {
    let numbered = (2_u32..).map(|number| format!("{name}-{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| !names.contains(name)).unwrap_or(name);
    names.insert(free.clone());
    free
}

/// `urls.md#table` is `urls.html#table` on the site.
fn page_address(written: &str) -> String {
    let (file, anchor) = written.split_once('#').map_or((written, None), |(file, anchor)| (file, Some(anchor)));
    let file = match file.strip_suffix(".md") {
        Some(name) if !file.contains("://") => format!("{name}.html"),
        _ => file.to_owned(),
    };
    anchor.map_or(file.clone(), |anchor| format!("{file}#{anchor}"))
}

/// Bare addresses, as the rules' sources have them, become links.
fn linked<'t>(text: &str, out: &mut Vec<Event<'t>>) {
    let mut rest = text;
    while let Some(at) = rest.find("https://") {
        let (before, from) = rest.split_at(at);
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        let address = from[..end].trim_end_matches(['.', ',', ';', ')']);
        out.push(Event::Text(CowStr::from(before.to_owned())));
        out.push(Event::InlineHtml(format!("<a href=\"{0}\">{0}</a>", escaped(address)).into()));
        rest = &from[address.len()..];
    }
    out.push(Event::Text(CowStr::from(rest.to_owned())));
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        let source = Source { path: "a/b.md".to_owned(), markdown: markdown.to_owned(), generated: false };
        render(&source).unwrap().html
    }

    #[test]
    fn headings_are_named_and_links_lead_to_pages() {
        let page = html("# A `b_c`, d\n\n[x](../urls.md#t) [y](https://e.org/a.md) see https://e.org/z.\n");
        assert!(page.contains("<h1 id=\"a-b_c-d\">A <code>b_c</code>, d</h1>"), "{page}");
        assert!(page.contains("<a href=\"../urls.html#t\">x</a>"), "{page}");
        assert!(page.contains("<a href=\"https://e.org/a.md\">y</a>"), "{page}");
        assert!(page.contains("<a href=\"https://e.org/z\">https://e.org/z</a>."), "{page}");
    }
}
