//! `pull check` for other programs, and `--metadata`.

use std::fs;

use serde_json::{Value, json};

use super::{folder, pull};

const IGNORED: &str = include_str!("../../../../tests/samples/ecr-plugin-ignored.yml");

#[test]
fn each_format_names_the_finding_and_no_secret() {
    let folder = folder(&[("cluster.yml", IGNORED)]);
    for (format, place) in [
        ("sarif", "\"startLine\": 15"),
        ("gitlab", "\"begin\": 15"),
        ("github", "::error file=cluster.yml,line=15,col=3,endColumn=22,endLine=15,title=D301 ecr-key-ignored::"),
    ] {
        let run = pull(folder.path(), &["check", "--format", format]);
        assert_eq!(run.code, 1, "{run:?}");
        let written = run.stdout;
        assert!(written.contains(place), "{written}");
        assert!(!written.contains("canary") && !written.contains("AKIACANARY"), "{written}");
        if format != "github" {
            assert!(serde_json::from_str::<Value>(&written).is_ok());
        }
    }
}

#[test]
fn metadata_takes_the_place_of_the_versions_built_in() {
    let folder = folder(&[("cluster.yml", "kubernetes_version: v9.9.9-rancher1-1\nnodes: []\n")]);
    let images = json!({"v9.9.9-rancher1-1": {"kubernetes": "rancher/hyperkube:v9.9.9-rancher1"}});
    let data = json!({"K8sVersionRKESystemImages": images, "RKEDefaultK8sVersions": {"default": "v9.9.9-rancher1-1"}});
    fs::write(folder.path().join("data.json"), data.to_string()).unwrap();
    let listed = pull(folder.path(), &["images", "--all", "--metadata", "data.json"]);
    assert_eq!(listed.stdout, "rancher/hyperkube:v9.9.9-rancher1\n", "{listed:?}");
    let unknown = pull(folder.path(), &["images", "--all"]);
    assert_eq!(unknown.code, 2);

    fs::write(folder.path().join("data.json"), "{\"K8s").unwrap();
    let broken = pull(folder.path(), &["check", "--metadata", "data.json"]);
    assert_eq!(broken.code, 2);
    assert_eq!(
        broken.stderr,
        "error: data.json is no metadata of rke: line 1, column 5: EOF while parsing a string\n\
         help: give the data.json of rancher/kontainer-driver-metadata, whole and not compressed\n"
    );
    let missing = pull(folder.path(), &["check", "--metadata", "none.json"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.starts_with("error: cannot read the metadata none.json: "));
}
