//! The only file that names the parser (`emit` names its counterpart, the emitter).
//!
//! libyaml-safer descends from the same C code as the parser of rke's decoder (gopkg.in/yaml.v2 v2.4.0) and agrees
//! with it to the line; what differs is levelled here.

use std::collections::HashMap;
use std::io::{BufRead, Read};

use libyaml_safer::{ErrorKind, Event, EventData, MappingStyle, Mark, Parser, ScalarStyle, SequenceStyle};

mod stops;

use super::level::{Dropped, Level, MARK, place};
use super::{Data, Document, Entry, Node, NodeId, Stop, Style};
use crate::problem::Problem;
use crate::text::{Span, floor_char_boundary, visible};

/// What is nested deeper, aliases followed, is for [`Document::written`] alone: no cluster.yml needs it, and most walks
/// recurse.
const MAX_DEPTH: usize = 200;
/// yaml.v2 counts brackets and indentations apart.
const MAX_OPEN: usize = 10_000;
/// The parser looks at every open collection with each token: so often, then nothing more is read.
const MOST_LOOKS: usize = 200_000_000;

const UNKNOWN_ESCAPE: &str = "found unknown escape character";
const END_OF_STREAM: &str = "found unexpected end of stream";

/// The first document, without its comments, and what was seen on the way.
pub fn parse(text: &str) -> (Document, Vec<Problem>) {
    // yaml.v2 does not know the escape `\/`: as another that is unknown it stops both parsers at the same place.
    if text.contains("\\/") {
        let unknown = text.replace("\\/", "\\c");
        let builder = Builder::read(text, &unknown);
        let stop = builder.document.stop.as_ref();
        if stop.is_some_and(|s| s.what == UNKNOWN_ESCAPE && text[..s.span.end].ends_with('\\')) {
            return (builder.document, builder.problems);
        }
    }
    let builder = Builder::read(text, text);
    (builder.document, builder.problems)
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    document: Document,
    problems: Vec<Problem>,
    anchors: HashMap<String, NodeId>,
    open: Vec<Open>,
    /// How many of these are in brackets.
    brackets: usize,
    /// How many levels an anchored collection has, aliases followed.
    levels: Vec<(NodeId, usize)>,
    looks: usize,
    /// Where the parser's byte 0 lies in what it reads.
    base: usize,
    /// What it does not see of the text.
    dropped: Vec<Dropped>,
}

/// A collection that is not yet closed.
struct Open {
    id: NodeId,
    is_anchored: bool,
    /// The key of a mapping that waits for its value.
    key: Option<NodeId>,
    /// Of the deepest value in it, aliases followed.
    levels: usize,
}

impl<'t> Builder<'t> {
    /// Reads `seen`, which has the length of `text`; places are the same in both.
    fn read(text: &'t str, seen: &str) -> Self {
        let mut level = Level::new(seen, starts_token);
        loop {
            let mut builder = Builder { text, ..Builder::default() };
            if !builder.run(&mut level) {
                return builder;
            }
        }
    }

