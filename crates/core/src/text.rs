//! Places in a text: byte spans inside, lines and columns at the edge.

use std::ops::Range;

/// A range of bytes in the text. Never splits a character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    pub const fn contains(self, offset: usize) -> bool {
        self.start <= offset && offset < self.end
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// Line and column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// Line starts of one text: turns byte offsets into lines, columns and UTF-16 offsets.
#[derive(Clone, Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// UTF-16 units before each line.
    units: Vec<usize>,
}

impl<'t> LineIndex<'t> {
    pub fn new(text: &'t str) -> Self {
        let starts: Vec<usize> = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1))
            .collect();
        let mut units = vec![0];
        for line in starts.windows(2) {
            units.push(units[units.len() - 1] + utf16_units(&text[line[0]..line[1]]));
        }
        Self { text, starts, units }
    }

    /// `offset` beyond the text counts as its end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// The bytes of a line (from 1) without its line break.
    pub fn line(&self, line: usize) -> Option<Span> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).map_or(self.text.len(), |next| next - 1);
        let end = if self.text[start..end].ends_with('\r') { end - 1 } else { end };
        Some(Span::new(start, end))
    }

    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// Where `offset` lies in UTF-16 code units, as editors count.
    pub fn utf16(&self, offset: usize) -> usize {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        self.units[line] + utf16_units(&self.text[self.starts[line]..offset])
    }
}

/// How many UTF-16 units the text has.
fn utf16_units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The first byte of the line that holds `offset`.
pub fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |at| at + 1)
}

/// How many bytes of its line stand before `offset`.
pub fn column(text: &str, offset: usize) -> usize {
    offset - line_start(text, offset)
}

/// The nearest place at or before `offset` that does not split a character.
pub fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// A span a person can see: whole characters, more than line breaks, never empty unless the text is.
pub fn visible(text: &str, span: Span) -> Span {
    let mut start = floor_char_boundary(text, span.start);
    let mut end = floor_char_boundary(text, span.end.max(start));
    while end < span.end.min(text.len()) {
        end += text[end..].chars().next().map_or(1, char::len_utf8);
    }
    if text[start..end].trim_matches(['\r', '\n']).is_empty() {
        // Point at what stands before, else at what follows.
        match text[..start].trim_end().char_indices().next_back() {
            Some((i, c)) => (start, end) = (i, i + c.len_utf8()),
            None => match text[start..].char_indices().find(|(_, c)| !c.is_whitespace()) {
                Some((i, c)) => (start, end) = (start + i, start + i + c.len_utf8()),
                None => (start, end) = (0, text.chars().next().map_or(0, char::len_utf8)),
            },
        }
    }
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_editors_count_utf16() {
        let text = "a: 1\r\nü😀: x\n";
        let index = LineIndex::new(text);
        let x = text.find('x').unwrap();
        assert_eq!(index.position(x), Position { line: 2, column: 5 });
        assert_eq!(index.utf16(x), 6 + 1 + 2 + 2);
        assert_eq!(index.line(1), Some(Span::new(0, 4)));
        assert_eq!(index.position(text.len() + 9).line, 3);
    }
}
