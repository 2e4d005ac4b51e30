//! The file as a plain value: what ghodss/yaml v1.0.0 makes of it, rke's first step with every file.
//!
//! yaml.v2 into untyped values, then to JSON. Everything that can fail there fails here, in its words.

use super::go_syntax::{float, go_syntax};
use crate::text::Span;
use crate::yaml::scalar::{Resolved, resolve};
use crate::yaml::{Data, Document, Entry, Node, NodeId};

/// A value without types or places; keys sorted as Go writes JSON objects.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Text(String),
    /// A list or a map: [`go_syntax`] reads these from the document.
    Collection,
}

/// Why no value can be made of a text that parses, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Undecodable {
    pub span: Span,
    /// Everything behind `Failed to parse cluster file: `.
    pub error: String,
}

const FROM_JSON: &str = "error unmarshalling clusterfile: error unmarshaling JSON: ";
/// Of Go's JSON decoder.
const MOST_LEVELS: usize = 10_000;
const TO_JSON: &str = "error unmarshalling clusterfile: error converting YAML to JSON: ";

/// Walks the whole document as the decoder does.
pub fn check(document: &Document) -> Result<(), Undecodable> {
    let Some(root) = document.root else { return Ok(()) };
    let mut walk = Walk::new(document);
    walk.run(root).map_err(|(span, error)| Undecodable { span, error: format!("{TO_JSON}{}", in_yaml(error)) })?;
    if let Some((span, error)) = walk.unsupported.then(|| unsupported(document, root)).flatten() {
        return Err(Undecodable { span, error: format!("{TO_JSON}{error}") });
    }
    let in_json = |span, error| Undecodable { span, error: format!("{FROM_JSON}{error}") };
    if let Some((span, bracket)) = walk.too_deep {
        return Err(in_json(span, format!("invalid character '{bracket}' exceeded max depth")));
    }
    let node = document.resolve(root);
    let json_type = match &node.data {
        Data::Mapping { .. } | Data::Alias { .. } => return Ok(()),
        Data::Sequence { .. } => "array",
        Data::Scalar { text, implicit, .. } => match resolve(node.tag.as_deref(), text, *implicit) {
            Ok(Resolved::Null) => return Ok(()),
            Ok(Resolved::Bool(_)) => "bool",
            Ok(Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_)) => "number",
            _ => "string",
        },
    };
    let error = format!("json: cannot unmarshal {json_type} into Go value of type map[string]interface {{}}");
    Err(in_json(node.span, error))
}

/// Errors of yaml.v2 carry its prefix, those of ghodss do not.
fn in_yaml(error: String) -> String {
    format!("yaml: {error}")
}

type Failure = (Span, String);

struct Walk<'d> {
    document: &'d Document,
    decoded: u64,
    by_alias: u64,
    /// Aliases that are being followed.
    active: Vec<NodeId>,
    /// A key that ghodss cannot make a text, or a number that JSON does not have, was met: it may yet be overwritten.
    unsupported: bool,
    /// The first value that is nested too deep for JSON, aliases followed, and its bracket there.
    too_deep: Option<(Span, char)>,
    /// What is still to do, the next one last.
    steps: Vec<Step>,
}

/// Of a walk that keeps its own stack: the text decides how deep it goes.
enum Step {
    /// The value in so many collections.
    Node(NodeId, usize),
    /// Of a mapping in so many collections: its key is decoded.
    Key(NodeId),
    Merge(NodeId, usize),
    /// The alias is followed to its end.
    Left,
}

impl<'d> Walk<'d> {
    fn new(document: &'d Document) -> Self {
        let (active, steps) = (Vec::new(), Vec::new());
        Self { document, decoded: 0, by_alias: 0, active, unsupported: false, too_deep: None, steps }
    }

    fn run(&mut self, root: NodeId) -> Result<(), Failure> {
        self.steps.push(Step::Node(root, 0));
        while let Some(step) = self.steps.pop() {
            match step {
                Step::Node(id, depth) => self.node(id, depth)?,
                Step::Key(id) => self.key(id)?,
                Step::Merge(id, depth) => self.merge(id, depth)?,
                Step::Left => drop(self.active.pop()),
            }
        }
        Ok(())
    }

