//! YAML text to a tree in which everything knows where it was written.
//!
//! Architecture invariant: reading never fails. Where the parser stops, the tree holds what was read until
//! there and [`Document::stop`] says why, in the words of yaml.v2.

pub mod edit;
pub mod emit;
mod level;
mod parse;
pub mod scalar;

pub use level::{MARK, loses_letters};

use crate::problem::Problem;
use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|` or `>`.
    Block,
}

#[derive(Debug)]
pub struct Node {
    /// Anchor and tag included. Empty for an absent value: it stands right behind its colon or dash.
    pub span: Span,
    /// Line of the start, from 1, as rke counts it in its errors.
    pub line: usize,
    /// Resolved, as `tag:yaml.org,2002:str`.
    pub tag: Option<Box<str>>,
    pub data: Data,
}

#[derive(Debug)]
pub enum Data {
    Scalar {
        text: String,
        style: Style,
        /// Plain and without a tag: read by its looks.
        implicit: bool,
    },
    Sequence {
        items: Vec<NodeId>,
        flow: bool,
    },
    Mapping {
        entries: Vec<Entry>,
        flow: bool,
    },
    Alias {
        name: Box<str>,
        target: NodeId,
    },
}

#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub key: NodeId,
    pub value: NodeId,
}

/// Where and why the parser stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub span: Span,
    /// The words of yaml.v2, as `line 3: did not find expected key`.
    pub error: String,
    /// The fault alone, without the line, which yaml.v2 often gets wrong.
    pub what: String,
}

/// The first document of a text; rke never looks at another.
#[derive(Debug, Default)]
pub struct Document {
    nodes: Vec<Node>,
    pub root: Option<NodeId>,
    /// What stands where something is nested too deep for most walks, and what is written there.
    cut: Vec<(NodeId, NodeId)>,
    /// From `#` to the end of the line, in order.
    pub comments: Vec<Span>,
    pub stop: Option<Stop>,
}

impl Document {
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        let (mut document, mut problems) = parse::parse(text);
        document.comments = comments(text, &document.nodes);
        if let Some(stop) = &document.stop {
            problems.push(Problem::Syntax(stop.clone()));
        }
        (document, problems)
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The same node, or what is written there where it stands in for something nested too deep for most walks: a walk
    /// over these must not recurse.
    pub fn written(&self, id: NodeId) -> NodeId {
        self.cut.binary_search_by_key(&id, |(empty, _)| *empty).map_or(id, |at| self.cut[at].1)
    }

    /// The node itself, or what its alias stands for.
    pub fn resolve(&self, id: NodeId) -> &Node {
        match self.node(id).data {
            Data::Alias { target, .. } => self.node(target),
            _ => self.node(id),
        }
    }

    /// The entries of a mapping (through an alias), else none.
    pub fn entries(&self, id: NodeId) -> &[Entry] {
        match &self.resolve(id).data {
            Data::Mapping { entries, .. } => entries,
            _ => &[],
        }
    }

