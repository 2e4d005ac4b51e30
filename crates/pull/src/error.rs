//! What can go wrong outside the file's text: the world, and how the program was called.

use std::io;
use std::path::{Path, PathBuf};

use crate::input::LIMIT;

/// A bad `cluster.yml` is no error of this kind: what is wrong with its text is said by findings.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read {}: {source}", shown(path))]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is larger than {} MiB", shown(path), LIMIT >> 20)]
    TooLarge { path: PathBuf },
    #[error("{} is not UTF-8: byte 0x{byte:02x} at offset {offset}", shown(path))]
    NotUtf8 { path: PathBuf, offset: usize, byte: u8 },
    #[error("{} is broken UTF-16 at byte offset {offset}", shown(path))]
    NotUtf16 { path: PathBuf, offset: usize },
    #[error("cannot write {}: {source}", shown(path))]
    Write { path: PathBuf, source: io::Error },
    #[error("{} has changed since it was read; it was left as it is", shown(path))]
    Changed { path: PathBuf },
    #[error("{0}")]
    Usage(String),
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
}

/// A path as messages name it.
pub fn shown(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

impl Error {
    /// What the person can do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("name a file, set RKE_CONFIG, or give `-` for standard input".to_owned())
            }
            Self::TooLarge { .. } => Some("a cluster.yml has a few kilobytes; is this the right file?".to_owned()),
            Self::NotUtf8 { .. } => {
                Some("save the file as UTF-8; rke reads UTF-8, and UTF-16 with a byte order mark".to_owned())
            }
            Self::Changed { .. } => Some("run the command again".to_owned()),
            _ => None,
        }
    }

    /// Of the contract: 2 for usage and files.
    pub const fn exit_code(&self) -> u8 {
        2
    }
}