    fn node(&mut self, id: NodeId, depth: usize) -> Result<(), Failure> {
        let node = self.document.node(self.document.written(id));
        self.decoded += 1;
        self.by_alias += u64::from(!self.active.is_empty());
        if self.by_alias > 100
            && self.decoded > 1000
            && self.by_alias as f64 / self.decoded as f64 > allowed_alias_ratio(self.decoded)
        {
            return Err((node.span, "document contains excessive aliasing".to_owned()));
        }
        match &node.data {
            Data::Alias { name, target } => {
                if self.active.contains(&id) {
                    return Err((node.span, format!("anchor '{name}' value contains itself")));
                }
                self.active.push(id);
                self.steps.extend([Step::Left, Step::Node(*target, depth)]);
            }
            Data::Scalar { text, implicit, .. } => match resolve(node.tag.as_deref(), text, *implicit) {
                Err(error) => return Err((node.span, error)),
                Ok(resolved) => {
                    self.unsupported |= matches!(resolved, Resolved::Float(value) if !value.is_finite());
                }
            },
            Data::Sequence { items, .. } => {
                self.enter(node, depth, '[');
                self.steps.extend(items.iter().rev().map(|item| Step::Node(*item, depth + 1)));
            }
            Data::Mapping { entries, .. } => {
                self.enter(node, depth, '{');
                for entry in entries.iter().rev() {
                    if is_merge(self.document.node(entry.key)) {
                        self.steps.push(Step::Merge(entry.value, depth));
                        continue;
                    }
                    let (key, value) = (Step::Node(entry.key, depth + 1), Step::Node(entry.value, depth + 1));
                    self.steps.extend([value, Step::Key(entry.key), key]);
                }
            }
        }
        Ok(())
    }

    fn enter(&mut self, node: &Node, depth: usize, bracket: char) {
        if depth == MOST_LEVELS {
            self.too_deep.get_or_insert((node.span, bracket));
        }
    }

    fn key(&mut self, id: NodeId) -> Result<(), Failure> {
        let id = self.document.written(id);
        let key = self.document.resolve(id);
        match &key.data {
            // As most keys begin, no null and no number does.
            Data::Scalar { text, .. }
                if key.tag.is_none() && text.starts_with(|c| matches!(c, 'a'..='m' | 'o'..='z')) =>
            {
                Ok(())
            }
            Data::Scalar { text, implicit, .. } => {
                let key = resolve(key.tag.as_deref(), text, *implicit);
                self.unsupported |= matches!(key, Ok(Resolved::Null | Resolved::UInt(_)));
                Ok(())
            }
            _ => Err((key.span, format!("invalid map key: {}", go_syntax(self.document, id)))),
        }
    }

    fn merge(&mut self, id: NodeId, depth: usize) -> Result<(), Failure> {
        let node = self.document.node(self.document.written(id));
        let is_map = |id: NodeId| matches!(self.document.resolve(self.document.written(id)).data, Data::Mapping { .. });
        let sources: Vec<NodeId> = match &node.data {
            Data::Mapping { .. } | Data::Alias { .. } => vec![id],
            Data::Sequence { items, .. } => items.clone(),
            Data::Scalar { .. } => Vec::new(),
        };
        if matches!(node.data, Data::Scalar { .. }) || !sources.iter().all(|s| is_map(*s)) {
            let error = "map merge requires map or sequence of maps as the value";
            return Err((node.span, error.to_owned()));
        }
        // The last one is applied first.
        self.steps.extend(sources.into_iter().map(|source| Step::Node(source, depth)));
        Ok(())
    }
}

/// Why the value under `id`, of what counts in the end, is none of JSON: a null or a number from 2^63 on as a key before
/// a number that JSON does not have, each the first in the order of keys.
fn unsupported(document: &Document, id: NodeId) -> Option<Failure> {
    let (mut bad_key, mut infinite) = (None, None);
    find_unsupported(document, id, &mut bad_key, &mut infinite);
    bad_key.or(infinite)
}

fn find_unsupported(document: &Document, id: NodeId, bad_key: &mut Option<Failure>, infinite: &mut Option<Failure>) {
    let node = document.resolve(id);
    match &node.data {
        Data::Sequence { items, .. } => {
            items.iter().for_each(|item| find_unsupported(document, *item, bad_key, infinite));
        }
        Data::Mapping { .. } => {
            for (key, entry) in counting(document, id) {
                let named = match key {
                    Plain::Null => Some(("%!s(<nil>)", "<nil>".to_owned())),
                    Plain::UInt(number) => Some(("uint64", format!("{number:#x}"))),
                    _ => None,
                };
                if let Some((go, named)) = named {
                    let value = match plain(document, entry.value) {
                        Plain::Null => "<nil>".to_owned(),
                        _ => go_syntax(document, entry.value),
                    };
                    let error = format!("Unsupported map key of type: {go}, key: {named}, value: {value}");
                    let key = document.resolve(entry.key).span;
                    bad_key.get_or_insert((if key.is_empty() { node.span } else { key }, error));
                }
                find_unsupported(document, entry.value, bad_key, infinite);
            }
        }
        _ => {
            if let Plain::Float(value) = plain(document, id)
                && !value.is_finite()
            {
                infinite.get_or_insert((node.span, format!("json: unsupported value: {}", float(value))));
            }
        }
    }
}

