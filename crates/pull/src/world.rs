//! Everything outside the program that the commands touch. Tests put their own in its place.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

pub struct World {
    pub stdin: Box<dyn Read>,
    pub stdout: Box<dyn Write>,
    pub stderr: Box<dyn Write>,
    pub stdout_is_terminal: bool,
    pub env: BTreeMap<String, String>,
    /// Relative file names start here.
    pub dir: PathBuf,
}

impl World {
    /// The process's own. Variables that are no UTF-8 are not seen.
    pub fn real() -> Self {
        let env =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self {
            stdin: Box::new(io::stdin()),
            stdout: Box::new(io::BufWriter::new(io::stdout())),
            stderr: Box::new(io::stderr()),
            stdout_is_terminal: io::stdout().is_terminal(),
            env: env.collect(),
            dir: PathBuf::new(),
        }
    }

    /// A variable that is set and not empty.
    pub fn env(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where this program keeps what it can get again: `$XDG_CACHE_HOME/drydock`, else `~/.cache/drydock`.
    pub fn cache(&self) -> Option<PathBuf> {
        let caches = self.env("XDG_CACHE_HOME").map(PathBuf::from);
        let caches = caches.or_else(|| Some(Path::new(self.env("HOME")?).join(".cache")))?;
        Some(self.path(&caches).join("drydock"))
    }

    pub fn path(&self, path: &Path) -> PathBuf {
        self.dir.join(path)
    }
}
