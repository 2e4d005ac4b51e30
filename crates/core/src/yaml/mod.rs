//! YAML text to a tree in which everything knows where it was written.
//!
//! The only file that names the parser. libyaml-safer descends from the same C code as the parser of
//! rke's decoder (gopkg.in/yaml.v2 v2.4.0) and agrees with it to the line; what differs is levelled here.
//!
//! Architecture invariant: reading never fails. Where the parser stops, the tree holds what was read until
//! there and [`Document::stop`] says why, in the words of yaml.v2.

pub mod edit;
pub mod scalar;

use std::collections::HashMap;
use std::io::{BufRead, Read};

use libyaml_safer::{ErrorKind, Event, EventData, MappingStyle, Mark, Parser, ScalarStyle, SequenceStyle};

use crate::problem::Problem;
use crate::text::{Span, floor_char_boundary, visible};

/// Deeper nesting is not read: no cluster.yml needs it, and every later walk recurses.
const MAX_DEPTH: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
        text: Box<str>,
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
    /// From `#` to the end of the line, in order.
    pub comments: Vec<Span>,
    pub stop: Option<Stop>,
}

impl Document {
    pub fn parse(text: &str) -> (Self, Vec<Problem>) {
        let mut builder = Builder { text, ..Builder::default() };
        builder.run();
        let Builder { mut document, mut problems, .. } = builder;
        document.comments = comments(text, &document.nodes);
        if let Some(stop) = &document.stop {
            problems.push(Problem::Syntax(stop.clone()));
        }
        (document, problems)
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
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

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    document: Document,
    problems: Vec<Problem>,
    anchors: HashMap<String, NodeId>,
    /// Collections that are still open, and for a mapping the key that waits for its value.
    open: Vec<(NodeId, Option<NodeId>)>,
    /// Where the parser's byte 0 lies in the text.
    base: usize,
}

impl Builder<'_> {
    fn run(&mut self) {
        let text = self.text;
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        self.base = text.len() - body.len();
        // Without a last newline the parser panics on some texts.
        let mut input = Chunks { body: body.as_bytes(), newline: if body.ends_with('\n') { &[] } else { b"\n" } };
        let mut parser = Parser::new();
        parser.set_input(&mut input);
        let mut documents = 0;
        let mut ended = false;
        loop {
            let event = match parser.parse() {
                Ok(event) => event,
                Err(error) => {
                    let (problem, context) = (error.problem_mark(), error.context_mark());
                    // What follows the first document is not read, and so cannot fail.
                    if !ended {
                        self.stop(error.kind(), error.problem(), problem, context);
                    }
                    return self.close();
                }
            };
            match event.data {
                EventData::StreamEnd => return self.close(),
                EventData::DocumentStart { ref version_directive, .. } => {
                    documents += 1;
                    if documents == 2 {
                        let start = self.at(event.start_mark);
                        self.problems
                            .push(Problem::MoreDocuments { span: visible(self.text, Span::new(start, start + 3)) });
                        return self.close();
                    }
                    if version_directive.as_ref().is_some_and(|v| (v.major, v.minor) != (1, 1)) {
                        let mark = Some(event.start_mark);
                        self.stop(ErrorKind::Parser, "found incompatible YAML document", mark, None);
                        return self.close();
                    }
                }
                EventData::DocumentEnd { .. } => ended = true,
                _ if documents == 1 && !self.event(event) => return self.close(),
                _ => {}
            }
        }
    }

    /// `false` where reading stops.
    fn event(&mut self, event: Event) -> bool {
        let start = self.at(event.start_mark);
        let end = self.at(event.end_mark);
        let line = event.start_mark.line as usize + 1;
        let (data, anchor, tag) = match event.data {
            EventData::Alias { anchor } => {
                let Some(target) = self.anchors.get(&anchor).copied() else {
                    let what = format!("unknown anchor '{anchor}' referenced");
                    self.document.stop = Some(Stop { span: Span::new(start, end), error: what.clone(), what });
                    return false;
                };
                (Data::Alias { name: anchor.into(), target }, None, None)
            }
            EventData::Scalar { anchor, tag, mut value, plain_implicit, style, .. } => {
                let style = match style {
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    _ => Style::Plain,
                };
                if style == Style::DoubleQuoted && self.escaped_slash(start, end) {
                    return false;
                }
                // yaml.v2 adds no line break that is not in the text.
                if style == Style::Block
                    && end >= self.text.len()
                    && !self.text.ends_with('\n')
                    && value.ends_with('\n')
                {
                    value.pop();
                }
                (Data::Scalar { text: value.into(), style, implicit: plain_implicit }, anchor, tag)
            }
            EventData::SequenceStart { anchor, style, .. } => {
                (Data::Sequence { items: Vec::new(), flow: style == SequenceStyle::Flow }, anchor, None)
            }
            EventData::MappingStart { anchor, style, .. } => {
                (Data::Mapping { entries: Vec::new(), flow: style == MappingStyle::Flow }, anchor, None)
            }
            EventData::SequenceEnd | EventData::MappingEnd => {
                self.end_collection(end);
                return true;
            }
            _ => return true,
        };
        let span = match &data {
            Data::Scalar { style: Style::Block, .. } => self.trimmed(Span::new(start, end)),
            _ => Span::new(start, end),
        };
        let collection = matches!(data, Data::Sequence { .. } | Data::Mapping { .. });
        let id = NodeId(self.document.nodes.len() as u32);
        self.document.nodes.push(Node { span, line, tag: tag.map(Into::into), data });
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
        self.place(id);
        if collection {
            if self.open.len() == MAX_DEPTH {
                self.problems.push(Problem::TooDeep {
                    span: visible(self.text, Span::new(start, start + 1)),
                    levels: MAX_DEPTH,
                });
                return false;
            }
            self.open.push((id, None));
        }
        true
    }

