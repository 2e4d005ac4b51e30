//! Files written whole or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// What became of a file that was to be replaced.
#[derive(Debug, PartialEq, Eq)]
pub enum Replaced {
    /// It holds something else than expected, and stays.
    Changed,
    /// `names` that it had, hard links: one has the new text, the others keep the old.
    Done { names: u64 },
}

/// Replaces the file in one step, keeping its owner, group and permissions; a symbolic link keeps pointing to it.
/// `expected` is what it must still hold, so that nobody's change is lost.
///
/// Whatever fails, the file stays as it was. Where owner and group cannot be kept, that is a failure: the new file would
/// be another person's.
pub fn replace(path: &Path, expected: &[u8], bytes: &[u8]) -> io::Result<Replaced> {
    let path = fs::canonicalize(path)?;
    let metadata = fs::metadata(&path)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let temporary = beside(&path, bytes, |file| {
        unix::keep_owner(file, &metadata)?;
        file.set_permissions(metadata.permissions())
    })?;
    if fs::read(&path)? != expected {
        return Ok(Replaced::Changed);
    }
    temporary.persist(&path)?;
    Ok(Replaced::Done { names: unix::names(&metadata) })
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, fchown};

    use super::{File, Metadata, io};

    pub fn keep_owner(new: &File, old: &Metadata) -> io::Result<()> {
        let (is, was) = (new.metadata()?, (old.uid(), old.gid()));
        if (is.uid(), is.gid()) == was {
            return Ok(());
        }
        fchown(new, Some(was.0), Some(was.1)).map_err(|error| {
            let text = format!("its owner and group ({}:{}) cannot be kept: {error}", was.0, was.1);
            io::Error::new(error.kind(), text)
        })
    }

    pub fn names(of: &Metadata) -> u64 {
        of.nlink()
    }
}

#[cfg(not(unix))]
mod unix {
    use super::{File, Metadata, io};

    pub fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub fn names(_: &Metadata) -> u64 {
        1
    }
}

/// Writes a new file, or replaces what is there. Readable by the owner only, like all temporary files,
/// unless a file was there before: what is written may hold secrets.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path).ok().map(|metadata| metadata.permissions());
    let keep = |file: &File| permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions));
    beside(path, bytes, keep)?.persist(path)?;
    Ok(())
}

/// Writes a file that only its owner can read, also where one with wider rights was there before; a symbolic link keeps
/// pointing to it.
pub fn secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    beside(&path, bytes, |_| Ok(()))?.persist(&path)?;
    Ok(())
}

/// In the same folder, so that the rename cannot cross file systems.
fn beside(path: &Path, bytes: &[u8], prepare: impl FnOnce(&File) -> io::Result<()>) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = NamedTempFile::new_in(folder)?;
    temporary.write_all(bytes)?;
    prepare(temporary.as_file())?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

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
        assert_eq!(replace(&link, b"old", b"new").unwrap(), Replaced::Done { names: 1 });
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
        assert_eq!(replace(&file, b"ours", b"new").unwrap(), Replaced::Changed);
        fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
        assert_eq!(replace(&file, b"theirs", b"new").unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(&file).unwrap(), b"theirs");
        assert_eq!(entries(folder.path()), 1, "no temporary file is left");
    }

    /// Only root may give files away; for others the owner is their own anyway.
    #[test]
    fn a_file_keeps_its_owner_and_other_names_keep_the_old_text() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("cluster.yml"), folder.path().join("other.yml"));
        fs::write(&file, "old").unwrap();
        fs::hard_link(&file, &other).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        let given = chown(&file, Some(12), Some(34)).is_ok();
        assert_eq!(replace(&file, b"old", b"new").unwrap(), Replaced::Done { names: 2 });
        let metadata = fs::metadata(&file).unwrap();
        assert!(!given || (metadata.uid(), metadata.gid()) == (12, 34));
        assert_eq!(metadata.mode() & 0o777, 0o640);
        assert_eq!((fs::read(&file).unwrap(), fs::read(&other).unwrap()), (b"new".to_vec(), b"old".to_vec()));
    }
}
