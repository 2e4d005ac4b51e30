//! Bytes to text: which file, its encoding, and back again.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::world::World;

/// Largest input in bytes. The largest cluster.yml in public repositories has some twelve kilobytes.
pub const LIMIT: usize = 8 << 20;

/// How the bytes of a file are read; rke's parser goes by the byte order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A byte order mark stays part of the text.
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    fn of(bytes: &[u8]) -> Self {
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

/// Where bytes stop to be text.
#[derive(Debug, thiserror::Error)]
#[error("is not {}: byte 0x{byte:02x} at offset {offset}", encoding.name())]
pub struct NoText {
    pub encoding: Encoding,
    pub offset: usize,
    pub byte: u8,
    /// What can be read.
    pub before: String,
    /// In the words of rke's reader (gopkg.in/yaml.v2 v2.4.0, readerc.go).
    pub error: &'static str,
}

/// One input, read as a whole.
pub struct Input {
    /// As the person wrote it; `-` for standard input.
    pub path: PathBuf,
    pub text: String,
    pub encoding: Encoding,
}

impl Input {
    pub fn is_stdin(&self) -> bool {
        self.path == Path::new("-")
    }

    pub fn name(&self) -> String {
        if self.is_stdin() { "<stdin>".to_owned() } else { self.path.display().to_string() }
    }
}

/// The file rke itself would take.
pub fn default_path(world: &World) -> PathBuf {
    PathBuf::from(world.env("RKE_CONFIG").unwrap_or("cluster.yml"))
}

pub fn read(path: &Path, world: &mut World) -> Result<Input, Error> {
    read_up_to(LIMIT, path, world)
}

pub fn read_up_to(limit: usize, path: &Path, world: &mut World) -> Result<Input, Error> {
    let read_limited = |from: &mut dyn Read| read_limited(limit, from);
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let bytes = if path == Path::new("-") {
        read_limited(&mut world.stdin).map_err(failed)?
    } else {
        File::open(world.path(path)).and_then(|mut file| read_limited(&mut file)).map_err(failed)?
    };
    if bytes.len() > limit {
        return Err(Error::TooLarge { path: path.to_owned(), limit });
    }
    let encoding = Encoding::of(&bytes);
    let text = match encoding {
        Encoding::Utf8 => decode_utf8(bytes),
        Encoding::Utf16Le | Encoding::Utf16Be => decode_utf16(&bytes, encoding),
    };
    let text = text.map_err(|fault| Error::NoText { path: path.to_owned(), fault: Box::new(fault) })?;
    Ok(Input { path: path.to_owned(), text, encoding })
}

/// At most one byte more than the limit.
fn read_limited(limit: usize, from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

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
