//! Where the parser reads other than yaml.v2: characters it must not see are hidden from it, and put back after.
//!
//! yaml.v2 takes a colon before `,[]{}` in flow context for a part of a plain scalar, `,[]` for parts of a tag,
//! `\'` for an escape, and a byte order mark behind the start for a letter. What stands in for a character has its
//! length in bytes, so that places are the same.

use std::borrow::Cow;
use std::ops::Range;

/// So many characters are hidden one by one, each by reading anew; a text with more of them stays refused.
const MOST: usize = 64;
const MARK: char = '\u{feff}';

pub struct Level<'t> {
    pub text: Cow<'t, str>,
    hidden: Vec<Hidden>,
    tries: usize,
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
        level.hide_in_tags(starts);
        level
    }

    /// For a text in whose tags nothing is left to hide.
    pub fn untagged(text: &'t str) -> Self {
        let mut level = Self { text: Cow::Borrowed(text), hidden: Vec::new(), tries: 0 };
        level.hide_marks();
        level
    }

    /// Hides what the parser refused at `at`; `false` where yaml.v2 refuses it too.
    pub fn hide(&mut self, what: &str, at: usize) -> bool {
        self.tries += 1;
        if self.tries > MOST {
            return false;
        }
        let rest = &self.text[at..];
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
        let marks: Vec<usize> = self.text.match_indices(MARK).map(|(at, _)| at).filter(|at| *at > 0).collect();
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

    fn read(text: &str) -> Result<Plain, String> {
        let document = Document::parse(text).0;
        match document.stop {
            Some(stop) => Err(stop.error),
            None => Ok(plain(&document, document.root.unwrap())),
        }
    }

    fn text(text: &str) -> Plain {
        Plain::Text(text.to_owned())
    }

    #[test]
    fn reads_what_yaml_v2_reads() {
        assert_eq!(read("[a:, b~]"), Ok(Plain::List(vec![text("a:"), text("b~")])));
        assert_eq!(read("\"it\\'s\""), Ok(text("it's")));
        assert_eq!(read("a\u{feff}b"), Ok(text("a\u{feff}b")));
        assert_eq!(read("!x,[y] z"), Ok(text("z")));
        assert_eq!(read("[!x,y z, a !b,c]"), Ok(Plain::List(vec![text("z"), text("a !b"), text("c")])));
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
