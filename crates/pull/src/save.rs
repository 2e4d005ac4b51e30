//! Files written whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Replaces the file in one step, keeping its permissions; a symbolic link keeps pointing to it.
/// `expected` is what it must still hold, so that nobody's change is lost.
///
/// Returns false where the file holds something else; whatever fails, the file stays as it was.
pub fn replace(path: &Path, expected: &[u8], bytes: &[u8]) -> io::Result<bool> {
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let temporary = beside(&path, bytes, Some(permissions))?;
    if fs::read(&path)? != expected {
        return Ok(false);
    }
    temporary.persist(&path)?;
    Ok(true)
}

/// Writes a new file, or replaces what is there. Readable by the owner only, like all temporary files,
/// unless a file was there before: what is written may hold secrets.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path).ok().map(|metadata| metadata.permissions());
    beside(path, bytes, permissions)?.persist(path)?;
    Ok(())
}

/// In the same folder, so that the rename cannot cross file systems.
fn beside(path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    if let Some(permissions) = permissions {
        temporary.as_file().set_permissions(permissions)?;
    }
    temporary.as_file().sync_all()?;
    Ok(temporary)
}
