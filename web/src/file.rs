//! A file as it lies on disk. The editor knows neither encodings nor line breaks; they are remembered, so that a file
//! which is saved differs from the opened one only where its text does.

use drydock_core::encoding::{self, Encoding};
use drydock_core::yaml::MARK;

/// How the text of a file was written as bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coding {
    encoding: Encoding,
    /// UTF-8 with a byte order mark in front.
    marked: bool,
}

/// The text without its mark, or what is wrong with the file: to stand behind its name.
pub fn decode(bytes: Vec<u8>) -> Result<(String, Coding), String> {
    // In UTF-16 every other byte may be one.
    if Encoding::of(&bytes) == Encoding::Utf8 && bytes.contains(&0) {
        return Err(BINARY.to_owned());
    }
    let (text, encoding) = encoding::decode(bytes).map_err(|fault| match fault.encoding {
        Encoding::Utf8 => {
            let line = fault.before.matches('\n').count() + 1;
            format!(
                "is not UTF-8: byte 0x{:02X} in line {line}. It may be Latin-1 or Windows-1252: save it as UTF-8, then \
                 open it again.",
                fault.byte
            )
        }
        Encoding::Utf16Le | Encoding::Utf16Be => "begins as UTF-16 but is none further on.".to_owned(),
    })?;
    if text.contains('\0') {
        return Err(BINARY.to_owned());
    }
    Ok(match text.strip_prefix(MARK).filter(|_| encoding == Encoding::Utf8) {
        Some(unmarked) => (unmarked.to_owned(), Coding { encoding, marked: true }),
        None => (text, Coding { encoding, marked: false }),
    })
}

const BINARY: &str = "is binary, not text: it holds NUL bytes.";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    Lf,
    CrLf,
    /// YAML knows this one, too.
    Cr,
}

const BREAKS: [(Break, &str); 3] = [(Break::Cr, "\r"), (Break::CrLf, "\r\n"), (Break::Lf, "\n")];

/// What of a file is not in its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub coding: Coding,
    /// Of each line; empty where all are "\n".
    breaks: Vec<Break>,
}

impl Form {
    /// And the text with "\n" for each break, as editors keep it.
    pub fn of(text: &str) -> (Self, String) {
        let mut breaks = Vec::new();
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['\r', '\n']) {
            let found = if rest[at..].starts_with("\r\n") {
                (Break::CrLf, 2)
            } else if rest[at..].starts_with('\r') {
                (Break::Cr, 1)
            } else {
                (Break::Lf, 1)
            };
            plain.push_str(&rest[..at]);
            plain.push('\n');
            breaks.push(found.0);
            rest = &rest[at + found.1..];
        }
        plain.push_str(rest);
        if breaks.iter().all(|kind| *kind == Break::Lf) {
            breaks.clear();
        }
        (Self { coding: Coding::default(), breaks }, plain)
    }

    /// The file that holds `text`. Lines in front of the first that differs from `opened` and behind the last keep the
    /// break they had; those between get the one that most lines had.
    pub fn write(&self, opened: &str, text: &str) -> Vec<u8> {
        let text = self.with_breaks(opened, text);
        let Coding { encoding, marked } = self.coding;
        encoding.encode(&if marked { format!("{MARK}{text}") } else { text })
    }

    fn with_breaks(&self, opened: &str, text: &str) -> String {
        let usual = BREAKS.iter().max_by_key(|(kind, _)| self.breaks.iter().filter(|it| *it == kind).count());
        let Some((usual, _)) = usual.filter(|_| !self.breaks.is_empty()) else { return text.to_owned() };
        let (old, new): (Vec<_>, Vec<_>) =
            (opened.split_inclusive('\n').collect(), text.split_inclusive('\n').collect());
        let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
        let mut out = String::with_capacity(text.len() + new.len());
        for (row, line) in new.iter().enumerate() {
            let had = match row {
                row if row < head => self.breaks.get(row),
                row if row >= new.len() - tail => self.breaks.get(old.len() - (new.len() - row)),
                _ => None,
            };
            let had = had.unwrap_or(usual);
            let written = BREAKS.iter().find(|(kind, _)| kind == had).map_or("\n", |(_, written)| written);
            match line.strip_suffix('\n') {
                Some(line) => out.extend([line, written]),
                None => out.push_str(line),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is saved after `change` of the text.
    fn saved(bytes: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
        let (text, coding) = decode(bytes.to_vec()).unwrap();
        let (form, opened) = Form::of(&text);
        Form { coding, ..form }.write(&opened, &change(&opened))
    }

    fn same(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn what_is_not_changed_is_saved_byte_for_byte() {
        let files: [&[u8]; 7] = [
            b"a: 1\nb: 2\n",
            b"a: 1\r\nb: 2\r\n",
            b"\xef\xbb\xbfa: 1\r\nb: 2",
            b"a: 1\r\nb: 2\nc: 3\rd: 4\r\n",
            b"\xff\xfea\0:\0 \x001\0\r\0\n\0",
            b"\xfe\xff\0a\0\n",
            b"",
        ];
        for file in files {
            assert_eq!(saved(file, same), file, "{file:?}");
        }
    }

    #[test]
    fn a_changed_line_alone_differs() {
        let change = |text: &str| text.replace("b: 2", "b: x\ny: z");
        assert_eq!(saved(b"a: 1\r\nb: 2\r\nc: 3\r\n", change), b"a: 1\r\nb: x\r\ny: z\r\nc: 3\r\n");
        // Mixed: the lines around keep theirs, the new ones are as most are.
        assert_eq!(
            saved(b"a: 1\nb: 2\nc: 3\r\nd: 4\r\ne: 5\r\n", change),
            b"a: 1\nb: x\r\ny: z\r\nc: 3\r\nd: 4\r\ne: 5\r\n"
        );
        assert_eq!(saved(b"a: 1\r\nb: 2", |text| format!("{text}\nc: 3\n")), b"a: 1\r\nb: 2\r\nc: 3\r\n");
        assert_eq!(saved(b"a: 1\r\n", |_| String::new()), b"");
    }

    #[test]
    fn what_is_no_text_is_refused_by_what_it_is() {
        let refused = |bytes: &[u8]| decode(bytes.to_vec()).unwrap_err();
        assert_eq!(refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), BINARY);
        assert_eq!(refused(b"a\0b"), BINARY);
        assert!(refused(b"a: 1\nb: caf\xe9\n").starts_with("is not UTF-8: byte 0xE9 in line 2. It may be Latin-1"));
        assert!(refused(b"\xff\xfea").starts_with("begins as UTF-16"));
        assert!(refused(b"\xff\xfe\x00\xd8a\0").starts_with("begins as UTF-16"));
    }
}
