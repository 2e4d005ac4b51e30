//! The file as rke's second passes see it: JSON values as Go holds them, each with its place in the file.

use std::fmt::Write as _;

use super::super::generic::{is_merge, key_text, plain};
use crate::text::Span;
use crate::yaml::scalar::{Resolved, resolve};
use crate::yaml::{Data, Document, NodeId};

#[derive(Clone, Debug, PartialEq)]
pub struct Json {
    pub span: Span,
    pub shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Null,
    Bool(bool),
    /// Every number is one of these in Go: integers beyond 2^53 lose digits.
    Number(f64),
    Text(String),
    List(Vec<Json>),
    /// Sorted by name.
    Map(Vec<Member>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    pub name: String,
    pub key: Span,
    pub value: Json,
}

impl Json {
    /// Call it only on documents that passed [`super::super::generic::check`].
    pub fn read(document: &Document, id: NodeId) -> Self {
        let node = document.resolve(id);
        let shape = match &node.data {
            Data::Scalar { text, implicit, .. } => match resolve(node.tag.as_deref(), text, *implicit) {
                Ok(Resolved::Null) => Shape::Null,
                Ok(Resolved::Bool(value)) => Shape::Bool(value),
                Ok(Resolved::Int(value)) => Shape::Number(value as f64),
                Ok(Resolved::UInt(value)) => Shape::Number(value as f64),
                Ok(Resolved::Float(value)) => Shape::Number(value),
                Ok(Resolved::Binary(value)) => Shape::Text(value),
                _ => Shape::Text(text.to_string()),
            },
            Data::Sequence { items, .. } => Shape::List(items.iter().map(|item| Self::read(document, *item)).collect()),
            Data::Mapping { .. } => {
                let mut members = Vec::new();
                collect(document, id, &mut members);
                Shape::Map(members)
            }
            Data::Alias { .. } => Shape::Null,
        };
        Self { span: node.span, shape }
    }

    pub fn members(&self) -> &[Member] {
        match &self.shape {
            Shape::Map(members) => members,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Self] {
        match &self.shape {
            Shape::List(items) => items,
            _ => &[],
        }
    }

    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().find(|m| m.name == name)
    }

    /// Takes the value under a path of keys out, where everything above it is a map.
    pub fn take(&mut self, path: &[&str]) -> Option<Member> {
        let Shape::Map(members) = &mut self.shape else { return None };
        let at = members.iter().position(|m| m.name == path[0])?;
        match &path[1..] {
            [] => Some(members.remove(at)),
            rest => members[at].value.take(rest),
        }
    }

    /// As Go's type errors name it.
    pub const fn kind(&self) -> &'static str {
        match self.shape {
            Shape::Null => "null",
            Shape::Bool(_) => "bool",
            Shape::Number(_) => "number",
            Shape::Text(_) => "string",
            Shape::List(_) => "array",
            Shape::Map(_) => "object",
        }
    }

    /// As Go's json.Marshal writes it.
    pub fn write(&self, out: &mut String) {
        match &self.shape {
            Shape::Null => out.push_str("null"),
            Shape::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Shape::Number(value) => out.push_str(&number(*value)),
            Shape::Text(value) => write_text(value, out),
            Shape::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Shape::Map(members) => {
                out.push('{');
                for (index, member) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    write_text(&member.name, out);
                    out.push(':');
                    member.value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Go escapes what could end a script element, and the two line separators of Unicode.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// A number as Go writes it in JSON: digits from 1e-6 up to 1e21.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((mantissa, exponent)) if !exponent.starts_with('-') => format!("{mantissa}e+{exponent}"),
            _ => text,
        };
    }
    format!("{value}")
}

/// Whether encoding/json takes a name for a field's: in any case, the long s and the sign of the kelvin included.
pub fn is_named(name: &str, field: &str) -> bool {
    field.eq_ignore_ascii_case(&name.replace('\u{17f}', "s").replace('\u{212a}', "k"))
}

/// The entry that counts for a key: the last one, merges applied where they stand.
pub fn entry(document: &Document, mapping: NodeId, name: &str) -> Option<(Span, NodeId)> {
    let mut found = None;
    for entry_ in document.entries(mapping) {
        let key = document.node(entry_.key);
        if is_merge(key) {
            for source in merge_sources(document, entry_.value) {
                found = entry(document, source, name).or(found);
            }
        } else if document.scalar(entry_.key) == Some(name) {
            found = Some((key.span, entry_.value));
        }
    }
    found
}

/// What is merged, in the order in which it is applied: the last applied wins.
fn merge_sources(document: &Document, value: NodeId) -> Vec<NodeId> {
    match &document.node(value).data {
        Data::Sequence { items, .. } => items.iter().rev().copied().collect(),
        _ => vec![value],
    }
}

fn collect(document: &Document, mapping: NodeId, members: &mut Vec<Member>) {
    for entry in document.entries(mapping) {
        let key = document.node(entry.key);
        if is_merge(key) {
            for source in merge_sources(document, entry.value) {
                collect(document, source, members);
            }
        } else {
            let name = key_text(&plain(document, entry.key));
            let member = Member { name, key: key.span, value: Json::read(document, entry.value) };
            match members.binary_search_by(|other| other.name.cmp(&member.name)) {
                Ok(at) => members[at] = member,
                Err(at) => members.insert(at, member),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let (document, _) = Document::parse(text);
        let mut out = String::new();
        Json::read(&document, document.root.unwrap()).write(&mut out);
        out
    }

    #[test]
    fn writes_what_go_writes() {
        assert_eq!(
            written("b: [~, yes, 022]\na: \"<&\\t\\x01\"\n"),
            r#"{"a":"\u003c\u0026\t\u0001","b":[null,true,18]}"#
        );
        assert_eq!(
            written("[1e21, 1e20, 1.5e-7, 0.25, 9007199254740993]"),
            "[1e+21,100000000000000000000,1.5e-7,0.25,9007199254740992]"
        );
    }

    #[test]
    fn the_last_entry_counts_and_merges_count_where_they_stand() {
        let (document, _) = Document::parse("m: &m {a: 1, b: 1}\nx: {a: 2, <<: *m, b: 3}\n");
        let root = document.root.unwrap();
        let x = entry(&document, root, "x").unwrap().1;
        let text = |name| document.scalar(entry(&document, x, name).unwrap().1);
        assert_eq!((text("a"), text("b")), (Some("1"), Some("3")));
    }
}
