//! docker, dockerd and skopeo for real: with our helper, and pulled by us.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use crate::services::{self, PASSWORD, USER};

/// A home whose docker asks our helper about the registry, which reads a cluster file.
fn home(host: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("bin")).unwrap();
    fs::create_dir_all(path(".docker")).unwrap();
    symlink(env!("CARGO_BIN_EXE_pull"), path("bin/docker-credential-pull")).unwrap();
    fs::write(path(".docker/config.json"), format!(r#"{{"credHelpers": {{"{host}": "pull"}}}}"#)).unwrap();
    fs::write(
        path("cluster.yml"),
        format!("private_registries:\n  - {{url: '{host}', user: {USER}, password: '{PASSWORD}', is_default: true}}\n"),
    )
    .unwrap();
    folder
}

fn run(home: &Path, program: &str, arguments: &[&str], docker: &str) -> Output {
    let path = format!("{}:{}", home.join("bin").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(home).env_clear().env("HOME", home).env("PATH", path);
    command.env("RKE_CONFIG", home.join("cluster.yml")).env("DOCKER_HOST", docker);
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn push(home: &Path, host: &str, repository: &str, salt: &str) {
    services::need_skopeo();
    let layout = services::layout(home, salt);
    let (from, to) = (format!("oci:{}:v1", layout.display()), format!("docker://{host}/{repository}:v1"));
    let output = run(home, "skopeo", &["copy", "--dest-tls-verify=false", &from, &to], "");
    assert!(output.status.success(), "skopeo with our helper: {}", text(&output));
}

#[test]
fn docker_and_skopeo_are_logged_in_by_our_helper() {
    services::need_docker();
    let (_registry, host) = services::registry();
    let (_engine, docker) = services::dockerd();
    let home = home(&host);
    push(home.path(), &host, "rancher/helped", "helped");
    let image = format!("{host}/rancher/helped:v1");
    let inspect = run(home.path(), "skopeo", &["inspect", "--tls-verify=false", &format!("docker://{image}")], "");
    assert!(inspect.status.success(), "{}", text(&inspect));
    let pulled = run(home.path(), "docker", &["pull", &image], &docker);
    assert!(pulled.status.success(), "docker with our helper: {}", text(&pulled));
    // Without the helper neither gets in: it was the helper.
    fs::write(home.path().join(".docker/config.json"), "{}").unwrap();
    assert!(!run(home.path(), "docker", &["pull", &image], &docker).status.success());
    assert!(!text(&pulled).contains("canary") && !text(&inspect).contains("canary"));
}

#[test]
fn a_node_pulls_through_the_engine_with_the_login_of_the_cluster_file_and_verifies() {
    let (_registry, host) = services::registry();
    let (_engine, docker) = services::dockerd();
    let home = home(&host);
    for name in ["hyperkube", "pause", "tools"] {
        push(home.path(), &host, &format!("rancher/{name}"), name);
    }
    let cluster = fs::read_to_string(home.path().join("cluster.yml")).unwrap();
    let images = format!(
        "{cluster}kubernetes_version: v0.0.0\nnetwork: {{plugin: none}}\ndns: {{provider: none}}\n\
         monitoring: {{provider: none}}\ningress: {{provider: none}}\nsystem_images:\n  kubernetes: {host}/rancher/hyperkube:v1\n  \
         pod_infra_container: {host}/rancher/pause:v1\n  alpine: {host}/rancher/tools:v1\n"
    );
    fs::write(home.path().join("cluster.yml"), &images).unwrap();
    let arguments = ["node", "cluster.yml", "--role", "worker", "--dry-run"];
    let dry = run(home.path(), env!("CARGO_BIN_EXE_pull"), &arguments, &docker);
    assert!(dry.status.success() && text(&dry).contains("3 images, 6 blobs"), "{}", text(&dry));
    let line = format!("{host}/rancher/pause:v1  sha256:");
    assert!(String::from_utf8_lossy(&dry.stdout).lines().any(|told| told.starts_with(&line)), "{}", text(&dry));
    let node = || run(home.path(), env!("CARGO_BIN_EXE_pull"), &["node", "cluster.yml", "--role", "worker"], &docker);
    let first = node();
    assert!(first.status.success(), "{}", text(&first));
    assert!(text(&first).contains("3 images in "), "{}", text(&first));
    let second = node();
    assert!(text(&second).contains("3 of them already there"), "{}", text(&second));

    // What lies there under the name is not what the registry has: pulled anew, whatever rke would do.
    push(home.path(), &host, "rancher/tools", "newer");
    let third = node();
    assert!(text(&third).contains("2 of them already there"), "{}", text(&third));

    let loaded = || {
        let arguments = ["node", "cluster.yml", "--role", "worker", "--via", "load"];
        run(home.path(), env!("CARGO_BIN_EXE_pull"), &arguments, &docker)
    };
    push(home.path(), &host, "rancher/tools", "newest");
    let fourth = loaded();
    assert!(fourth.status.success() && text(&fourth).contains("2 of them already there"), "{}", text(&fourth));
    assert!(text(&loaded()).contains("3 of them already there"), "a loaded image is known by its config");
    assert!(!home.path().join(".cache/drydock/node").exists(), "the engine has it now");

    let pack = |arguments: &[&str]| run(home.path(), env!("CARGO_BIN_EXE_pull"), arguments, &docker);
    push(home.path(), &host, "rancher/tools", "packed");
    let saved = pack(&["save", "-c", "cluster.yml", &format!("{host}/rancher/tools:v1"), "-o", "pack.tar"]);
    assert!(saved.status.success(), "{}", text(&saved));
    let carried = pack(&["load", "pack.tar"]);
    assert!(carried.status.success() && text(&carried).contains("1 images in "), "{}", text(&carried));
    let there = pack(&["load", "pack.tar"]);
    assert!(text(&there).contains("1 of them already there"), "{}", text(&there));

    for arguments in [&["verify", "pack.tar", "--node"][..], &["verify", "-c", "cluster.yml", "--node"]] {
        let verified = pack(arguments);
        assert!(verified.status.success(), "{arguments:?}: {}", text(&verified));
    }
    push(home.path(), &host, "rancher/tools", "moved");
    let moved = pack(&["verify", "-c", "cluster.yml", "--node"]);
    assert_eq!(moved.status.code(), Some(1), "{}", text(&moved));
    assert!(text(&moved).contains("or has another under this name"), "{}", text(&moved));

    fs::write(home.path().join("cluster.yml"), images.replace("tools:v1", "tools:v2")).unwrap();
    let missing = node();
    assert_eq!(missing.status.code(), Some(1), "{}", text(&missing));
    fs::write(home.path().join("cluster.yml"), images.replace(PASSWORD, "canary-wrong")).unwrap();
    let wrong = node();
    assert_eq!(wrong.status.code(), Some(3), "{}", text(&wrong));
    for output in [&first, &missing, &wrong] {
        assert!(!text(output).contains("canary"), "{}", text(output));
    }
}
