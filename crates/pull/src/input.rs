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
        Encoding::Utf8 => String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            Error::NotUtf8 { path: path.to_owned(), offset, byte: error.as_bytes()[offset] }
        })?,
        Encoding::Utf16Le | Encoding::Utf16Be => {
            decode_utf16(&bytes, encoding).map_err(|offset| Error::NotUtf16 { path: path.to_owned(), offset })?
        }
    };
    Ok(Input { path: path.to_owned(), text, encoding })
}

/// At most one byte more than the limit.
fn read_limited(limit: usize, from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text after the byte order mark, or the offset of the byte where it breaks.
fn decode_utf16(bytes: &[u8], encoding: Encoding) -> Result<String, usize> {
    let unit = |pair: &[u8]| match encoding {
        Encoding::Utf16Be => u16::from_be_bytes([pair[0], pair[1]]),
        _ => u16::from_le_bytes([pair[0], pair[1]]),
    };
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut offset = 2;
    for decoded in char::decode_utf16(bytes[2..].chunks_exact(2).map(unit)) {
        let character = decoded.map_err(|_| offset)?;
        text.push(character);
        offset += 2 * character.len_utf16();
    }
    if offset == bytes.len() { Ok(text) } else { Err(offset) }
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
            assert_eq!(decode_utf16(&bytes, encoding).as_deref(), Ok(text));
            assert_eq!(decode_utf16(&bytes[..bytes.len() - 1], encoding), Err(bytes.len() - 2));
        }
        assert_eq!(decode_utf16(&[0xff, 0xfe, 0x61, 0, 0, 0xd8, 0x61, 0], Encoding::Utf16Le), Err(4));
    }
}
