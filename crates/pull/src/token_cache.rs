//! Tokens of ECR kept between runs, in files that only their owner can read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use drydock_core::credentials::EcrKeys;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::credentials::Secret;
use crate::ecr::{ENVIRONMENT, Endpoint, Token};
use crate::save;

/// How long another process may take to get a token before this one asks as well.
const PATIENCE: Duration = Duration::from_secs(90);

/// Keeps nothing where there is no home to keep it in: what fails here costs a request, no more.
#[derive(Clone, Debug, Default)]
pub struct TokenCache {
    folder: Option<PathBuf>,
}

pub struct Entry {
    pub token: Token,
    /// When AWS gave it.
    pub given: SystemTime,
}

/// Times in milliseconds since 1970.
#[derive(Serialize, Deserialize)]
struct Written<'t> {
    user: &'t str,
    password: &'t str,
    given: u64,
    expires: Option<u64>,
}

impl TokenCache {
    /// `$XDG_CACHE_HOME/drydock/ecr`, else `~/.cache/drydock/ecr`.
    pub fn of(env: &BTreeMap<String, String>) -> Self {
        let set = |name: &str| env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let caches = set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")));
        Self { folder: caches.map(|caches| caches.join("drydock/ecr")) }
    }

    /// Names the registry's endpoint and whom the token is for: everything that selects an AWS identity counts.
    pub fn key(&self, endpoint: &Endpoint, keys: Option<&EcrKeys>, env: &BTreeMap<String, String>) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &[u8]| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        add(format!("{endpoint:?}").as_bytes());
        if let Some(keys) = keys {
            add(keys.access_key_id.as_bytes());
            add(keys.session_token.as_bytes());
        }
        for name in ENVIRONMENT {
            add(env.get(name).map_or(b"", |value| value.as_bytes()));
        }
        let home = |file: &str| env.get("HOME").map(|home| Path::new(home).join(".aws").join(file));
        let named = |name: &str| env.get(name).map(PathBuf::from);
        let files = [
            named("AWS_CONFIG_FILE").or_else(|| home("config")),
            named("AWS_SHARED_CREDENTIALS_FILE").or_else(|| home("credentials")),
        ];
        for file in files.into_iter().flatten() {
            add(&fs::read(file).unwrap_or_default());
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// For people: where the entry is.
    pub fn name(&self, key: &str) -> String {
        self.path(key, "json").map(|path| path.display().to_string()).unwrap_or_default()
    }

    fn path(&self, key: &str, extension: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(key).with_extension(extension))
    }

    /// None where there is no entry, or where others could have read or written it.
    pub fn load(&self, key: &str) -> Option<Entry> {
        let path = self.path(key, "json")?;
        if !owner_only(path.parent()?) || !owner_only(&path) {
            return None;
        }
        let bytes = zeroize::Zeroizing::new(fs::read(path).ok()?);
        let written: Written<'_> = serde_json::from_slice(&bytes).ok()?;
        let at = |millis| UNIX_EPOCH + Duration::from_millis(millis);
        let token = Token {
            user: written.user.to_owned(),
            password: Secret::new(written.password),
            expires: written.expires.map(at),
        };
        Some(Entry { token, given: at(written.given) })
    }

    pub fn store(&self, key: &str, entry: &Entry) {
        let Some(path) = self.path(key, "json") else { return };
        let millis = |at: SystemTime| at.duration_since(UNIX_EPOCH).map_or(0, |past| past.as_millis() as u64);
        let written = Written {
            user: &entry.token.user,
            password: entry.token.password.expose(),
            given: millis(entry.given),
            expires: entry.token.expires.map(millis),
        };
        if let (Ok(()), Ok(bytes)) = (self.make_folder(), serde_json::to_vec(&written)) {
            let _ = save::secret(&path, &zeroize::Zeroizing::new(bytes));
        }
    }

    /// Held until it is dropped; the system releases it when the process dies.
    pub async fn lock(&self, key: &str) -> Option<File> {
        let path = self.path(key, "lock")?;
        self.make_folder().ok()?;
        let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            match file.try_lock() {
                Ok(()) => return Some(file),
                Err(fs::TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(25)).await,
                Err(fs::TryLockError::Error(_)) => return None,
            }
        }
        None
    }

    fn make_folder(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
            builder.mode(0o700).create(folder)?;
            if !owner_only(folder) {
                fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
            }
        }
        #[cfg(not(unix))]
        builder.create(folder)?;
        Ok(())
    }
}

#[cfg(unix)]
fn owner_only(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::symlink_metadata(path).is_ok_and(|found| !found.is_symlink() && found.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn owner_only(_path: &Path) -> bool {
    true
}
