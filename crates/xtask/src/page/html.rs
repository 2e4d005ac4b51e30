//! Elements of a page and where they stand in its text.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, Spanned, Token, Tokenizer};
use std::collections::BTreeMap;
use std::ops::Range;

/// A start tag; with `script` and `style` also what follows up to their end.
pub struct Element {
    pub name: String,
    attributes: BTreeMap<String, String>,
    /// From `<` of the start tag to `>` of the end tag.
    pub outer: Range<usize>,
    /// The text of `script` and `style`; empty otherwise.
    pub inner: Range<usize>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// A script that runs, unlike a block of data.
    pub fn is_code(&self) -> bool {
        self.name == "script" && matches!(self.attribute("type"), None | Some("" | "module" | "text/javascript"))
    }

    pub fn is_module(&self) -> bool {
        self.name == "script" && self.attribute("type") == Some("module")
    }
}

pub fn elements(html: &str) -> Vec<Element> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut found: Vec<Element> = Vec::new();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => found.push(Element {
                name: text(&tag.name),
                attributes: tag.attributes.iter().map(attribute).collect(),
                outer: tag.span.start..tag.span.end,
                inner: tag.span.end..tag.span.end,
            }),
            Token::EndTag(tag) => {
                let open = found.last_mut().filter(|last| matches!(last.name.as_str(), "script" | "style"));
                if let Some(open) = open.filter(|open| open.name.as_bytes() == tag.name.as_slice()) {
                    open.inner.end = tag.span.start;
                    open.outer.end = tag.span.end;
                }
            }
            _ => {}
        }
    }
    found
}

fn text(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn attribute((name, value): (&HtmlString, &Spanned<HtmlString, usize>)) -> (String, String) {
    (text(name), text(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_cover_tags_and_script_text() {
        let html = "<!doctype html><!-- <script src=no> --><head>\n<script type=module>if (a < b) '<p>';</script>\
                    <link rel=\"icon\" href='é.svg'></head>";
        let found = elements(html);
        let names: Vec<_> = found.iter().map(|element| element.name.as_str()).collect();
        assert_eq!(names, ["head", "script", "link"]);
        assert_eq!(&html[found[1].inner.clone()], "if (a < b) '<p>';");
        assert_eq!(&html[found[1].outer.clone()], "<script type=module>if (a < b) '<p>';</script>");
        assert_eq!(&html[found[2].outer.clone()], "<link rel=\"icon\" href='é.svg'>");
        assert_eq!(found[2].attribute("href"), Some("é.svg"));
        assert!(found[1].is_module() && found[1].is_code() && !found[2].is_code());
    }
}
