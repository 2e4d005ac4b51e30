//! Where the parser reads other than yaml.v2: characters it must not see are hidden from it, and put back after.
//!
//! yaml.v2 takes a colon before `,[]{}` in flow context for a part of a plain scalar, `,[]` for parts of a tag,
//! `\'` for an escape, and a byte order mark behind the start for a letter. What stands in for a character has its
//! length in bytes, so that places are the same; only what is dropped has not ([`Level::dropped`]).

use std::borrow::Cow;
use std::ops::Range;

use crate::text::floor_char_boundary;

/// So many characters are hidden one by one, each by reading anew; a text with more of them stays refused.
const MOST: usize = 64;
pub const MARK: char = '\u{feff}';
/// What yaml.v2 holds of a text at first.
const BUFFER: usize = 512;

/// Whether yaml.v2 takes the first character of lines for another one, as it does behind two marks.
pub fn loses_letters(text: &str) -> bool {
    text.starts_with("\u{feff}\u{feff}")
}

pub struct Level<'t> {
    pub text: Cow<'t, str>,
    /// Where a letter was that yaml.v2 does not see.
    pub dropped: Vec<Dropped>,
    hidden: Vec<Hidden>,
    tries: usize,
}

/// A mark stands in its place, which the parser skips as well.
#[derive(Clone, Copy)]
pub struct Dropped {
    /// Behind the mark.
    at: usize,
    width: usize,
}

/// The place in the text of a place behind some that were dropped.
pub fn place(dropped: &[Dropped], at: usize) -> usize {
    dropped.iter().filter(|dropped| dropped.at <= at).fold(at, |at, dropped| at + dropped.width - MARK.len_utf8())
}

struct Hidden {
    at: usize,
    /// What the value has instead.
    shown: char,
    original: char,
}

impl<'t> Level<'t> {
    /// `starts` says whether a token starts behind a text that is not finished.
    pub fn new(text: &'t str, starts: impl Fn(&str) -> bool) -> Self {
        let mut level = Self::untagged(text);
        level.hide_marks();
        level.drop_line_starts(&starts);
        level.hide_in_tags(starts);
        level
    }

    /// For a text in whose tags nothing is left to hide, nor any mark.
    pub fn untagged(text: &'t str) -> Self {
        Self { text: Cow::Borrowed(text), dropped: Vec::new(), hidden: Vec::new(), tries: 0 }
    }

    /// Hides what the parser refused at `at`; `false` where yaml.v2 refuses it too.
    pub fn hide(&mut self, what: &str, at: usize) -> bool {
        self.tries += 1;
        if self.tries > MOST {
            return false;
        }
        let Some(rest) = self.text.get(at..) else { return false };
        match what {
            "found unexpected ':'" if rest.starts_with(':') => self.put(at, ':'),
            "did not find expected whitespace or line break" if rest.starts_with([',', '[', ']']) => {
                let Some(c) = rest.chars().next() else { return false };
                self.put(at, c);
            }
            "found unknown escape character" if rest.starts_with("\\'") => {
                // The escape of a no-break space is one that both know.
                self.text.to_mut().replace_range(at + 1..at + 2, "_");
                self.hidden.push(Hidden { at: at + 1, shown: '\u{a0}', original: '\'' });
            }
            _ => return false,
        }
        true
    }

    /// Puts back what was hidden in the raw text of a value.
    pub fn restore(&self, value: String, raw: &Range<usize>) -> String {
        let inside = self.hidden.iter().filter(|h| raw.contains(&h.at));
        inside.fold(value, |value, hidden| match value.contains(hidden.shown) {
            true => value.replace(hidden.shown, hidden.original.encode_utf8(&mut [0; 4])),
            false => value,
        })
    }

    fn put(&mut self, at: usize, original: char) {
        let used = self.hidden.iter().find(|h| h.original == original).map(|h| h.shown);
        let spare = ['~', '$', '=', ';', '(', ')', '*', '+', '@', '/'].into_iter().find(|c| !self.text.contains(*c));
        let shown = used.or(spare).unwrap_or('x');
        self.text.to_mut().replace_range(at..=at, shown.encode_utf8(&mut [0; 4]));
        self.hidden.push(Hidden { at, shown, original });
    }