    /// Hangs a node into the innermost open collection.
    fn place(&mut self, id: NodeId) {
        let Some((parent, waiting)) = self.open.last_mut() else {
            self.document.root = Some(id);
            return;
        };
        match &mut self.document.nodes[parent.0 as usize].data {
            Data::Sequence { items, .. } => items.push(id),
            Data::Mapping { entries, .. } => match waiting.take() {
                None => *waiting = Some(id),
                Some(key) => entries.push(Entry { key, value: id }),
            },
            _ => {}
        }
    }

    /// The parser's own end of a block collection runs on to the next token; the last child's end is the true one.
    fn end_collection(&mut self, end: usize) {
        let Some((id, waiting)) = self.open.pop() else { return };
        let node = &self.document.nodes[id.0 as usize];
        let (last, flow) = match &node.data {
            Data::Sequence { items, flow } => (items.last().copied(), *flow),
            Data::Mapping { entries, flow } => (waiting.or(entries.last().map(|e| e.value)), *flow),
            _ => (None, false),
        };
        let start = node.span.start;
        let end = if flow {
            end
        } else {
            last.map_or(node.span.end, |last| self.document.nodes[last.0 as usize].span.end).max(start)
        };
        self.document.nodes[id.0 as usize].span.end = end;
    }

    /// After a stop: what is open ends where the text was readable.
    fn close(&mut self) {
        while !self.open.is_empty() {
            let end = self.document.nodes.last().map_or(0, |n| n.span.end);
            if let Some((id, waiting)) = self.open.last_mut()
                && let Some(key) = waiting.take()
            {
                let id = *id;
                // A key whose value could not be read is kept with an absent value.
                let at = self.document.nodes[key.0 as usize].span.end;
                let line = self.document.nodes[key.0 as usize].line;
                let value = NodeId(self.document.nodes.len() as u32);
                let data = Data::Scalar { text: "".into(), style: Style::Plain, implicit: true };
                self.document.nodes.push(Node { span: Span::new(at, at), line, tag: None, data });
                if let Data::Mapping { entries, .. } = &mut self.document.nodes[id.0 as usize].data {
                    entries.push(Entry { key, value });
                }
            }
            self.end_collection(end);
        }
    }

    fn stop(&mut self, kind: ErrorKind, what: &str, problem: Option<Mark>, context: Option<Mark>) {
        // yaml.v2 counts lines from 0 here, adds one for scanner errors only, and prints no line 0.
        let line = match (problem.map_or(0, |m| m.line), context.map_or(0, |m| m.line)) {
            (0, 0) => 0,
            (0, context) => context,
            (line, _) => line + u64::from(kind == ErrorKind::Scanner),
        };
        let error = if line == 0 { what.to_owned() } else { format!("line {line}: {what}") };
        let at = match problem.or(context) {
            Some(mark) => self.at(mark),
            None => self.text.char_indices().find(|(_, c)| !printable(*c)).map_or(0, |(i, _)| i),
        };
        let span = visible(self.text, Span::new(at, at + 1));
        self.document.stop = Some(Stop { span, error, what: what.to_owned() });
    }

    /// yaml.v2 does not know the escape `\/`.
    fn escaped_slash(&mut self, start: usize, end: usize) -> bool {
        let raw = &self.text[start..end];
        let mut chars = raw.char_indices();
        while let Some((i, c)) = chars.next() {
            if c == '\\' && chars.next().is_some_and(|(_, next)| next == '/') {
                let at = start + i;
                let line = self.text[..at].matches('\n').count() as u64;
                let what = "found unknown escape character";
                let error = if line == 0 { what.to_owned() } else { format!("line {}: {what}", line + 1) };
                self.document.stop = Some(Stop { span: Span::new(at, at + 2), error, what: what.to_owned() });
                return true;
            }
        }
        false
    }

    fn at(&self, mark: Mark) -> usize {
        floor_char_boundary(self.text, self.base + mark.index as usize)
    }

    fn trimmed(&self, span: Span) -> Span {
        Span::new(span.start, span.start + self.text[span.range()].trim_end().len())
    }
}

/// What yaml.v2 lets pass; anything else: `control characters are not allowed`.
fn printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && c != '\u{feff}'
}

/// yaml.v2 reads 512 bytes at a time, and so meets a bad character only after the errors before it.
struct Chunks<'t> {
    body: &'t [u8],
    newline: &'t [u8],
}

impl Read for Chunks<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut chunk = self.fill_buf()?;
        let count = chunk.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Chunks<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        Ok(if self.body.is_empty() { self.newline } else { &self.body[..self.body.len().min(512)] })
    }

    fn consume(&mut self, count: usize) {
        let from = if self.body.is_empty() { &mut self.newline } else { &mut self.body };
        *from = &from[count..];
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
