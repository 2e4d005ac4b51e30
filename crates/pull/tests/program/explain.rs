//! `pull explain` with an error, against another file, and for another version.

use std::fs;

use serde_json::Value;

use super::{command, finish, folder, json, pull};

const ACCEPTED: &str = include_str!("../../../../tests/samples/two-registries.yml");

#[test]
fn explain_puts_an_error_down_to_its_line() {
    let ecr = "private_registries:\n- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com\n  is_default: true\n  \
               ecrCredentialPlugin: {}\n";
    let folder = folder(&[("cluster.yml", ecr)]);
    let log = "WARN Can't pull Docker image [123456789012.dkr.ecr.eu-west-1.amazonaws.com/rancher/rke-tools:v0.1.103] \
               on host [10.0.0.1]: no basic auth credentials";
    let run = pull(folder.path(), &["explain", "--error", log]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let cause =
        "  cluster.yml:4:3: [D301] private_registries[0].ecrCredentialPlugin: rke ignores `ecrCredentialPlugin`";
    assert!(run.stdout.starts_with("no-basic-auth: 123456789012.dkr.ecr"), "{}", run.stdout);
    assert!(run.stdout.contains(cause), "{}", run.stdout);
    let run = finish(command(folder.path(), &["explain", "--error", "-", "--format", "jsonl"]), log.as_bytes());
    assert_eq!(json(&run.stdout)["causes"][0]["start"]["line"], 4);
    assert_eq!(pull(folder.path(), &["explain", "--error", "all is well"]).code, 1);
    assert_eq!(pull(folder.path(), &["explain", "--error", "-", "-"]).code, 2);
    let empty = tempfile::tempdir().unwrap();
    let run = pull(empty.path(), &["explain", "--error", "toomanyrequests: slow down"]);
    assert!(run.code == 0 && run.stdout.starts_with("rate-limit"), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("there is no cluster.yml"), "{}", run.stderr);
    assert_eq!(pull(empty.path(), &["explain", "--error", "toomanyrequests", "x.yml"]).code, 2);
}

#[test]
fn explain_says_what_changes_between_files_and_versions() {
    let new = ACCEPTED.replace("canary-password", "another-canary");
    assert_ne!(new, ACCEPTED);
    let folder = folder(&[("old.yml", ACCEPTED), ("new.yml", &new)]);
    let run = pull(folder.path(), &["explain", "new.yml", "--against", "old.yml"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("old.yml -> new.yml\n"), "{}", run.stdout);
    assert!(run.stdout.contains(": password\n") && !run.stdout.contains("canary"), "{}", run.stdout);
    let run = pull(folder.path(), &["explain", "new.yml", "--against", "old.yml", "--format", "jsonl"]);
    let changes = json(&run.stdout);
    assert_eq!(changes["registries"][0]["fields"], serde_json::json!(["password"]));
    assert_eq!(changes["kubelet_config"], true);
    assert!(!run.stdout.contains("canary"), "{}", run.stdout);
    let same = pull(folder.path(), &["explain", "old.yml", "--against", "old.yml"]);
    assert_eq!(same.stdout, "old.yml -> old.yml\nrke does the same with both.\n");
    assert_eq!(pull(folder.path(), &["explain", "new.yml", "--against", "gone.yml"]).code, 2);
    let run = pull(folder.path(), &["explain", "old.yml", "--upgrade", "v1.99.0-rancher1-1"]);
    assert!(run.stdout.contains("v1.99.0-rancher1-1 is not known to it; no release of rke does"), "{}", run.stdout);
    let run = pull(folder.path(), &["explain", "old.yml", "--upgrade", "v1.27.16-rancher1-1", "--format", "jsonl"]);
    assert_eq!(json(&run.stdout)["to"]["version"], "v1.27.16-rancher1-1");
}

#[test]
fn explain_says_what_rke_does_with_bytes_that_are_no_text() {
    let folder = folder(&[]);
    let record = |bytes: &[u8]| {
        fs::write(folder.path().join("cluster.yml"), bytes).unwrap();
        let run = pull(folder.path(), &["explain", "--format", "jsonl"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("cluster.yml is not UTF-8: byte 0xe9 at offset"), "{}", run.stderr);
        json(&run.stdout)
    };
    let error = |words: &str| {
        format!(
            "Failed to parse cluster file: error unmarshalling clusterfile: error converting YAML to JSON: yaml: {words}"
        )
    };
    let latin = record(b"nodes: [] # r\xe9gion\n");
    assert_eq!((&latin["stage"], &latin["error"]), (&"parse".into(), &error("invalid trailing UTF-8 octet").into()));
    let sooner = record(&[b"nodes: [\n]]\n# ".as_slice(), &[b'x'; 600], b"\xe9\n"].concat());
    assert_eq!(sooner["error"], error("line 1: did not find expected key"));
    let behind = record(&[b"a: b\n---\n# ".as_slice(), &[b'x'; 600], b"\xe9\n"].concat());
    assert_eq!((&behind["outcome"], &behind["error"]), (&"ok".into(), &Value::Null));
}

#[test]
fn an_object_stays_on_its_line() {
    let folder = folder(&[("cluster.yml", "cluster_name: a\nssh_agent_auth: \"x\\L\\P\\N\"\n")]);
    let run = pull(folder.path(), &["explain", "--format", "jsonl"]);
    let breaks = |c: char| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    assert!(!run.stdout.contains(breaks) && run.stdout.lines().count() == 1, "{}", run.stdout);
    let error = "cannot unmarshal !!str `x\u{2028}\u{2029}\u{85}` into bool";
    assert!(json(&run.stdout)["error"].as_str().unwrap().contains(error), "{}", run.stdout);
}
