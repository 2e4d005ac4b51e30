//! What `pull check --fix` does to files that are not plain ones of one's own.
#![cfg(unix)]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{command, folder, pull};

const FIXABLE: &str = "private_registries:\n- url: r.example.com\n  isDefault: true\n";

#[test]
fn a_pipe_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    mknodat(CWD, folder.path().join("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let started = Instant::now();
    let run = pull(folder.path(), &["check", "--fix", "pipe"]);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(run.code, 2);
    assert_eq!(run.stderr, "error: pipe is no regular file: give `-` to fix standard input\n");
}

#[test]
fn other_names_of_a_file_are_told() {
    let folder = folder(&[("a.yml", FIXABLE)]);
    fs::hard_link(folder.path().join("a.yml"), folder.path().join("b.yml")).unwrap();
    let run = pull(folder.path(), &["check", "--fix", "a.yml"]);
    assert!(run.stderr.contains("note: a.yml is one of 2 names (hard links) of a file"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("b.yml")).unwrap(), FIXABLE);
}

/// Only root can set this up.
#[test]
fn owner_and_group_are_kept_or_the_file_is() {
    let folder = folder(&[("a.yml", FIXABLE)]);
    let path = folder.path().join("a.yml");
    if chown(&path, Some(12), Some(34)).is_err() {
        return;
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    // Somebody else may write to the file and the folder, but give no file to its owner.
    let mut other = command(folder.path(), &["check", "--fix", "a.yml"]);
    other.uid(56).gid(78);
    match other.stdin(Stdio::null()).output() {
        // The binary may lie where only root gets.
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
        Ok(run) => {
            let said = String::from_utf8(run.stderr).unwrap();
            assert_eq!(run.status.code(), Some(2), "{said}");
            assert!(said.contains("its owner and group (12:34) cannot be kept"), "{said}");
            assert_eq!(fs::read_to_string(&path).unwrap(), FIXABLE);
        }
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(pull(folder.path(), &["check", "--fix", "a.yml"]).code, 0);
    let fixed = fs::metadata(&path).unwrap();
    assert_eq!((fixed.uid(), fixed.gid(), fixed.mode() & 0o777), (12, 34, 0o640));
    assert_ne!(fs::read_to_string(&path).unwrap(), FIXABLE);
}
