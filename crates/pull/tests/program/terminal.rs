//! What a person meets at a terminal: the order of what is said, and answers to what was meant otherwise.

use std::io::Read;
use std::process::Stdio;

use super::{Run, command, folder, json, pull};

const BROKEN: &str = include_str!("../../../../tests/samples/broken.yml");

#[test]
fn the_summary_stands_behind_the_findings() {
    let folder = folder(&[("a.yml", BROKEN), ("b.yml", "nodes: []\n")]);
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut both = command(folder.path(), &["check", "-v", "a.yml", "b.yml"]);
    both.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = both.spawn().unwrap();
    // The command holds ends of the pipe, too.
    drop(both);
    let mut said = String::new();
    reader.read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    let order = ["a.yml: ", "error[D001]", "b.yml: ", "error[D701]", "2 errors"].map(|part| said.find(part));
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?} in:\n{said}");
}

#[test]
fn a_release_that_is_not_known_is_an_error_that_names_the_nearest() {
    let folder = folder(&[("cluster.yml", "nodes: []\n")]);
    for (asked, near) in [
        ("v9", "v1.8.14"),
        ("latest", "v1.6.3, v1.8.14"),
        ("v9.9.9", "v1.8.14"),
        ("v1.8.0", "v1.7.0-rc.3, v1.8.14"),
        ("", "v1.6.3, v1.8.14"),
    ] {
        for command in ["check", "explain", "schema", "images"] {
            let run = pull(folder.path(), &[command, "--rke", asked]);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{command} {asked}: {run:?}");
            assert!(run.stderr.contains(&format!("its neighbours are: {near}\n")), "{}", run.stderr);
        }
    }
    let known = pull(folder.path(), &["check", "-v", "--rke", "1.5.5"]);
    assert!(known.stderr.contains("rke v1.5.5, "), "{}", known.stderr);
    let schema = pull(folder.path(), &["schema", "--rke", "v1.5.5"]);
    assert!(schema.code == 0 && schema.stderr.contains("that of rke v1.6.3"), "{}", schema.stderr);
    assert!(pull(folder.path(), &["check", "--help"]).stdout.contains("[default: v1.6.3]"));
}

const STATE: &str =
    r#"{"desiredState": {"rkeConfig": {"privateRegistries": [{"url": "r.io", "password": "canary"}]}}}"#;

#[test]
fn another_programs_file_is_not_acted_on() {
    let folder = folder(&[("pod.yml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")]);
    let told = |arguments: &[&str], how: &str| {
        let run = pull(folder.path(), arguments);
        let wanted = format!(
            "{how}: pod.yml is no cluster.yml: a Kubernetes object, `Pod` of v1; rke reads nothing of it\n\
             help: name the file that rke is run with\n"
        );
        assert!(run.stderr.ends_with(&wanted), "{run:?}");
        run
    };
    let run = told(&["explain", "pod.yml"], "warning");
    assert!(run.code == 0 && !run.stdout.contains("accepts") && !run.stdout.contains("etcd"), "{run:?}");
    let run = told(&["explain", "--format", "jsonl", "pod.yml"], "warning");
    assert_eq!((run.code, &json(&run.stdout)["outcome"]), (0, &"ok".into()));
    for arguments in [
        &["images", "pod.yml"][..],
        &["generate", "images", "pod.yml"],
        &["save", "-c", "pod.yml", "-o", "pack", "--dry-run"],
        &["node", "pod.yml", "--role", "etcd", "--dry-run"],
    ] {
        let run = told(arguments, "error");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    }
}

#[test]
fn a_state_file_is_told_with_the_file_that_belongs_there() {
    let folder = folder(&[("prod.rkestate", STATE), ("prod.yml", "nodes: []\n")]);
    let told = |run: &Run, how: &str| {
        let wanted = format!(
            "{how}: prod.rkestate is rke's state file, no cluster.yml: rke reads nothing of it\n\
             help: give prod.yml, the file that rke was run with\n"
        );
        assert!(run.stderr.ends_with(&wanted), "{run:?}");
        assert!(!run.stdout.contains("canary"), "{run:?}");
    };
    let run = pull(folder.path(), &["explain", "prod.rkestate"]);
    told(&run, "warning");
    assert!(!run.stdout.contains("accepts") && !run.stdout.contains("etcd"), "{}", run.stdout);
    // As the real rke does with such a file.
    let run = pull(folder.path(), &["explain", "--format", "jsonl", "prod.rkestate"]);
    told(&run, "warning");
    assert_eq!((run.code, &json(&run.stdout)["outcome"]), (0, &"ok".into()));
    for flags in [&["--effective"][..], &["--image", "r.io/a:1"], &["--upgrade", "v1.29.9-rancher1-1"]] {
        told(&pull(folder.path(), &[&["explain", "prod.rkestate"], flags].concat()), "warning");
    }
    for arguments in [
        &["images", "prod.rkestate"][..],
        &["generate", "images", "prod.rkestate"],
        &["save", "-c", "prod.rkestate", "-o", "pack", "--dry-run"],
        &["node", "prod.rkestate", "--role", "etcd", "--dry-run"],
    ] {
        let run = pull(folder.path(), arguments);
        told(&run, "error");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    }
}