/// The entries of a mapping that count, in the order of keys: of equal keys, merged ones too, the last.
pub fn counting(document: &Document, mapping: NodeId) -> Vec<(Plain, &Entry)> {
    let mut entries = Vec::new();
    each_entry(document, mapping, &mut |entry| {
        let key = plain(document, entry.key);
        entries.push((key_text(&key), key, entry));
    });
    entries.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let mut found: Vec<(Plain, &Entry)> = Vec::new();
    // Equal keys have the same text, so only those of one text are compared.
    let (mut before, mut first) = (None, 0);
    for (text, key, entry) in entries {
        if before.as_ref() != Some(&text) {
            (before, first) = (Some(text), found.len());
        }
        match found[first..].iter_mut().find(|(other, _)| *other == key) {
            Some(slot) => slot.1 = entry,
            None => found.push((key, entry)),
        }
    }
    found
}

/// The share of decoding that may come from aliases: 99 % up to 400,000 steps, 10 % from 4,000,000 on.
fn allowed_alias_ratio(decoded: u64) -> f64 {
    const LOW: f64 = 400_000.0;
    const HIGH: f64 = 4_000_000.0;
    0.99 - 0.89 * ((decoded as f64).clamp(LOW, HIGH) - LOW) / (HIGH - LOW)
}

/// `<<`, plain or with the merge tag.
pub fn is_merge(key: &Node) -> bool {
    let merge_tag = key.tag.as_deref() == Some("tag:yaml.org,2002:merge");
    matches!(&key.data, Data::Scalar { text, implicit, .. } if &**text == "<<" && (*implicit || merge_tag))
}

/// The value under `id`; call it only on documents that passed [`check`].
pub fn plain(document: &Document, id: NodeId) -> Plain {
    let node = document.resolve(id);
    match &node.data {
        Data::Scalar { text, implicit, .. } => match resolve(node.tag.as_deref(), text, *implicit) {
            Ok(Resolved::Null) => Plain::Null,
            Ok(Resolved::Bool(value)) => Plain::Bool(value),
            Ok(Resolved::Int(value)) => Plain::Int(value),
            Ok(Resolved::UInt(value)) => Plain::UInt(value),
            Ok(Resolved::Float(value)) => Plain::Float(value),
            Ok(Resolved::Binary(value)) => Plain::Text(value),
            _ => Plain::Text(text.to_string()),
        },
        Data::Sequence { .. } | Data::Mapping { .. } => Plain::Collection,
        Data::Alias { .. } => Plain::Null,
    }
}

/// The entries of a mapping, those of a merge where it stands.
fn each_entry<'d>(document: &'d Document, mapping: NodeId, visit: &mut dyn FnMut(&'d Entry)) {
    for entry in document.entries(mapping) {
        if !is_merge(document.node(entry.key)) {
            visit(entry);
            continue;
        }
        match &document.node(entry.value).data {
            Data::Sequence { items, .. } => items.iter().rev().for_each(|item| each_entry(document, *item, visit)),
            _ => each_entry(document, entry.value, visit),
        }
    }
}

/// A key as ghodss turns it to text.
pub fn key_text(key: &Plain) -> String {
    match key {
        Plain::Text(text) => text.clone(),
        Plain::Bool(value) => value.to_string(),
        Plain::Int(value) => value.to_string(),
        Plain::UInt(value) => value.to_string(),
        Plain::Float(value) => (*value as f32).to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        check(&Document::parse(text).0).err().map_or(String::new(), |e| e.error)
    }

    #[test]
    fn says_what_ghodss_says() {
        assert!(
            error("hello\n").ends_with("json: cannot unmarshal string into Go value of type map[string]interface {}")
        );
        assert!(error("a: &a [*a]\n").ends_with("to JSON: yaml: anchor 'a' value contains itself"));
        assert!(error("? [a]\n: 1\n").ends_with("yaml: invalid map key: []interface {}{\"a\"}"));
        assert!(error("~: 2\n").ends_with("JSON: Unsupported map key of type: %!s(<nil>), key: <nil>, value: 2"));
        assert!(error("9223372036854775808: a\n").ends_with("of type: uint64, key: 0x8000000000000000, value: \"a\""));
        assert!(error("a: .inf\n").ends_with("to JSON: json: unsupported value: +Inf"));
        assert!(error("<<: 1\n").ends_with("yaml: map merge requires map or sequence of maps as the value"));
        assert_eq!(error("a: 1\n"), "");
        assert_eq!(error("null\n"), "");
    }

    #[test]
    fn an_alias_bomb_is_refused_in_bounded_time() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let alias = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{}]\n", vec![alias; 10].join(", "));
        }
        assert!(error(&text).ends_with("yaml: document contains excessive aliasing"));
    }

    #[test]
    fn an_earlier_source_of_a_merge_wins() {
        let (document, _) = Document::parse("a: &a {p: 1}\nb: &b {p: 2, q: 2}\nc:\n  <<: [*a, *b]\n  q: 3\n");
        let c = document.get(document.root.unwrap(), "c").unwrap();
        assert_eq!(go_syntax(&document, c), r#"map[interface {}]interface {}{"p":1, "q":3}"#);
    }
}
