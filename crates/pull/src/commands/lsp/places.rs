//! Places as the protocol counts them: lines from 0, columns from 0 in units that server and editor agree on.

use drydock_core::text::{Span, floor_char_boundary};
use gen_lsp_types::{Position, PositionEncodingKind, Range};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// Where nothing is agreed on.
    #[default]
    Utf16,
}

impl Encoding {
    pub const fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    const fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
        }
    }
}

/// The lines of one text. For the protocol a lone carriage return ends one, too.
pub struct Places<'t> {
    text: &'t str,
    encoding: Encoding,
    /// First byte of each line.
    starts: Vec<usize>,
}

impl<'t> Places<'t> {
    pub fn new(text: &'t str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = |at: &usize| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
        let starts = std::iter::once(0).chain((0..bytes.len()).filter(ends).map(|at| at + 1)).collect();
        Self { text, encoding, starts }
    }

    /// The byte at a place. A column behind its line counts as the line's end, a line behind the text as the text's.
    pub fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line).copied() else { return self.text.len() };
        let mut left = position.character as usize;
        let within = self.content(line).char_indices().find(|(_, character)| {
            let width = self.encoding.width(*character);
            let is_here = left < width;
            left = left.saturating_sub(width);
            is_here
        });
        start + within.map_or(self.content(line).len(), |(at, _)| at)
    }

    pub fn span(&self, range: Range) -> Span {
        let start = self.offset(range.start);
        Span::new(start, self.offset(range.end).max(start))
    }

    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let content = self.content(line);
        let column = &content[..content.len().min(offset - self.starts[line])];
        let units: usize = column.chars().map(|character| self.encoding.width(character)).sum();
        Position { line: count(line), character: count(units) }
    }

    pub fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// A line without its line break.
    fn content(&self, line: usize) -> &'t str {
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text[self.starts[line]..end].trim_end_matches(['\r', '\n'])
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_the_units_agreed_on_and_never_split_a_character() {
        let text = "a: 1\r\nü😀: x\rlast";
        for (encoding, column) in [(Encoding::Utf16, 5), (Encoding::Utf8, 8)] {
            let places = Places::new(text, encoding);
            let x = text.find('x').unwrap();
            assert_eq!(places.position(x), Position { line: 1, character: column });
            for offset in (0..=text.len()).filter(|at| text.is_char_boundary(*at) && *at != 5) {
                assert_eq!(places.offset(places.position(offset)), offset);
            }
            let face = text.find('😀').unwrap();
            let inside = Position { character: places.position(face).character + 1, line: 1 };
            assert_eq!(places.offset(inside), face);
        }
    }

    #[test]
    fn places_beyond_their_line_are_its_end() {
        let text = "ab\r\ncd";
        let places = Places::new(text, Encoding::Utf16);
        assert_eq!(places.offset(Position { line: 0, character: 9 }), 2);
        assert_eq!(places.offset(Position { line: 7, character: 0 }), text.len());
        // Between the two bytes of a line break there is no place.
        assert_eq!(places.position(3), Position { line: 0, character: 2 });
        assert_eq!(Places::new("", Encoding::Utf16).position(0), Position::default());
    }
}
