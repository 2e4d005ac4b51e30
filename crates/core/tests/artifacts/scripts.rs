//! Scripts are run, with programs that only write down what they are called with.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use drydock_core::artifacts::find;
use tempfile::TempDir;

use crate::{artifacts, sample};

/// Logs its name and arguments, one a line; fails where an argument contains $FAIL_ON; answers what scripts ask for.
const FAKE: &str = r#"#!/bin/bash
{ printf '%s' "${0##*/}"; printf ' <%s>' "$@"; printf '\n'; } >>"$LOG"
for argument in "$@"; do
  if [ -n "${FAIL_ON:-}" ] && [[ $argument == *"$FAIL_ON"* ]]; then echo "fake: $argument" >&2; exit 1; fi
done
case "${0##*/} $*" in
  *login*--password-stdin*) printf 'password <%s>\n' "$(cat)" >>"$LOG" ;;
  *' file:///dev/stdin '* | *' @- '*) cat >/dev/null ;;
  'jq '*) echo 1 ;;
  'docker save'*) echo archive ;;
  'curl '*--output*) while [ "$1" != --output ]; do shift; done; printf 'docker.io/rancher/rke2-runtime:v1\n' >"$2" ;;
esac
"#;

struct Stage {
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("bin")).unwrap();
        for program in ["docker", "skopeo", "crane", "aws", "curl", "jq"] {
            let path = folder.path().join("bin").join(program);
            fs::write(&path, FAKE).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
        fs::write(folder.path().join("ca.crt"), "-----BEGIN CERTIFICATE-----\n").unwrap();
        Self { folder }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn run(&self, script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let path = self.folder.path().join("script.sh");
        fs::write(&path, script).unwrap();
        fs::write(self.log(), "").unwrap();
        let path_variable = format!("{}:/usr/bin:/bin", self.folder.path().join("bin").display());
        let mut command = Command::new("bash");
        command.arg(&path).args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", path_variable).env("LOG", self.log()).env("RETRY_SECONDS", "0").env("HOME", "/nonexistent");
        command.env("DOCKER_CERTS", self.folder.path().join("certs")).envs(variables.iter().copied());
        command.stdin(Stdio::null()).output().expect("bash runs")
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.log()).unwrap()
    }
}

const LOGINS: &[(&str, &str)] = &[
    ("REGISTRY_USER", "u'$x"),
    ("REGISTRY_PASSWORD", "pass $(touch pwned) word"),
    ("HARBOR_USER", "admin"),
    ("HARBOR_PASSWORD", "harbor"),
    ("DOCKERHUB_USER", "me"),
    ("DOCKERHUB_TOKEN", "token"),
];

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn script(sample_name: &str, id: &str) -> String {
    sample(sample_name).artifact(find(id).expect("a generator")).expect("a script").text
}

#[test]
fn every_script_runs_through_and_does_nothing_of_its_own_with_hostile_text() {
    for (sample, written) in artifacts() {
        for (generator, artifact) in written.iter().filter(|(generator, _)| generator.language == "sh") {
            let what = format!("{} of {}", generator.file, sample.name);
            let stage = Stage::new();
            let arguments: &[&str] = if generator.id == "ca-placement" { &["ca.crt"] } else { &[] };
            let syntax = Command::new("bash").arg("-n").arg("-c").arg(&artifact.text).output().unwrap();
            assert!(syntax.status.success(), "{what}: {}", said(&syntax));
            for variables in [LOGINS, &LOGINS[2..]] {
                let output = stage.run(&artifact.text, arguments, variables);
                assert!(output.status.success(), "{what}: {}\n{}", said(&output), artifact.text);
                assert!(!found(stage.folder.path(), "pwned"), "{what} ran a part of the file:\n{}", artifact.text);
            }
        }
    }
}

/// Whether something of this name was made in the folder.
fn found(folder: &Path, name: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let entry = entry.unwrap();
        entry.file_name().to_string_lossy().contains(name) || (entry.path().is_dir() && found(&entry.path(), name))
    })
}