    /// The items of a sequence (through an alias), else none.
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        match &self.resolve(id).data {
            Data::Sequence { items, .. } => items,
            _ => &[],
        }
    }

    /// Text of a scalar (through an alias).
    pub fn scalar(&self, id: NodeId) -> Option<&str> {
        match &self.resolve(id).data {
            Data::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value of the last entry `key` of a mapping, which is the one that counts for scalars and lists.
    pub fn get(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        self.entries(mapping).iter().rev().find(|e| self.scalar(e.key) == Some(key)).map(|e| e.value)
    }

    /// For a text that was made from another: the place in the first one.
    pub fn set_span(&mut self, id: NodeId, span: Span) {
        self.nodes[id.0 as usize].span = span;
    }

    /// Reads a scalar as another text than what is written.
    pub fn set_text(&mut self, id: NodeId, new: &str) {
        if let Data::Scalar { text, .. } = &mut self.nodes[id.0 as usize].data {
            *text = new.into();
        }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// `#` at the start of a line or behind white space, outside of every scalar, to the end of its line.
fn comments(text: &str, nodes: &[Node]) -> Vec<Span> {
    let mut scalars =
        nodes.iter().filter(|n| matches!(n.data, Data::Scalar { .. }) && !n.span.is_empty()).map(|n| n.span).peekable();
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(hash) = bytes[at..].iter().position(|b| *b == b'#').map(|i| at + i) {
        while scalars.next_if(|s| s.end <= hash).is_some() {}
        if let Some(scalar) = scalars.peek()
            && scalar.contains(hash)
            && !block_header(text, *scalar, hash)
        {
            at = scalar.end.max(hash + 1);
            continue;
        }
        let end = bytes[hash..].iter().position(|b| *b == b'\n').map_or(text.len(), |i| hash + i);
        let end = if text[hash..end].ends_with('\r') { end - 1 } else { end };
        if hash == 0 || bytes[hash - 1].is_ascii_whitespace() || text[..hash].ends_with('\u{feff}') {
            found.push(Span::new(hash, end));
            at = end;
        } else {
            at = hash + 1;
        }
    }
    found
}

/// A comment may follow `|` or `>` on the first line of a block scalar.
fn block_header(text: &str, scalar: Span, hash: usize) -> bool {
    text[scalar.range()].starts_with(['|', '>']) && !text[scalar.start..hash].contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(text: &str) -> String {
        Document::parse(text).0.stop.map_or(String::new(), |s| s.error)
    }

    #[test]
    fn stops_in_the_words_of_yaml_v2() {
        assert_eq!(stop("nodes:\n\t- address: 1.1.1.1\n"), "line 2: found character that cannot start any token");
        assert_eq!(stop("a: *foo\n"), "unknown anchor 'foo' referenced");
        assert_eq!(stop("a: b: c\n"), "mapping values are not allowed in this context");
        assert_eq!(stop("%YAML 1.2\n---\na: 1\n"), "found incompatible YAML document");
        assert_eq!(stop("a: \"x\\/y\"\n"), "found unknown escape character");
        assert_eq!(stop("a: 1\nb: 'x"), "line 2: found unexpected end of stream");
        assert_eq!(stop("a: \"\u{1}\"\n"), "control characters are not allowed");
        assert_eq!(stop("a: 1\n---\nb: [\n"), "", "a second document is not read");
        assert_eq!(stop("a: 1\n...\n]\n"), "", "nothing behind the end of the first document is read");
    }

    #[test]
    fn keeps_what_was_read_before_the_stop() {
        let (document, problems) = Document::parse("a:\n  b: 1\n  c: [\n");
        let root = document.root.unwrap();
        let a = document.get(root, "a").unwrap();
        assert_eq!(document.scalar(document.get(a, "b").unwrap()), Some("1"));
        assert!(document.get(a, "c").is_some());
        assert!(matches!(problems[..], [Problem::Syntax(_)]));
    }

    #[test]
    fn spans_end_with_the_last_child() {
        let text = "a:\n  b: x  # why\n\nc: [1, 2]\n";
        let (document, _) = Document::parse(text);
        let root = document.root.unwrap();
        let span = |key| document.node(document.get(root, key).unwrap()).span;
        assert_eq!(&text[span("a").range()], "b: x");
        assert_eq!(&text[span("c").range()], "[1, 2]");
        assert_eq!(document.comments.iter().map(|c| &text[c.range()]).collect::<Vec<_>>(), ["# why"]);
    }

    #[test]
    fn a_hash_inside_a_scalar_is_no_comment() {
        let text = "\u{feff}# top\na: 'x # y'\nb: | # block\n  # inside\nc: a#b\n";
        let (document, _) = Document::parse(text);
        let found: Vec<_> = document.comments.iter().map(|c| &text[c.range()]).collect();
        assert_eq!(found, ["# top", "# block"]);
    }

    #[test]
    fn deep_nesting_and_long_lines_end_in_a_problem() {
        let (_, problems) = Document::parse(&"[".repeat(100_000));
        assert!(matches!(problems[0], Problem::TooDeep { .. }));
    }
}
