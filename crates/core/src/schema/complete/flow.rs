//! Places between brackets.

use super::block::Line;
use super::{Place, Style, split_key};
use crate::text::line_start;

/// The place at `offset`, where brackets are open before it.
pub fn place(text: &str, offset: usize) -> Option<Place<'_>> {
    let open = open(&text[..offset]);
    let first = *open.first()?;
    let start = line_start(text, first);
    let line = Line::read(text[start..first].trim_end());
    if !line.rest.is_empty() {
        return None;
    }
    let mut place = Place {
        steps: line.steps(&text[..start]),
        typed: "",
        taken: Vec::new(),
        behind_key: false,
        style: Style::Flow,
    };
    for (nth, bracket) in open.iter().enumerate() {
        let inside = bracket + 1;
        let is_list = text[*bracket..].starts_with('[');
        let mut before = entries(&text[inside..open.get(nth + 1).copied().unwrap_or(offset)]);
        let entry = uncommented(before.pop()?);
        let pair = split_key(entry).filter(|_| !is_list);
        (place.typed, place.behind_key) = pair.map_or((entry, false), |(_, rest)| (rest, true));
        place.steps.extend(if is_list { Some("") } else { pair.map(|(key, _)| key) });
        place.taken.clear();
        if pair.is_none() {
            // The first entry behind the place is the end of the one it stands in.
            let behind = entries(&text[offset..]);
            place.taken.extend(before.iter().chain(behind.iter().skip(1)).filter_map(|entry| name(entry, is_list)));
        }
    }
    Some(place)
}

/// What no other entry may be called: an item itself, or the key of a pair.
fn name(entry: &str, is_list: bool) -> Option<&str> {
    let entry = uncommented(entry).split(" #").next()?.trim();
    if is_list { Some(entry) } else { split_key(entry).map(|(key, _)| key) }
}

/// Without blanks and comments in front.
fn uncommented(entry: &str) -> &str {
    let mut entry = entry.trim_start();
    while let Some((_, below)) = entry.strip_prefix('#').and_then(|comment| comment.split_once('\n')) {
        entry = below.trim_start();
    }
    entry
}

/// Where the brackets stand that are still open at the end of a text, the outermost first.
fn open(text: &str) -> Vec<usize> {
    let mut open = Vec::new();
    let mut indent_of_first = 0;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        // What a bracket holds is indented deeper: it was never closed.
        if indent <= indent_of_first && !content.is_empty() && !content.starts_with([']', '}']) {
            open.clear();
        }
        let mut scan = Scan::default();
        for (at, c) in line.char_indices() {
            match scan.step(c, !open.is_empty()) {
                Seen::Open => {
                    if open.is_empty() {
                        indent_of_first = indent;
                    }
                    open.push(start + at);
                }
                Seen::Close => {
                    open.pop();
                }
                Seen::Comma | Seen::Other => {}
            }
        }
        start += line.len();
    }
    open
}

/// What commas divide, up to the end of the brackets around it.
fn entries(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let mut scan = Scan::default();
    for (at, c) in text.char_indices() {
        match scan.step(c, true) {
            Seen::Open => depth += 1,
            Seen::Close if depth == 0 => {
                found.push(&text[start..at]);
                return found;
            }
            Seen::Close => depth -= 1,
            Seen::Comma if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

enum Seen {
    Open,
    Close,
    Comma,
    Other,
}

/// Reads a text character by character; quotes and brackets count only where a value may begin.
struct Scan {
    comment: bool,
    quote: Option<char>,
    begins: bool,
    previous: char,
}

impl Default for Scan {
    fn default() -> Self {
        Self { comment: false, quote: None, begins: true, previous: ' ' }
    }
}

impl Scan {
    fn step(&mut self, c: char, inside: bool) -> Seen {
        let previous = std::mem::replace(&mut self.previous, c);
        if self.comment {
            self.comment = c != '\n';
            return Seen::Other;
        }
        if self.quote.is_some() {
            self.quote = self.quote.filter(|quote| *quote != c);
            return Seen::Other;
        }
        let behind_blank = previous.is_whitespace();
        let begins = self.begins && (behind_blank || matches!(previous, '[' | '{' | ','));
        if !c.is_whitespace() {
            self.begins = matches!(c, ':' | '-' | ',' | '[' | '{');
        }
        match c {
            '"' | '\'' if begins => {
                self.quote = Some(c);
                Seen::Other
            }
            '[' | '{' if begins || inside => Seen::Open,
            ']' | '}' if inside => Seen::Close,
            ',' => Seen::Comma,
            '#' if behind_blank => {
                self.comment = true;
                Seen::Other
            }
            _ => Seen::Other,
        }
    }
}