    fn hide_marks(&mut self) {
        let start = self.text.chars().take_while(|c| *c == MARK).take(2).count() * MARK.len_utf8();
        let marks: Vec<usize> = self.text[start..].match_indices(MARK).map(|(at, _)| start + at).collect();
        if marks.is_empty() {
            return;
        }
        // Three bytes long, as the mark is.
        let Some(shown) = ('\u{e000}'..'\u{e010}').find(|c| !self.text.contains(*c)) else { return };
        for at in marks {
            self.text.to_mut().replace_range(at..at + MARK.len_utf8(), shown.encode_utf8(&mut [0; 4]));
            self.hidden.push(Hidden { at, shown, original: MARK });
        }
    }

    /// Behind two marks yaml.v2 takes the first character of each line for another one, until it fills its buffer anew.
    fn drop_line_starts(&mut self, starts: impl Fn(&str) -> bool) {
        if !loses_letters(&self.text) {
            return;
        }
        let mut end = floor_char_boundary(&self.text, BUFFER);
        let mut at = 0;
        while let Some(line) = self.text[at..end].find('\n') {
            at += line + 1;
            let Some(first) = self.text[at..end].chars().next() else { return };
            // The break of an empty line may belong to a scalar that goes on behind it, if far enough to the right.
            let blanks = if first == '\n' { BUFFER } else { 0 };
            if first != ' ' && starts(&format!("{}{:blanks$}", &self.text[..at], "")) {
                let width = first.len_utf8();
                self.text.to_mut().replace_range(at..at + width, MARK.encode_utf8(&mut [0; 4]));
                at += MARK.len_utf8();
                end = end + MARK.len_utf8() - width;
                self.dropped.push(Dropped { at, width });
            }
        }
    }

    /// A tag before a comma makes the parser panic in flow context, so these are found beforehand.
    fn hide_in_tags(&mut self, starts: impl Fn(&str) -> bool) {
        let mut from = 0;
        let mut probes = 0;
        while let Some(at) = self.text[from..].find('!').map(|i| from + i) {
            let rest = &self.text[at..];
            let end = at + rest.find(|c: char| c.is_whitespace() || c == '\0').unwrap_or(rest.len());
            from = at + 1;
            if !self.text[at..end].contains(',') {
                continue;
            }
            probes += 1;
            if probes <= MOST && !starts(&self.text[..at]) {
                continue;
            }
            let tag: Vec<(usize, char)> =
                self.text[at..end].char_indices().filter(|(_, c)| matches!(c, ',' | '[' | ']')).collect();
            tag.into_iter().for_each(|(i, c)| self.put(at + i, c));
            from = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::cluster::generic::{Plain, plain};
    use crate::yaml::Document;

    /// The value, or those of the list.
    fn read(text: &str) -> Result<Vec<Plain>, String> {
        let document = Document::parse(text).0;
        match document.stop {
            Some(stop) => Err(stop.error),
            None => Ok(match document.items(document.root.unwrap()) {
                [] => vec![plain(&document, document.root.unwrap())],
                items => items.iter().map(|item| plain(&document, *item)).collect(),
            }),
        }
    }

    #[test]
    fn reads_what_yaml_v2_reads() {
        let texts = |texts: &[&str]| Ok(texts.iter().map(|text| Plain::Text((*text).to_owned())).collect());
        assert_eq!(read("[a:, b~]"), texts(&["a:", "b~"]));
        assert_eq!(read("\"it\\'s\""), texts(&["it's"]));
        assert_eq!(read("a\u{feff}b"), texts(&["a\u{feff}b"]));
        assert_eq!(read("!x,[y] z"), texts(&["z"]));
        assert_eq!(read("[!x,y z, a !b,c]"), texts(&["z", "a !b", "c"]));
    }

    #[test]
    fn refuses_what_yaml_v2_refuses() {
        assert_eq!(read("[a?b]"), Err("did not find expected ',' or ']'".to_owned()));
        assert_eq!(read("a:\n  b: {c: d, e: f?}"), Err("line 1: did not find expected ',' or '}'".to_owned()));
        assert_eq!(read("[a: b?]"), Err("did not find expected ',' or ']'".to_owned()));
        assert_eq!(read("a: \"b\\/\"\nc: ["), Err("found unknown escape character".to_owned()));
        assert_eq!(read("{!a:, '"), Err("found unexpected end of stream".to_owned()));
        assert_eq!(read("a: 1\nb: \"\\"), Err("line 2: found unknown escape character".to_owned()));
    }
}
