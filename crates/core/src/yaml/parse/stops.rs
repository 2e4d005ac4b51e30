//! Where yaml.v2 stops, and in which words, where the parser goes on or says it otherwise.

use super::super::{Data, Node, NodeId, Stop};
use super::{Builder, END_OF_STREAM, ErrorKind, Mark, Open, UNKNOWN_ESCAPE, place};
use crate::text::{Span, column, visible};

const STALE_KEY: &str = "could not find expected ':'";

impl Builder<'_> {
    pub(super) fn stop(&mut self, kind: ErrorKind, what: &str, problem: Option<Mark>, context: Option<Mark>) {
        let (mut what, mut kind, mut problem) = (what, kind, problem);
        // Of an empty collection yaml.v2 forgets that it must be a key here: what follows is not even looked at.
        if let (STALE_KEY, Some(mark)) = (what, context)
            && self.is_empty_collection(self.at(mark))
        {
            (what, kind, problem) = ("did not find expected key", ErrorKind::Parser, context);
        }
        // The line break that was added behind the text counts for nothing where yaml.v2 stops before it.
        let behind = problem.is_some_and(|mark| place(&self.dropped, self.seen(mark)) > self.text.len());
        let last_line = self.text.rsplit('\n').next().unwrap_or_default();
        let stale_key = what == STALE_KEY && context.is_some_and(|mark| (mark.line as usize) < line_breaks(self.text));
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
    pub(super) fn question_mark(&mut self, value: &str, end: usize) -> bool {
        let Some((line_of_open, close)) = self.brackets(&self.open) else { return false };
        let count = value.matches('?').count();
        let Some((at, _)) = self.text[..end].rmatch_indices('?').nth(count - 1) else { return false };
        let line = match line_breaks(&self.text[..at]) {
            0 => line_of_open - 1,
            line => line,
        };
        let what = format!("did not find expected ',' or '{close}'");
        let error = if line == 0 { what.clone() } else { format!("line {line}: {what}") };
        self.document.stop = Some(Stop { span: Span::new(at, at + 1), error, what });
        true
    }

    /// The innermost brackets of what is open, where it is in any: the line they start on, and what would close them.
    fn brackets(&self, open: &[Open]) -> Option<(usize, char)> {
        for Open { id, .. } in open.iter().rev() {
            let node = &self.document.nodes[id.0 as usize];
            match node.data {
                Data::Sequence { flow: true, .. } => return Some((node.line, ']')),
                // A single pair in a list is a mapping without braces.
                Data::Mapping { flow: true, .. } if !self.text[node.span.start..].starts_with(['{', '&', '!']) => {}
                Data::Mapping { flow: true, .. } => return Some((node.line, '}')),
                _ => return None,
            }
        }
        None
    }

    /// yaml.v2 forgets that an empty collection may be a key, unless it looks for the colon of one around it as well.
    ///
    /// `true` where it reads no further.
    pub(super) fn empty_key(&mut self, id: NodeId) -> bool {
        let Node { span, line, .. } = self.document.nodes[id.0 as usize];
        let start_of = |open: &Open| self.document.nodes[open.id.0 as usize].span.start;
        let Some((mapping, around)) = self.open.split_last().filter(|(mapping, _)| mapping.key == Some(id)) else {
            return false;
        };
        // The mapping exists only because there is a key.
        let made = start_of(mapping) == span.start;
        let explicit = !made && self.text[..span.start].trim_end().ends_with('?');
        let may_be_key = |at: usize| {
            let line = self.text[..at].rsplit('\n').next().unwrap_or_default().trim_end();
            self.text[at..].starts_with(['{', '[']) && (line.is_empty() || line.ends_with(['{', '[', ',', '-', '?']))
        };
        let looked_for = |open: &Open| {
            let at = start_of(open);
            at < span.start && may_be_key(at) && !self.text[at..span.end].contains('\n')
        };
        if explicit || !self.text[span.start..].starts_with(['{', '[']) || self.open.iter().any(looked_for) {
            return false;
        }
        let around = if made { around } else { &self.open[..] };
        let what = match (self.brackets(around), around) {
            (_, []) => {
                self.document.root = Some(id);
                return true;
            }
            (Some((_, close)), _) => format!("did not find expected ',' or '{close}'"),
            (None, _) if self.is_indented_list(around) => "did not find expected '-' indicator".to_owned(),
            (None, _) => "did not find expected key".to_owned(),
        };
        let error = if line == 1 { what.clone() } else { format!("line {}: {what}", line - 1) };
        self.document.stop = Some(Stop { span: Span::new(span.start, span.start + 1), error, what });
        true
    }

    fn is_empty_collection(&self, at: usize) -> bool {
        let rest = &self.text[at..];
        [('{', '}'), ('[', ']')]
            .into_iter()
            .any(|(open, close)| rest.strip_prefix(open).is_some_and(|rest| rest.trim_start().starts_with(close)))
    }

    /// Whether the innermost of what is open is a list, and not one at the column of the key above it.
    fn is_indented_list(&self, open: &[Open]) -> bool {
        let column = |open: &Open| column(self.text, self.document.nodes[open.id.0 as usize].span.start);
        let Some((last, above)) = open.split_last() else { return false };
        matches!(self.document.nodes[last.id.0 as usize].data, Data::Sequence { .. })
            && above.last().is_none_or(|above| column(above) != column(last))
    }

    /// Whether the last line break of a block scalar is the one that was added behind the text.
    pub(super) fn lacks_line_break(&self, value: &str, start: usize) -> bool {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        let Some(value) = value.strip_suffix('\n').filter(|_| !line.is_empty()) else { return false };
        let last = value.rsplit('\n').next().unwrap_or_default();
        let keeps = self.text[start..].lines().next().is_some_and(|header| header.contains('+'));
        // A line of blanks belongs to the scalar only where all breaks are kept, or where it is indented further.
        let blank = |text: &str| text.trim_matches(' ').is_empty();
        !blank(line) || keeps || !last.is_empty() && blank(last)
    }
}

/// What yaml.v2 lets pass; anything else: `control characters are not allowed`.
fn printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// As YAML 1.1 counts them.
fn line_breaks(text: &str) -> usize {
    let breaks = text.chars().filter(|c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')).count();
    breaks - text.matches("\r\n").count()
}