    /// Reads until the end or the first fault; `true` where it is to be read again.
    fn run(&mut self, level: &mut Level<'_>) -> bool {
        let seen = level.text.clone();
        let body = seen.strip_prefix(MARK).unwrap_or(&seen);
        self.base = seen.len() - body.len();
        self.dropped.clone_from(&level.dropped);
        let mut input = Chunks::new(body);
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
                        if problem.is_some_and(|mark| level.hide(error.problem(), self.seen(mark))) {
                            return true;
                        }
                        self.stop(error.kind(), error.problem(), problem, context);
                    }
                    break;
                }
            };
            match event.data {
                EventData::StreamEnd => break,
                EventData::DocumentStart { ref version_directive, .. } => {
                    documents += 1;
                    if documents == 2 {
                        let start = self.at(event.start_mark);
                        self.problems
                            .push(Problem::MoreDocuments { span: visible(self.text, Span::new(start, start + 3)) });
                        break;
                    }
                    if version_directive.as_ref().is_some_and(|v| (v.major, v.minor) != (1, 1)) {
                        let mark = Some(event.start_mark);
                        self.stop(ErrorKind::Parser, "found incompatible YAML document", mark, None);
                        break;
                    }
                }
                EventData::DocumentEnd { .. } => ended = true,
                _ if documents == 1 && !self.event(event, level) => break,
                _ => {}
            }
        }
        self.close();
        false
    }

    /// `false` where reading stops.
    fn event(&mut self, event: Event, level: &Level<'_>) -> bool {
        let (start, end) = (self.at(event.start_mark), self.at(event.end_mark));
        let seen = self.seen(event.start_mark)..self.seen(event.end_mark);
        let line = event.start_mark.line as usize + 1;
        if self.open.len() > MAX_DEPTH {
            self.looks += self.open.len();
            if self.looks > MOST_LOOKS {
                return false;
            }
        }
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
                if style == Style::Plain && value.contains('?') && self.question_mark(&value, end) {
                    return false;
                }
                value = level.restore(value, &seen);
                // yaml.v2 adds no line break that is not in the text.
                if style == Style::Block && end >= self.text.len() && self.lacks_line_break(&value, start) {
                    value.pop();
                }
                let tag = tag.map(|tag| level.restore(tag, &seen));
                (Data::Scalar { text: value, style, implicit: plain_implicit }, anchor, tag)
            }
            EventData::SequenceStart { anchor, style, .. } => {
                (Data::Sequence { items: Vec::new(), flow: style == SequenceStyle::Flow }, anchor, None)
            }
            EventData::MappingStart { anchor, style, .. } => {
                (Data::Mapping { entries: Vec::new(), flow: style == MappingStyle::Flow }, anchor, None)
            }
            EventData::SequenceEnd | EventData::MappingEnd => {
                return self.end_collection(end);
            }
            _ => return true,
        };
        let span = match &data {
            Data::Scalar { style: Style::Block, .. } => {
                Span::new(start, start + self.text[start..end].trim_end().len())
            }
            _ => Span::new(start, end),
        };
        let collection = matches!(data, Data::Sequence { .. } | Data::Mapping { .. });
        let target = if let Data::Alias { target, .. } = data { Some(target) } else { None };
        let id = self.push(Node { span, line, tag: tag.map(Into::into), data });
        let is_anchored = anchor.is_some();
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
        let levels = target.and_then(|target| self.levels.iter().find(|(id, _)| *id == target));
        let levels = levels.map_or(0, |(_, levels)| *levels);
        let deep =
            if collection { self.open.len() == MAX_DEPTH } else { levels > 0 && self.open.len() + levels > MAX_DEPTH };
        if deep {
            self.cut(id);
        } else {
            self.place(id, levels);
        }
        if collection {
            self.open.push(Open { id, is_anchored, key: None, levels: 0 });
            self.brackets += usize::from(self.text[start..].starts_with(['{', '[']));
            if self.brackets.max(self.open.len() - self.brackets) > MAX_OPEN {
                let what = format!("exceeded max depth of {MAX_OPEN}");
                self.stop(ErrorKind::Scanner, &what, Some(event.start_mark), None);
                return false;
            }
        }
        true
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.document.nodes.push(node);
        NodeId(self.document.nodes.len() as u32 - 1)
    }

    /// Hangs something empty into the innermost open collection in place of what is nested too deep.
    fn cut(&mut self, id: NodeId) {
        let Node { span, line, ref data, .. } = self.document.nodes[id.0 as usize];
        let data = match data {
            Data::Sequence { flow, .. } => Data::Sequence { items: Vec::new(), flow: *flow },
            Data::Mapping { flow, .. } => Data::Mapping { entries: Vec::new(), flow: *flow },
            _ => Data::Scalar { text: "".into(), style: Style::Plain, implicit: true },
        };
        if self.document.cut.is_empty() {
            let span = visible(self.text, Span::new(span.start, span.start + 1));
            self.problems.push(Problem::TooDeep { span, levels: MAX_DEPTH });
        }
        let empty = self.push(Node { span, line, tag: None, data });
        self.document.cut.push((empty, id));
        self.place(empty, 1);
    }

    /// Hangs a node into the innermost open collection.
    fn place(&mut self, id: NodeId, levels: usize) {
        let Some(parent) = self.open.last_mut() else {
            self.document.root = Some(id);
            return;
        };
        parent.levels = parent.levels.max(levels);
        match &mut self.document.nodes[parent.id.0 as usize].data {
            Data::Sequence { items, .. } => items.push(id),
            Data::Mapping { entries, .. } => match parent.key.take() {
                None => parent.key = Some(id),
                Some(key) => entries.push(Entry { key, value: id }),
            },
            _ => {}
        }
    }

    /// The parser's own end of a block collection runs on to the next token; the last child's end is the true one.
    /// `false` where reading stops.
    fn end_collection(&mut self, end: usize) -> bool {
        let Some(Open { id, is_anchored, key, levels }) = self.open.pop() else { return true };
        let node = &self.document.nodes[id.0 as usize];
        let (last, flow) = match &node.data {
            Data::Sequence { items, flow } => (items.last().copied(), *flow),
            Data::Mapping { entries, flow } => (key.or(entries.last().map(|e| e.value)), *flow),
            _ => (None, false),
        };
        let start = node.span.start;
        let end = if flow {
            end
        } else {
            last.map_or(node.span.end, |last| self.document.nodes[last.0 as usize].span.end).max(start)
        };
        self.document.nodes[id.0 as usize].span.end = end;
        self.brackets -= usize::from(self.text[start..].starts_with(['{', '[']));
        if is_anchored {
            self.levels.push((id, levels + 1));
        }
        if self.open.len() == MAX_DEPTH {
            // What stands in for it was made right behind it.
            self.document.nodes[id.0 as usize + 1].span.end = end;
        } else if let Some(parent) = self.open.last_mut() {
            parent.levels = parent.levels.max(levels + 1);
        }
        !(last.is_none() && flow && self.empty_key(id))
    }

    /// After a stop: what is open ends where the text was readable.
    fn close(&mut self) {
        while !self.open.is_empty() {
            let end = self.document.nodes.last().map_or(0, |n| n.span.end);
            if let Some(open) = self.open.last_mut()
                && let Some(key) = open.key.take()
            {
                let id = open.id;
                // A key whose value could not be read is kept with an absent value.
                let Node { span, line, .. } = self.document.nodes[key.0 as usize];
                let data = Data::Scalar { text: String::new(), style: Style::Plain, implicit: true };
                let value = self.push(Node { span: Span::new(span.end, span.end), line, tag: None, data });
                if let Data::Mapping { entries, .. } = &mut self.document.nodes[id.0 as usize].data {
                    entries.push(Entry { key, value });
                }
            }
            self.end_collection(end);
        }
    }

    /// The place of a mark in what the parser reads.
    fn seen(&self, mark: Mark) -> usize {
        self.base + mark.index as usize
    }

    /// The place of a mark in the text.
    fn at(&self, mark: Mark) -> usize {
        floor_char_boundary(self.text, place(&self.dropped, self.seen(mark)))
    }
}

