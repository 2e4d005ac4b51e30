//! Text in quotes, as Go prints it in errors.

use std::fmt::Write as _;

/// `%q`: what cannot be printed is escaped.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        let code = u32::from(c);
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            '\u{7}' => write!(out, "\\a"),
            '\u{8}' => write!(out, "\\b"),
            '\u{c}' => write!(out, "\\f"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            '\u{b}' => write!(out, "\\v"),
            '\0'..='\u{1f}' | '\u{7f}' => write!(out, "\\x{code:02x}"),
            '\'' => write!(out, "'"),
            _ if c.escape_debug().len() == 1 => write!(out, "{c}"),
            '\0'..='\u{ffff}' => write!(out, "\\u{code:04x}"),
            _ => write!(out, "\\U{code:08x}"),
        };
    }
    out.push('"');
    out
}

/// As Go's time package quotes: byte by byte, so that what is not ASCII comes apart.
pub fn quote_bytes(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for byte in text.bytes() {
        let _ = match byte {
            b'"' | b'\\' => write!(out, "\\{}", char::from(byte)),
            b' '..=b'\x7f' => write!(out, "{}", char::from(byte)),
            _ => write!(out, "\\x{byte:02x}"),
        };
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        assert_eq!(quote("a'\"\\\n\u{1b}\u{a0}é\u{2028}"), r#""a'\"\\\n\x1b\u00a0é\u2028""#);
        assert_eq!(quote_bytes("a\n\"é"), r#""a\x0a\"\xc3\xa9""#);
    }
}
