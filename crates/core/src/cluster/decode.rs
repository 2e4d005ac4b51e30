//! yaml.v2's typed decoding, driven by the key table: last one wins, maps merge, null resets, errors are collected.

use std::borrow::Cow;
use std::collections::HashMap;

use super::generic::is_merge;
use super::time;
use super::value::{Field, Shape, Value};
use crate::problem::{Kept, Problem, UnknownKey};
use crate::schema::{Kind, Schema, Struct, Type};
use crate::text::Span;
use crate::yaml::scalar::{Resolved, decoded_text, leaves_pointer_nil, resolve, short_tag};
use crate::yaml::{Data, Document, Node, NodeId};

/// Aliases within aliases are followed this far; documents that pass the generic check stay far below.
const MAX_ALIAS_DEPTH: usize = 64;

pub struct Decoded {
    pub value: Value,
    pub problems: Vec<Problem>,
    /// All behind `Failed to parse cluster file: `, where the decoder refuses the file.
    pub error: Option<String>,
}

pub fn decode(document: &Document) -> Decoded {
    let mut decoder = Decoder::new(document);
    let mut value = Value::default();
    if let Some(root) = document.root {
        decoder.unmarshal(root, decoder.schema.root(), &mut value);
    }
    let type_errors = decoder.type_errors;
    let collected =
        (!type_errors.is_empty()).then(|| format!("yaml: unmarshal errors:\n  {}", type_errors.join("\n  ")));
    Decoded { value, problems: decoder.problems, error: decoder.fatal.or(collected) }
}

/// Whether the value, with everything below it, is sure to decode as this type without an error: nothing of it is
/// decoded again.
pub fn fits(document: &Document, value: NodeId, ty: &'static Type) -> bool {
    let mut decoder = Decoder::new(document);
    decoder.unmarshal(value, ty, &mut Value::default())
        && decoder.type_errors.is_empty()
        && decoder.fatal.is_none()
        && !decoder.again
}

struct Decoder<'d> {
    document: &'d Document,
    schema: &'static Schema,
    path: Vec<Part<'d>>,
    problems: Vec<Problem>,
    type_errors: Vec<String>,
    /// An error that ends the decoding at once.
    fatal: Option<String>,
    aliases: usize,
    /// A block was met that another decoder reads as well.
    again: bool,
}

enum Part<'d> {
    Key(Cow<'d, str>),
    Item(usize),
}

impl<'d> Decoder<'d> {
    fn new(document: &'d Document) -> Self {
        Self {
            document,
            schema: Schema::get(),
            path: Vec::new(),
            problems: Vec::new(),
            type_errors: Vec::new(),
            fatal: None,
            aliases: 0,
            again: false,
        }
    }

    /// `false` where the value does not fit; `out` then stays as it was.
    fn unmarshal(&mut self, id: NodeId, ty: &'static Type, out: &mut Value) -> bool {
        let node = self.document.node(id);
        match &node.data {
            Data::Alias { target, .. } => {
                if self.aliases == MAX_ALIAS_DEPTH {
                    return false;
                }
                self.aliases += 1;
                let fits = self.unmarshal(*target, ty, out);
                self.aliases -= 1;
                fits
            }
            Data::Scalar { text, implicit, .. } => self.scalar(node, text, *implicit, ty, out),
            Data::Sequence { items, .. } => match &ty.kind {
                Kind::List(item) => {
                    self.list(items, item, node.span, out);
                    true
                }
                _ => self.mismatch(node, "!!seq", "", ty),
            },
            Data::Mapping { entries, .. } => match &ty.kind {
                Kind::Struct(index) => {
                    let structure = self.schema.structure(*index);
                    self.structure(id, entries.len(), structure, ty, out);
                    true
                }
                Kind::Map(value) => {
                    self.map(id, value, ty, out);
                    true
                }
                _ => self.mismatch(node, "!!map", "", ty),
            },
        }
    }

    fn scalar(&mut self, node: &'d Node, text: &str, implicit: bool, ty: &'static Type, out: &mut Value) -> bool {
        let tag = node.tag.as_deref();
        let resolved = resolve(tag, text, implicit).unwrap_or(Resolved::Text);
        let stays_pointer = ty.pointer && leaves_pointer_nil(tag, text, implicit);
        let shape = match (&ty.kind, &resolved) {
            (_, Resolved::Null) if ty.pointer && !stays_pointer => Some(zero(&ty.kind)),
            (_, Resolved::Null) => Some(Shape::Nil),
            (Kind::Text, Resolved::Binary(decoded)) => Some(Shape::Text(decoded.clone())),
            (Kind::Text, _) if !stays_pointer => Some(Shape::Text(text.to_owned())),
            (Kind::Bool, Resolved::Bool(value)) => Some(Shape::Bool(*value)),
            (Kind::Int { bits }, resolved) => integer(resolved, *bits).map(Shape::Int),
            (Kind::Float, Resolved::Int(value)) => Some(Shape::Float(*value as f64)),
            (Kind::Float, Resolved::UInt(value)) => Some(Shape::Float(*value as f64)),
            (Kind::Float, Resolved::Float(value)) => Some(Shape::Float(*value)),
            (Kind::Time, _) => match time::rfc3339(text) {
                Ok(()) => Some(Shape::Text(text.to_owned())),
                Err(error) => {
                    let problem = Problem::Mismatch {
                        span: node.span,
                        at: self.at(),
                        wanted: "an RFC 3339 time",
                        error: error.clone(),
                    };
                    self.problems.push(problem);
                    self.fatal.get_or_insert(error);
                    return false;
                }
            },
            _ => None,
        };
        match shape {
            Some(shape) => {
                *out = Value { span: node.span, shape };
                true
            }
            None => self.mismatch(node, resolved.tag(), text, ty),
        }
    }

