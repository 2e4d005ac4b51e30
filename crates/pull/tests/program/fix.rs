//! `pull check --fix` and `--diff` over every rule that has a safe fix: the rules' own examples are the samples.

use std::fs;

use drydock_core::check;
use drydock_core::fix::Safety;
use drydock_core::plan::Options;
use drydock_core::rules::RULES;
use expect_test::expect;

use super::{command, finish, pull};

fn safe_fixes(text: &str) -> usize {
    let safe = |fixes: &[drydock_core::fix::Fix]| fixes.iter().any(|fix| fix.safety == Safety::Safe);
    check(text, &Options::default()).diagnostics.iter().filter(|diagnostic| safe(&diagnostic.fixes)).count()
}

/// Name of the file and its text, for each example with a safe fix.
fn fixable() -> Vec<(String, String)> {
    let examples = RULES.iter().flat_map(|rule| rule.doc().examples.iter().enumerate().map(move |each| (rule, each)));
    let named = examples.map(|(rule, (number, example))| (format!("{}-{number}.yml", rule.code), example.text()));
    named.filter(|(_, text)| safe_fixes(text) > 0).collect()
}

#[test]
fn fixed_files_have_nothing_left_to_fix_and_a_second_run_changes_nothing() {
    let samples = fixable();
    assert!(samples.len() > 5, "rules with safe fixes have examples of them");
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &samples {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let diff = pull(folder.path(), &["check", "--diff", name]);
        assert!(diff.stdout.contains("\n@@ "), "{name}: {diff:?}");
        assert_eq!(&fs::read_to_string(&path).unwrap(), text, "--diff changes nothing");

        pull(folder.path(), &["check", "--fix", name]);
        let fixed = fs::read_to_string(&path).unwrap();
        assert_ne!(&fixed, text, "{name}");
        assert_eq!(safe_fixes(&fixed), 0, "{name}:\n{fixed}");
        let again = pull(folder.path(), &["check", "--fix", "--diff", name]);
        assert!(again.stdout.is_empty(), "{name}: {again:?}");
    }
}

const ECR: &str = include_str!("../../../../tests/samples/ecr-plugin-ignored.yml");

fn ecr_fixed() -> String {
    ECR.replace("  ecrCredentialPlugin:", "  ecr_credential_plugin:")
}

#[test]
fn the_manuals_spelling_is_found_shown_and_fixed_with_every_comment_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cluster.yml");
    fs::write(&path, ECR).unwrap();
    let found = pull(folder.path(), &["check"]);
    assert_eq!(found.code, 1);
    expect![[r#"
        error[D301]: rke ignores `ecrCredentialPlugin`: the key it reads is `ecr_credential_plugin`
          --> cluster.yml:15:3
           |
        15 |   ecrCredentialPlugin: # rotated every 90 days
           |   ^^^^^^^^^^^^^^^^^^^
           |
           = help: without it rke pulls from ECR without credentials: `no basic auth credentials`
           = fix: rename to `ecr_credential_plugin` (--fix)

    "#]]
    .assert_eq(&found.stdout);
    expect![[r#"
        1 error; 1 fixable with --fix
    "#]]
    .assert_eq(&found.stderr);
    let diff = pull(folder.path(), &["check", "--diff"]);
    expect![[r#"
        --- cluster.yml
        +++ cluster.yml
        @@ from line 12 @@
         private_registries:
         - url: 123456789012.dkr.ecr.eu-central-1.amazonaws.com # ours
           is_default: true
        -  ecrCredentialPlugin: # rotated every 90 days
        +  ecr_credential_plugin: # rotated every 90 days
             aws_access_key_id: ***
             aws_secret_access_key: ***
    "#]]
    .assert_eq(&diff.stdout);
    expect![[r#"
        note: secrets are shown as ***, so this is no patch; --fix makes the changes, --show-secrets writes a patch
        1 error; 1 fixable with --fix
    "#]]
    .assert_eq(&diff.stderr);
    let fixed = pull(folder.path(), &["check", "--fix"]);
    assert_eq!(fixed.code, 0, "{fixed:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), ecr_fixed());
    expect![[r#"
        1 fixed; 2 notes
    "#]]
    .assert_eq(&fixed.stderr);
}

#[test]
fn utf16_stays_utf16_and_windows_line_ends_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cluster.yml");
    let utf16 = |text: &str| -> Vec<u8> {
        let text = text.replace('\n', "\r\n");
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
    };
    fs::write(&path, utf16(ECR)).unwrap();
    pull(folder.path(), &["check", "--fix"]);
    assert!(fs::read(&path).unwrap() == utf16(&ecr_fixed()));
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let run = finish(command(folder.path(), &["check", "--fix", "-"]), ECR.as_bytes());
    assert_eq!(run.stdout, ecr_fixed());
}

#[test]
fn a_file_that_cannot_be_written_is_untouched_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cluster.yml");
    fs::write(&path, ECR).unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let run = pull(folder.path(), &["check", "--fix"]);
    assert_eq!(run.code, 2);
    assert_eq!(fs::read_to_string(&path).unwrap(), ECR);
    expect![[r#"
        error: cannot write cluster.yml: the file is read-only
    "#]]
    .assert_eq(&run.stderr);
}
