//! `pull check --fix` and `--diff` over every rule that has a safe fix: the rules' own examples are the samples.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use drydock_core::check;
use drydock_core::fix::Safety;
use drydock_core::plan::Options;
use drydock_core::rules::RULES;

fn pull(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pull")).current_dir(folder).args(arguments).output().unwrap()
}

fn safe_fixes(text: &str) -> usize {
    let safe = |fixes: &[drydock_core::fix::Fix]| fixes.iter().any(|fix| fix.safety == Safety::Safe);
    check(text, &Options::default()).diagnostics.iter().filter(|diagnostic| safe(&diagnostic.fixes)).count()
}

/// Name of the file and its text, for each example with a safe fix.
fn fixable() -> Vec<(String, String)> {
    let examples = RULES.iter().flat_map(|rule| rule.examples.iter().enumerate().map(move |each| (rule, each)));
    let named = examples.map(|(rule, (number, example))| (format!("{}-{number}.yml", rule.code), example.text()));
    named.filter(|(_, text)| safe_fixes(text) > 0).collect()
}

#[test]
fn fixed_files_have_nothing_left_to_fix_and_a_second_run_changes_nothing() {
    let samples = fixable();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &samples {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let diff = pull(folder.path(), &["check", "--diff", name]);
        assert!(String::from_utf8_lossy(&diff.stdout).contains("\n@@ "), "{name}: {diff:?}");
        assert_eq!(&fs::read_to_string(&path).unwrap(), text, "--diff changes nothing");

        pull(folder.path(), &["check", "--fix", name]);
        let fixed = fs::read_to_string(&path).unwrap();
        assert_ne!(&fixed, text, "{name}");
        assert_eq!(safe_fixes(&fixed), 0, "{name}:\n{fixed}");
        let again = pull(folder.path(), &["check", "--fix", "--diff", name]);
        assert!(again.stdout.is_empty(), "{name}: {again:?}");
    }
}
