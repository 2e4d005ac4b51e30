//! docker, dockerd and skopeo for real: with our helper, and pulled by us.

mod services;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use services::{PASSWORD, USER};

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
