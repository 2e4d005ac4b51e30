//! What can go wrong outside the file's text: the world, and how the program was called.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use drydock_core::encoding::NoText;
use drydock_core::image::metadata::MetadataError;

use crate::input;

/// A source of failure from another crate.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A bad `cluster.yml` is no error of this kind: what is wrong with its text is said by findings.
///
/// No message holds a secret: addresses are told without their query, see [`bare`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read {}: {source}", shown(path))]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is larger than {} MiB", shown(path), limit >> 20)]
    TooLarge { path: PathBuf, limit: usize },
    #[error("{} {fault}", shown(path))]
    NoText { path: PathBuf, fault: Box<NoText> },
    #[error("cannot write {}: {source}", shown(path))]
    Write { path: PathBuf, source: io::Error },
    #[error("{} has changed since it was read; it was left as it is", shown(path))]
    Changed { path: PathBuf },
    /// In place of a cluster.yml; `belongs` is the file that rke made it for.
    #[error("{} is rke's state file, no cluster.yml: rke reads nothing of it", shown(path))]
    StateFile { path: PathBuf, belongs: PathBuf },
    /// In place of a cluster.yml; `what` it is.
    #[error("{} is no cluster.yml: {what}; rke reads nothing of it", shown(path))]
    OtherFile { path: PathBuf, what: String },
    /// The file of `--metadata`.
    #[error("{} is no metadata of rke: {source}", shown(path))]
    Metadata { path: PathBuf, source: MetadataError },
    #[error("{0}")]
    Usage(String),
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),

    /// A source that should have given a login gave none; `why` names each that was tried.
    #[error("no credentials for {registry}: {why}")]
    Credentials { registry: String, why: String },
    /// 401 or 403, with fresh credentials too. `what` is an image or address, `answer` the registry's words.
    #[error("{what} is refused: {answer}")]
    Denied { what: String, answer: String },
    #[error("{what} is not found: {answer}")]
    NotFound { what: String, answer: String },
    /// No usable answer: DNS, TCP, TLS, a connection cut or silent.
    #[error("{what}: {}", chain(source.as_ref()))]
    Network { what: String, source: Cause },
    /// An answer that says neither yes nor no, after all retries.
    #[error("{what}: status {status}{}{answer}", if answer.is_empty() { "" } else { ", " })]
    Status { what: String, status: u16, answer: String },
    /// An answer, or a file, that is none of the protocol.
    #[error("{what} cannot be used: {why}")]
    Malformed { what: String, why: String },
    #[error("{what} has digest {found}, expected {expected}")]
    Digest { what: String, expected: String, found: String },
    #[error("cannot use {}: {source}", shown(path))]
    Disk { path: PathBuf, source: io::Error },
    #[error("{} has {free} bytes free, {needed} are needed", shown(path))]
    Space { path: PathBuf, needed: u64, free: u64 },
    #[error("interrupted")]
    Interrupted,
}

/// A path as messages name it.
pub fn shown(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// An error and what caused it, joined by colons; a cause whose text its error already holds is left out.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            let _ = write!(text, ": {next}");
        }
        cause = error.source();
    }
    text
}

/// An address without its query, which may be signed, and without a login.
pub fn bare(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => url.to_owned(),
    }
}

impl Error {
    /// What the person can do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "name a file, set RKE_CONFIG, or give `-` for standard input"
            }
            Self::TooLarge { limit: input::LIMIT, .. } => "a cluster.yml has a few kilobytes; is this the right file?",
            Self::Read { source, .. } if source.kind() == io::ErrorKind::IsADirectory => {
                "name the file in it, as ./cluster.yml"
            }
            Self::NoText { .. } => "save the file as UTF-8; rke reads UTF-8, and UTF-16 with a byte order mark",
            Self::Metadata { source, .. } => source.hint(),
            Self::StateFile { belongs, .. } => {
                return Some(format!("give {}, the file that rke was run with", belongs.display()));
            }
            Self::OtherFile { .. } => "name the file that rke is run with",
            Self::Changed { .. } => "run the command again",
            Self::Credentials { registry, .. } => {
                return Some(format!("`pull login --check {registry}` says what each source answers"));
            }
            Self::NotFound { answer, .. } if answer.contains("NAME_UNKNOWN") => {
                "make the repository first; on Amazon ECR --create does so"
            }
            Self::Denied { .. } => "`pull login --check` says which login was sent and where it comes from",
            Self::Network { .. } => "`pull doctor` looks at DNS, TLS and proxies one by one",
            Self::Space { .. } => "make room, or name a folder on another disk",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// Of the contract.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Credentials { .. } | Self::Denied { .. } => 3,
            Self::NotFound { .. } => 4,
            Self::Network { .. } | Self::Status { .. } | Self::Malformed { .. } => 5,
            Self::Digest { .. } => 6,
            Self::Disk { .. } | Self::Space { .. } => 7,
            Self::Interrupted => 130,
            _ => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_what_is_secret_in_it() {
        for (url, told) in [
            ("https://u:p@r.example/v2/a?X-Amz-Signature=s", "https://r.example/v2/a"),
            ("https://r.example?token=t", "https://r.example"),
            ("r.example/v2/#t", "r.example/v2/"),
        ] {
            assert_eq!(bare(url), told);
        }
    }

    #[test]
    fn a_chain_names_each_cause_once() {
        let inner = io::Error::other("connection refused");
        let outer = Error::Network { what: "https://r/v2/".to_owned(), source: Box::new(inner) };
        assert_eq!(chain(&outer), "https://r/v2/: connection refused");
        assert_eq!(outer.exit_code(), 5);
    }
}
