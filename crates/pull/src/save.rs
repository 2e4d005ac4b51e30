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

/// Writes a file that only its owner can read, also where one with wider rights was there before; a symbolic link keeps
/// pointing to it.
pub fn secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    beside(&path, bytes, None)?.persist(&path)?;
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

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn entries(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_file_keeps_its_permissions_and_a_link_keeps_pointing() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("cluster.yml"), folder.path().join("link.yml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        assert!(replace(&link, b"old", b"new").unwrap());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(entries(folder.path()), 2, "no temporary file is left");
    }

    #[test]
    fn a_file_that_changed_or_is_read_only_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cluster.yml");
        fs::write(&file, "theirs").unwrap();
        assert!(!replace(&file, b"ours", b"new").unwrap());
        fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
        assert_eq!(replace(&file, b"theirs", b"new").unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(&file).unwrap(), b"theirs");
        assert_eq!(entries(folder.path()), 1, "no temporary file is left");
    }
}
