//! `pull check --diff` and the programs that apply patches.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::pull;

const SECRET: &str = "private_registries:\n- url: r.example.com\n  password: hunter22\n  isDefault: true\n";
const OPEN: &str = "private_registries:\n- url: r.example.com\n  isDefault: true\n  user: reader";
/// Behind `x:` a carriage return that ends no line for these programs.
const WINDOWS: &str = "cluster_name: 'x:\r y'\r\nprivate_registries:\r\n- url: r.example.com\r\n  isDefault: true\r\n";

/// Whether the program takes the patch for the file in the folder.
fn applied(by: &[&str], folder: &Path, diff: &str) -> bool {
    fs::write(folder.join("diff"), diff).unwrap();
    let mut program = Command::new(by[0]);
    program.args(&by[1..]).arg("diff").current_dir(folder).stdin(Stdio::null());
    // The folder may lie inside of a checkout.
    program.env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    program.output().unwrap().status.success()
}

fn programs() -> Vec<&'static [&'static str]> {
    let mut programs: Vec<&[&str]> = vec![&["git", "apply", "-p0"]];
    if Command::new("patch").arg("--version").stdout(Stdio::null()).status().is_ok() {
        programs.push(&["patch", "--binary", "-p0", "-i"]);
    }
    programs
}

#[test]
fn a_diff_with_the_true_lines_is_a_patch() {
    for (name, text, flags) in [
        ("cluster.yml", OPEN, &[][..]),
        ("cluster.yml", WINDOWS, &[]),
        ("my cluster.yml", OPEN, &[]),
        ("cluster.yml", SECRET, &["--show-secrets"]),
    ] {
        for program in programs() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let diff = pull(folder.path(), &[&["check", "--diff", name], flags].concat());
            assert!(!diff.stderr.contains("***"), "{}", diff.stderr);
            pull(folder.path(), &["check", "--fix", name]);
            let fixed = fs::read(&path).unwrap();
            fs::write(&path, text).unwrap();
            assert!(applied(program, folder.path(), &diff.stdout), "{program:?}:\n{}", diff.stdout);
            assert!(fs::read(&path).unwrap() == fixed, "{program:?} on {text:?}");
        }
    }
}

#[test]
fn a_diff_with_masks_is_none() {
    for program in programs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cluster.yml");
        fs::write(&path, SECRET).unwrap();
        let diff = pull(folder.path(), &["check", "--diff"]);
        assert!(diff.stdout.contains("password: ***") && diff.stdout.contains("+  is_default"), "{}", diff.stdout);
        assert_eq!(diff.stderr.matches("so this is no patch").count(), 1, "{}", diff.stderr);
        assert!(!applied(program, folder.path(), &diff.stdout), "{program:?}:\n{}", diff.stdout);
        assert_eq!(fs::read_to_string(&path).unwrap(), SECRET);
    }
}

#[test]
fn the_secret_is_shown_in_a_diff_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(pull(folder.path(), &["check", "--show-secrets"]).code, 2);
    let help = pull(folder.path(), &["check", "--help"]).stdout;
    // Its lines are broken at the width of the terminal.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("unless secrets in it are shown as ***"), "{help}");
}
