//! `pull check` for other programs, and `--metadata`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

const IGNORED: &str = include_str!("../../../tests/samples/ecr-plugin-ignored.yml");

fn pull(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pull"));
    command.current_dir(folder).args(arguments).env_remove("RKE_CONFIG").output().unwrap()
}

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cluster.yml"), text).unwrap();
    folder
}

#[test]
fn each_format_names_the_finding_and_no_secret() {
    let folder = folder(IGNORED);
    for (format, place) in [
        ("sarif", "\"startLine\": 15"),
        ("gitlab", "\"begin\": 15"),
        ("github", "::error file=cluster.yml,line=15,col=3,endColumn=22,endLine=15,title=D301 ecr-key-ignored::"),
    ] {
        let run = pull(folder.path(), &["check", "--format", format]);
        assert_eq!(run.status.code(), Some(1), "{run:?}");
        let written = String::from_utf8(run.stdout).unwrap();
        assert!(written.contains(place), "{written}");
        assert!(!written.contains("canary") && !written.contains("AKIACANARY"), "{written}");
        if format != "github" {
            assert!(serde_json::from_str::<Value>(&written).is_ok());
        }
    }
}

#[test]
fn metadata_takes_the_place_of_the_versions_built_in() {
    let folder = folder("kubernetes_version: v9.9.9-rancher1-1\nnodes: []\n");
    let images = json!({"v9.9.9-rancher1-1": {"kubernetes": "rancher/hyperkube:v9.9.9-rancher1"}});
    let data = json!({"K8sVersionRKESystemImages": images, "RKEDefaultK8sVersions": {"default": "v9.9.9-rancher1-1"}});
    fs::write(folder.path().join("data.json"), data.to_string()).unwrap();
    let listed = pull(folder.path(), &["images", "--all", "--metadata", "data.json"]);
    assert_eq!(String::from_utf8_lossy(&listed.stdout), "rancher/hyperkube:v9.9.9-rancher1\n", "{listed:?}");
    let unknown = pull(folder.path(), &["images", "--all"]);
    assert_eq!(unknown.status.code(), Some(2));

    fs::write(folder.path().join("data.json"), "{\"K8s").unwrap();
    let broken = pull(folder.path(), &["check", "--metadata", "data.json"]);
    assert_eq!(broken.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&broken.stderr),
        "error: data.json is no metadata of rke: line 1, column 5: EOF while parsing a string\n\
         help: give the data.json of rancher/kontainer-driver-metadata, whole and not compressed\n"
    );
    let missing = pull(folder.path(), &["check", "--metadata", "none.json"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).starts_with("error: cannot read the metadata none.json: "));
}