    fn list(&mut self, items: &[NodeId], ty: &'static Type, span: Span, out: &mut Value) {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.push(Part::Item(index));
            let mut value = Value { span: self.document.resolve(*item).span, shape: Shape::Nil };
            if self.unmarshal(*item, ty, &mut value) {
                values.push(value);
            }
            self.path.pop();
        }
        *out = Value { span, shape: Shape::List(values) };
    }

    fn structure(
        &mut self,
        id: NodeId,
        capacity: usize,
        structure: &'static Struct,
        ty: &'static Type,
        out: &mut Value,
    ) {
        self.again |= structure.again;
        let mut fields = into_fields(out, capacity);
        let mut written: Vec<(&'static str, Span)> = Vec::with_capacity(capacity);
        let mut unknown: Vec<(&'d str, Span)> = Vec::new();
        for entry in self.document.entries(id) {
            let key_node = self.document.node(entry.key);
            if is_merge(key_node) {
                self.merge(entry.value, ty, &mut fields);
                continue;
            }
            let Some(name) = self.document.scalar(entry.key) else { continue };
            let key_span = key_node.span;
            let Some(key) = structure.key(&self.key_text(entry.key, name)) else {
                if !structure.again {
                    self.unknown(id, name, key_span, entry.value, structure.name, &mut unknown);
                }
                continue;
            };
            self.path.push(Part::Key(Cow::Borrowed(key.name)));
            let seen = written.iter().find(|(other, _)| *other == key.name).map(|(_, span)| *span);
            let slot = match fields.iter_mut().position(|f| f.name == key.name) {
                Some(at) => at,
                None => {
                    let value = Value { span: absent(key_span), shape: Shape::Nil };
                    fields.push(Field { name: Cow::Borrowed(key.name), key: key_span, value });
                    fields.len() - 1
                }
            };
            fields[slot].key = key_span;
            let mut value = std::mem::take(&mut fields[slot].value);
            self.unmarshal(entry.value, &key.ty, &mut value);
            if let Some(first) = seen {
                let kept = match (&value.shape, &key.ty.kind) {
                    (Shape::Nil, _) => Kept::Nothing,
                    (_, Kind::Struct(_) | Kind::Map(_)) => Kept::Merged,
                    _ => Kept::Last,
                };
                self.problems.push(Problem::DuplicateKey { span: key_span, first, at: self.at(), kept });
            } else {
                written.push((key.name, key_span));
            }
            fields[slot].value = value;
            self.path.pop();
        }
        self.report_duplicates(&unknown);
        *out = Value { span: self.document.resolve(id).span, shape: Shape::Fields(fields) };
    }

    fn map(&mut self, id: NodeId, value_type: &'static Type, ty: &'static Type, out: &mut Value) {
        let entries = self.document.entries(id);
        let mut fields = into_fields(out, entries.len());
        let mut places = places(&fields);
        let mut written: HashMap<Cow<'d, str>, Span> = HashMap::with_capacity(entries.len());
        for entry in entries {
            let key_node = self.document.node(entry.key);
            if is_merge(key_node) {
                self.merge(entry.value, ty, &mut fields);
                places = self::places(&fields);
                continue;
            }
            let Some(name) = self.document.scalar(entry.key).map(|name| self.key_text(entry.key, name)) else {
                continue;
            };
            self.path.push(Part::Key(name.clone()));
            let mut value = Value { span: absent(key_node.span), shape: Shape::Nil };
            let fits = self.unmarshal(entry.value, value_type, &mut value);
            if let Some(first) = written.insert(name.clone(), key_node.span) {
                let at = self.at();
                self.problems.push(Problem::DuplicateKey { span: key_node.span, first, at, kept: Kept::Last });
            }
            self.path.pop();
            if !fits {
                continue;
            }
            let field = Field { name: Cow::Owned(name.to_string()), key: key_node.span, value };
            match places.get(&name) {
                Some(at) => fields[*at] = field,
                None => {
                    places.insert(name, fields.len());
                    fields.push(field);
                }
            }
        }
        *out = Value { span: self.document.resolve(id).span, shape: Shape::Fields(fields) };
    }

    /// The merge is applied where it stands: it overwrites what is written before it.
    fn merge(&mut self, id: NodeId, ty: &'static Type, fields: &mut Vec<Field>) {
        let sources: Vec<NodeId> = match &self.document.node(id).data {
            Data::Sequence { items, .. } => items.iter().rev().copied().collect(),
            _ => vec![id],
        };
        let mut value = Value { span: Span::default(), shape: Shape::Fields(std::mem::take(fields)) };
        for source in sources {
            if matches!(self.document.resolve(source).data, Data::Mapping { .. }) {
                self.unmarshal(source, ty, &mut value);
            }
        }
        if let Shape::Fields(merged) = value.shape {
            *fields = merged;
        }
    }

    fn key_text(&self, key: NodeId, written: &'d str) -> Cow<'d, str> {
        decoded_text(self.document.resolve(key).tag.as_deref(), written)
    }

    fn unknown(
        &mut self,
        mapping: NodeId,
        name: &'d str,
        span: Span,
        value: NodeId,
        parent: &'static str,
        seen: &mut Vec<(&'d str, Span)>,
    ) {
        self.path.push(Part::Key(Cow::Borrowed(name)));
        let siblings = self.document.entries(mapping).iter().filter_map(|e| self.document.scalar(e.key));
        let unknown = UnknownKey {
            span,
            entry: span.to(self.document.node(value).span),
            at: self.at(),
            key: name.to_owned(),
            parent,
            siblings: siblings.filter(|s| *s != name).take(64).map(str::to_owned).collect(),
        };
        // The same place is met again through each alias of its block.
        if !self.problems.iter().any(|p| matches!(p, Problem::UnknownKey(other) if other.span == span)) {
            self.problems.push(Problem::UnknownKey(unknown));
        }
        self.path.pop();
        seen.push((name, span));
    }

    fn report_duplicates(&mut self, unknown: &[(&'d str, Span)]) {
        for (index, (name, span)) in unknown.iter().enumerate() {
            if let Some((_, first)) = unknown[..index].iter().find(|(other, _)| other == name) {
                self.path.push(Part::Key(Cow::Borrowed(name)));
                let at = self.at();
                self.path.pop();
                self.problems.push(Problem::DuplicateKey { span: *span, first: *first, at, kept: Kept::Last });
            }
        }
    }

    fn mismatch(&mut self, node: &Node, tag: &str, text: &str, ty: &Type) -> bool {
        let tag = node.tag.as_deref().map_or_else(|| tag.to_owned(), short_tag);
        let value = match tag.as_str() {
            "!!seq" | "!!map" => text.to_owned(), // bare, where the tag is a scalar's
            _ if text.len() > 10 => format!(" `{}...`", String::from_utf8_lossy(&text.as_bytes()[..7])),
            _ => format!(" `{text}`"),
        };
        let untagged = node.tag.is_none() && matches!(node.data, Data::Scalar { .. });
        let nil_pointer = ty.pointer && untagged && (text == "null" || text == "~");
        let star = if nil_pointer { "*" } else { "" };
        let error = format!("line {}: cannot unmarshal {tag}{value} into {star}{}", node.line, ty.go);
        self.type_errors.push(error.clone());
        let span =
            if node.span.is_empty() { Span::new(node.span.start.saturating_sub(1), node.span.end) } else { node.span };
        self.problems.push(Problem::Mismatch { span, at: self.at(), wanted: wanted(&ty.kind), error });
        false
    }

    fn at(&self) -> String {
        let mut text = String::new();
        for part in &self.path {
            match part {
                Part::Key(key) if text.is_empty() => text.push_str(key),
                Part::Key(key) => text.extend([".", key]),
                Part::Item(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }
}

/// Where each field stands.
fn places<'d>(fields: &[Field]) -> HashMap<Cow<'d, str>, usize> {
    fields.iter().enumerate().map(|(at, field)| (field.name.to_string().into(), at)).collect()
}

/// Where a value would stand that is not there.
fn absent(key: Span) -> Span {
    Span::new(key.end, key.end)
}

fn into_fields(out: &mut Value, capacity: usize) -> Vec<Field> {
    match std::mem::take(&mut out.shape) {
        Shape::Fields(fields) => fields,
        _ => Vec::with_capacity(capacity),
    }
}

fn zero(kind: &Kind) -> Shape {
    match kind {
        Kind::Bool => Shape::Bool(false),
        Kind::Int { .. } => Shape::Int(0),
        Kind::Float => Shape::Float(0.0),
        Kind::Struct(_) => Shape::Fields(Vec::new()),
        Kind::Text | Kind::Time | Kind::List(_) | Kind::Map(_) => Shape::Nil,
    }
}

fn integer(resolved: &Resolved, bits: u32) -> Option<i64> {
    let value = match resolved {
        Resolved::Int(value) => *value,
        // Truncated toward zero; Go gives the lowest integer for a float far below it.
        Resolved::Float(value) if *value <= i64::MAX as f64 => *value as i64,
        _ => return None,
    };
    (bits == 64 || i32::try_from(value).is_ok()).then_some(value)
}

/// What a type wants, in words.
fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "true or false",
        Kind::Int { .. } => "an integer",
        Kind::Float => "a number",
        Kind::Text => "text",
        Kind::Time => "an RFC 3339 time",
        Kind::List(_) => "a list",
        Kind::Map(_) | Kind::Struct(_) => "a map",
    }
}
