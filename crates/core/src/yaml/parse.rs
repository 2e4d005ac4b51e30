//! The only file that names the parser.
//!
//! libyaml-safer descends from the same C code as the parser of rke's decoder (gopkg.in/yaml.v2 v2.4.0) and agrees
//! with it to the line; what differs is levelled here.

use std::collections::HashMap;
use std::io::{BufRead, Read};

use libyaml_safer::{ErrorKind, Event, EventData, MappingStyle, Mark, Parser, ScalarStyle, SequenceStyle};

use super::{Data, Document, Entry, Node, NodeId, Stop, Style};
use crate::problem::Problem;
use crate::text::{Span, floor_char_boundary, visible};

/// Deeper nesting is not read: no cluster.yml needs it, and every later walk recurses.
const MAX_DEPTH: usize = 200;

/// The first document, without its comments, and what was seen on the way.
pub fn parse(text: &str) -> (Document, Vec<Problem>) {
    let mut builder = Builder { text, ..Builder::default() };
    builder.run();
    (builder.document, builder.problems)
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
        // The line break that was added for the parser is no line of the text.
        let added = |mark: Mark| !self.text.ends_with('\n') && self.base + mark.index as usize > self.text.len();
        let line_of = |mark: Option<Mark>| mark.map_or(0, |m| m.line - u64::from(added(m)));
        // yaml.v2 counts lines from 0 here, adds one for scanner errors only, and prints no line 0.
        let line = match (line_of(problem), line_of(context)) {
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