/// yaml.v2 reads 512 bytes at a time, and so meets a bad character only after the errors before it.
struct Chunks<'t> {
    parts: [&'t [u8]; 3],
}

impl<'t> Chunks<'t> {
    fn new(body: &'t str) -> Self {
        // A mark of our own, as the parser takes the first byte of some letters for a broken one; and without a last
        // newline it panics on some texts.
        let newline: &[u8] = if body.ends_with('\n') { &[] } else { b"\n" };
        Self { parts: [b"\xef\xbb\xbf", body.as_bytes(), newline] }
    }
}

/// Whether a token starts behind an unfinished text: a quote that is opened there is then never closed.
fn starts_token(before: &str) -> bool {
    let text = format!("{before}\"");
    let mut level = Level::untagged(&text);
    'again: loop {
        let seen = level.text.clone();
        let body = seen.strip_prefix(MARK).unwrap_or(&seen);
        let mut input = Chunks::new(body);
        let end = body.len();
        let base = seen.len() - end;
        let mut parser = Parser::new();
        parser.set_input(&mut input);
        loop {
            match parser.parse() {
                Ok(event) if event.data == EventData::StreamEnd => return false,
                Ok(_) => {}
                Err(error) => {
                    let at = |mark: Mark| floor_char_boundary(&text, base + mark.index as usize);
                    if error.problem_mark().is_some_and(|mark| level.hide(error.problem(), at(mark))) {
                        continue 'again;
                    }
                    let opened = error.context_mark().is_some_and(|mark| mark.index as usize + 1 == end);
                    return error.problem() == END_OF_STREAM && opened;
                }
            }
        }
    }
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
        let part = self.parts.iter().find(|part| !part.is_empty()).copied().unwrap_or_default();
        Ok(&part[..part.len().min(512)])
    }

    fn consume(&mut self, count: usize) {
        if let Some(part) = self.parts.iter_mut().find(|part| !part.is_empty()) {
            *part = &part[count..];
        }
    }
}
