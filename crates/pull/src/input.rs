//! Which file, and its text.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use drydock_core::encoding::{self, Encoding};

use crate::error::Error;
use crate::world::World;

/// Largest input in bytes. The largest cluster.yml in public repositories has some twelve kilobytes.
pub const LIMIT: usize = 8 << 20;

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
    let no_text = |fault| Error::NoText { path: path.to_owned(), fault: Box::new(fault) };
    let (text, encoding) = encoding::decode(bytes).map_err(no_text)?;
    Ok(Input { path: path.to_owned(), text, encoding })
}

/// At most one byte more than the limit.
fn read_limited(limit: usize, from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
