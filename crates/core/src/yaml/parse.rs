//! The only file that names the parser (`emit` names its counterpart, the emitter).
//!
//! libyaml-safer descends from the same C code as the parser of rke's decoder (gopkg.in/yaml.v2 v2.4.0) and agrees
//! with it to the line; what differs is levelled here.

use std::collections::HashMap;
use std::io::{BufRead, Read};

use libyaml_safer::{ErrorKind, Event, EventData, MappingStyle, Mark, Parser, ScalarStyle, SequenceStyle};

use super::level::Level;
use super::{Data, Document, Entry, Node, NodeId, Stop, Style};
use crate::problem::Problem;
use crate::text::{Span, floor_char_boundary, visible};

/// Of deeper nesting only the syntax is read: no cluster.yml needs it, and every later walk recurses.
const MAX_DEPTH: usize = 200;
/// The parser looks at every open collection with each token: so often, then nothing more is read.
const MOST_LOOKS: usize = 100_000_000;

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
    /// Collections that are still open, and for a mapping the key that waits for its value.
    open: Vec<(NodeId, Option<NodeId>)>,
    /// How many collections are open below the deepest that is kept.
    skipped: usize,
    looks: usize,
    /// Where the parser's byte 0 lies in the text.
    base: usize,
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
        let body = seen.strip_prefix('\u{feff}').unwrap_or(&seen);
        self.base = seen.len() - body.len();
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
                        if problem.is_some_and(|mark| level.hide(error.problem(), self.at(mark))) {
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
        let start = self.at(event.start_mark);
        let end = self.at(event.end_mark);
        let line = event.start_mark.line as usize + 1;
        if self.skipped > 0 {
            self.looks += self.skipped;
            match event.data {
                EventData::SequenceStart { .. } | EventData::MappingStart { .. } => self.skipped += 1,
                EventData::SequenceEnd | EventData::MappingEnd => self.skipped -= 1,
                _ => {}
            }
            if self.open.len() + self.skipped > 10_000 {
                self.stop(ErrorKind::Scanner, "exceeded max depth of 10000", Some(event.start_mark), None);
                return false;
            }
            return self.looks < MOST_LOOKS;
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
                value = level.restore(value, &(start..end));
                // yaml.v2 adds no line break that is not in the text.
                if style == Style::Block && end >= self.text.len() && self.lacks_line_break(&value, start) {
                    value.pop();
                }
                let tag = tag.map(|tag| level.restore(tag, &(start..end)));
                (Data::Scalar { text: value, style, implicit: plain_implicit }, anchor, tag)
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
                if !self.problems.iter().any(|problem| matches!(problem, Problem::TooDeep { .. })) {
                    let span = visible(self.text, Span::new(start, start + 1));
                    self.problems.push(Problem::TooDeep { span, levels: MAX_DEPTH });
                }
                self.skipped = 1;
                return true;
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
                let data = Data::Scalar { text: String::new(), style: Style::Plain, implicit: true };
                self.document.nodes.push(Node { span: Span::new(at, at), line, tag: None, data });
                if let Data::Mapping { entries, .. } = &mut self.document.nodes[id.0 as usize].data {
                    entries.push(Entry { key, value });
                }
            }
            self.end_collection(end);
        }
    }

    /// Whether the last line break of a block scalar is the one that was added behind the text.
    fn lacks_line_break(&self, value: &str, start: usize) -> bool {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        let Some(value) = value.strip_suffix('\n').filter(|_| !line.is_empty()) else { return false };
        let last = value.rsplit('\n').next().unwrap_or_default();
        let keeps = self.text[start..].lines().next().is_some_and(|header| header.contains('+'));
        // A line of blanks belongs to the scalar only where all breaks are kept, or where it is indented further.
        let blank = |text: &str| text.trim_matches(' ').is_empty();
        !blank(line) || keeps || !last.is_empty() && blank(last)
    }

    fn stop(&mut self, kind: ErrorKind, what: &str, problem: Option<Mark>, context: Option<Mark>) {
        let (mut what, mut kind) = (what, kind);
        // The line break that was added behind the text counts for nothing where yaml.v2 stops before it.
        let behind = problem.is_some_and(|mark| self.base + mark.index as usize > self.text.len());
        let last_line = self.text.rsplit('\n').next().unwrap_or_default();
        let stale_key = what == "could not find expected ':'"
            && context.is_some_and(|mark| (mark.line as usize) < line_breaks(self.text));
        let added = u64::from(behind && (what == END_OF_STREAM || stale_key));
        let escapes = last_line.len() - last_line.trim_end_matches('\\').len();
        let quoted = context.is_some_and(|mark| self.text[self.at(mark)..].starts_with('"'));
        if behind && what == END_OF_STREAM && quoted && escapes % 2 == 1 {
            (what, kind) = (UNKNOWN_ESCAPE, ErrorKind::Scanner);
        }
        // yaml.v2 counts lines from 0 here, adds one for scanner errors only, and prints no line 0.
        let line = match (problem.map_or(0, |m| m.line - added), context.map_or(0, |m| m.line)) {
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

    /// In flow context yaml.v2 ends a plain scalar at `?` and then misses the comma.
    fn question_mark(&mut self, value: &str, end: usize) -> bool {
        let mut open = self.open.iter().rev().map(|(id, _)| &self.document.nodes[id.0 as usize]);
        let Some((parent, close)) = open
            .find_map(|node| match node.data {
                Data::Sequence { flow: true, .. } => Some(Some((node, ']'))),
                // A single pair in a list is a mapping without braces.
                Data::Mapping { flow: true, .. } => {
                    self.text[node.span.start..].starts_with(['{', '&', '!']).then_some(Some((node, '}')))
                }
                _ => Some(None),
            })
            .flatten()
        else {
            return false;
        };
        let count = value.matches('?').count();
        let Some((at, _)) = self.text[..end].rmatch_indices('?').nth(count - 1) else { return false };
        let line = match line_breaks(&self.text[..at]) {
            0 => parent.line - 1,
            line => line,
        };
        let what = format!("did not find expected ',' or '{close}'");
        let error = if line == 0 { what.clone() } else { format!("line {line}: {what}") };
        self.document.stop = Some(Stop { span: Span::new(at, at + 1), error, what });
        true
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
}

/// yaml.v2 reads 512 bytes at a time, and so meets a bad character only after the errors before it.
struct Chunks<'t> {
    body: &'t [u8],
    newline: &'t [u8],
}

impl<'t> Chunks<'t> {
    fn new(body: &'t str) -> Self {
        // Without a last newline the parser panics on some texts.
        Self { body: body.as_bytes(), newline: if body.ends_with('\n') { &[] } else { b"\n" } }
    }
}

/// Whether a token starts behind an unfinished text: a quote that is opened there is then never closed.
fn starts_token(before: &str) -> bool {
    let text = format!("{before}\"");
    let mut level = Level::untagged(&text);
    'again: loop {
        let seen = level.text.clone();
        let mut input = Chunks::new(seen.strip_prefix('\u{feff}').unwrap_or(&seen));
        let end = input.body.len();
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

/// As YAML 1.1 counts them.
fn line_breaks(text: &str) -> usize {
    let breaks = text.chars().filter(|c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')).count();
    breaks - text.matches("\r\n").count()
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
