//! The bytes of a file to text, and back again.

use std::fmt;

/// How the bytes of a file are read; rke's parser goes by the byte order mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// A byte order mark stays part of the text.
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le | Self::Utf16Be => "UTF-16",
        }
    }

    /// The bytes of a file that holds this text.
    pub fn encode(self, text: &str) -> Vec<u8> {
        let units = || "\u{feff}".encode_utf16().chain(text.encode_utf16());
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16Le => units().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => units().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

/// The text of a file, without the byte order mark of UTF-16, and how it was written.
pub fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), NoText> {
    let encoding = Encoding::of(&bytes);
    let text = match encoding {
        Encoding::Utf8 => decode_utf8(bytes),
        Encoding::Utf16Le | Encoding::Utf16Be => decode_utf16(&bytes, encoding),
    };
    Ok((text?, encoding))
}

/// Where bytes stop to be text.
#[derive(Debug)]
pub struct NoText {
    pub encoding: Encoding,
    pub offset: usize,
    pub byte: u8,
    /// What can be read.
    pub before: String,
    /// In the words of rke's reader (gopkg.in/yaml.v2 v2.4.0, readerc.go).
    pub error: &'static str,
}

impl fmt::Display for NoText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "is not {}: byte 0x{:02x} at offset {}", self.encoding.name(), self.byte, self.offset)
    }
}

impl std::error::Error for NoText {}

fn decode_utf8(bytes: Vec<u8>) -> Result<String, NoText> {
    String::from_utf8(bytes).map_err(|error| {
        let (offset, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        NoText {
            encoding: Encoding::Utf8,
            offset,
            byte: bytes[offset],
            before: String::from_utf8_lossy(&bytes[..offset]).into_owned(),
            error: utf8_error(&bytes[offset..]),
        }
    })
}

/// What rke's reader says of bytes that begin with none of a character.
fn utf8_error(bytes: &[u8]) -> &'static str {
    let (width, first) = match bytes[0] {
        byte if byte & 0xe0 == 0xc0 => (2, byte & 0x1f),
        byte if byte & 0xf0 == 0xe0 => (3, byte & 0x0f),
        byte if byte & 0xf8 == 0xf0 => (4, byte & 0x07),
        _ => return "invalid leading UTF-8 octet",
    };
    let Some(trailing) = bytes.get(1..width) else { return "incomplete UTF-8 octet sequence" };
    if trailing.iter().any(|byte| byte & 0xc0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    let value = trailing.iter().fold(u32::from(first), |value, byte| value << 6 | u32::from(byte & 0x3f));
    let shortest = [0, 0, 0x80, 0x800, 0x1_0000][width];
    if value < shortest { "invalid length of a UTF-8 sequence" } else { "invalid Unicode character" }
}

/// The text after the byte order mark.
fn decode_utf16(bytes: &[u8], encoding: Encoding) -> Result<String, NoText> {
    let unit = |pair: &[u8]| match encoding {
        Encoding::Utf16Be => u16::from_be_bytes([pair[0], pair[1]]),
        _ => u16::from_le_bytes([pair[0], pair[1]]),
    };
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut offset = 2;
    let mut error = "incomplete UTF-16 character";
    for decoded in char::decode_utf16(bytes[2..].chunks_exact(2).map(unit)) {
        match decoded {
            Ok(character) => {
                text.push(character);
                offset += 2 * character.len_utf16();
            }
            Err(broken) => {
                error = match broken.unpaired_surrogate() {
                    0xdc00.. => "unexpected low surrogate area",
                    _ if bytes.len() < offset + 4 => "incomplete UTF-16 surrogate pair",
                    _ => "expected low surrogate area",
                };
                break;
            }
        }
    }
    if offset == bytes.len() {
        return Ok(text);
    }
    Err(NoText { encoding, offset, byte: bytes[offset], before: text, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_comes_back_byte_for_byte_and_names_the_byte_where_it_breaks() {
        let text = "a: ü😀\r\n";
        for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
            let bytes = encoding.encode(text);
            assert_eq!(Encoding::of(&bytes), encoding);
            assert_eq!(decode_utf16(&bytes, encoding).unwrap(), text);
            assert_eq!(decode_utf16(&bytes[..bytes.len() - 1], encoding).unwrap_err().offset, bytes.len() - 2);
        }
    }

    /// As rke v1.6.3 answered.
    #[test]
    fn bytes_that_are_no_text_are_told_in_the_words_of_rke() {
        for (bytes, error) in [
            (&b"\xff"[..], "invalid leading UTF-8 octet"),
            (b"\x80", "invalid leading UTF-8 octet"),
            (b"\xf8\x88\x80\x80\x80", "invalid leading UTF-8 octet"),
            (b"\xe9", "incomplete UTF-8 octet sequence"),
            (b"\xe2\x82", "incomplete UTF-8 octet sequence"),
            (b"\xe9 \n", "invalid trailing UTF-8 octet"),
            (b"\xc0\x80", "invalid length of a UTF-8 sequence"),
            (b"\xe0\x80\xaf", "invalid length of a UTF-8 sequence"),
            (b"\xed\xa0\x80", "invalid Unicode character"),
            (b"\xf4\x90\x80\x80", "invalid Unicode character"),
        ] {
            let fault = decode_utf8([b"a: ", bytes].concat()).unwrap_err();
            assert_eq!((fault.before.as_str(), fault.error), ("a: ", error));
        }
        for (bytes, error) in [
            (&[0x61][..], "incomplete UTF-16 character"),
            (&[0, 0xd8], "incomplete UTF-16 surrogate pair"),
            (&[0, 0xd8, 0x61, 0], "expected low surrogate area"),
            (&[0, 0xdc, 0x61, 0], "unexpected low surrogate area"),
        ] {
            let fault = decode_utf16(&[&[0xff, 0xfe, 0x61, 0], bytes].concat(), Encoding::Utf16Le).unwrap_err();
            assert_eq!((fault.offset, fault.before.as_str(), fault.error), (4, "a", error));
        }
    }
}