#[test]
fn shellcheck_finds_nothing() {
    if Command::new("shellcheck").arg("--version").output().is_err() {
        println!("not run: shellcheck is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (sample, written) in artifacts() {
        for (generator, artifact) in written.iter().filter(|(generator, _)| generator.language == "sh") {
            let path = folder.path().join(format!("{}-{}", sample.name, generator.file));
            fs::write(&path, &artifact.text).unwrap();
            paths.push(path);
        }
    }
    let output = Command::new("shellcheck").args(&paths).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_mirror_script_names_the_image_that_failed_and_exits_with_1() {
    for id in ["mirror-script", "load-script", "skopeo-script", "crane-script"] {
        let (stage, script) = (Stage::new(), script("default-registry", id));
        let failing = [LOGINS, &[("FAIL_ON", "rancher/mirrored-pause:")]].concat();
        let output = stage.run(&script, &[], &failing);
        assert_eq!(output.status.code(), Some(1), "{id}: {}", said(&output));
        let errors = String::from_utf8_lossy(&output.stderr);
        let missing = errors.split("missing in the registry, 1 of ").nth(1).unwrap_or_else(|| panic!("{id}: {errors}"));
        let target = "registry.example.com:5000/rancher/mirrored-pause:3.7";
        assert!(missing.contains(&format!("rancher/mirrored-pause:3.7 -> {target}")), "{id}: {errors}");
        let calls = stage.calls();
        assert!(calls.contains("rancher/hyperkube:v1.28.14-rancher1"), "{id}: the others are copied: {calls}");
        assert!(
            calls.contains("password <pass $(touch pwned) word>"),
            "{id}: the password is read from a pipe: {calls}"
        );
        assert!(!calls.replace("password <", "").contains("<pass "), "{id}: no password is an argument: {calls}");

        let checked = stage.run(&script, &["--check"], &failing);
        assert_eq!(checked.status.code(), Some(1), "{id}: {}", said(&checked));
        assert!(said(&checked).contains(target), "{id}: {}", said(&checked));
        let calls = stage.calls();
        assert!(!["push", " <copy>", "<tag>", "<load>"].iter().any(|word| calls.contains(word)), "{id}: {calls}");
        assert_eq!(stage.run(&script, &["--what"], &[]).status.code(), Some(2), "{id}: usage");
    }
}

#[test]
fn an_incomplete_archive_is_not_written() {
    let (stage, script) = (Stage::new(), script("plain", "save-script"));
    let output = stage.run(&script, &[], &[("FAIL_ON", "rancher/mirrored-coredns-coredns")]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("  rancher/mirrored-coredns-coredns:1.11.1"), "{}", said(&output));
    assert!(!found(stage.folder.path(), "rke-images"), "an archive without the image");
    let whole = stage.run(&script, &[], &[]);
    assert!(whole.status.success() && found(stage.folder.path(), "rke-images.tar.gz"), "{}", said(&whole));
}

#[test]
fn repositories_of_ecr_are_made_before_the_push() {
    let (stage, script) = (Stage::new(), script("ecr-profile", "mirror-script"));
    let output = stage.run(&script, &[], &[]);
    assert!(output.status.success(), "{}", said(&output));
    let calls = stage.calls();
    let create = "<create-repository> <--region> <eu-central-1> <--repository-name> <mirror/rancher/hyperkube> \
                  <--registry-id> <123456789012>";
    let push = "docker <push> <--quiet> <123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror/rancher/hyperkube:";
    let place = |text: &str| calls.find(text).unwrap_or_else(|| panic!("{text} is not in {calls}"));
    assert!(place(create) < place(push));
    let refused = stage.run(&script, &[], &[("FAIL_ON", "mirror/rancher/hyperkube")]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("cannot create the repository mirror/rancher/hyperkube"), "{}", said(&refused));
}
