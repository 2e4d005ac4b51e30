//! Files read by the programs that they are written for, where these are installed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use drydock_core::artifacts::find;
use serde_json::Value;

use crate::{sample, samples};

fn is_installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        println!("not run: {program} is not installed");
    }
    found
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env("HOME", folder).env("LC_ALL", "C.UTF-8");
    let output = command.output().expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}{}", String::from_utf8_lossy(&output.stdout));
    assert!(!errors.contains("WARNING"), "{program} {arguments:?}: {errors}");
    assert!(!folder.join("pwned").exists(), "{program} ran a part of the file");
    output
}

#[test]
fn ansible_reads_inventory_and_playbook() {
    if !is_installed("ansible-playbook") {
        return;
    }
    let mut read = 0;
    for sample in samples() {
        let written = |id: &str| sample.artifact(find(id).unwrap()).map(|artifact| artifact.text);
        let (Ok(inventory), Ok(playbook)) = (written("ansible-inventory"), written("ansible-playbook")) else {
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("inventory.yml"), inventory).unwrap();
        fs::write(folder.path().join("pull.playbook.yml"), playbook).unwrap();
        let check = ["-i", "inventory.yml", "--syntax-check", "pull.playbook.yml"];
        run("ansible-playbook", &check, folder.path());
        let listed = run("ansible-inventory", &["-i", "inventory.yml", "--list"], folder.path());
        let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
        let hosts = listed["_meta"]["hostvars"].as_object().unwrap();
        let addresses: Vec<&str> = hosts.values().filter_map(|host| host["ansible_host"].as_str()).collect();
        assert!(addresses.contains(&"10.0.0.11"), "{}: {listed}", sample.name);
        assert_eq!(listed["controlplane"]["hosts"].as_array().map(Vec::len), Some(1), "{}: {listed}", sample.name);
        read += 1;
    }
    assert!(read >= 3, "samples with nodes");
}

#[test]
fn skopeo_finds_the_login_in_dockers_config() {
    if !is_installed("skopeo") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let config = sample("ecr-keys").artifact(find("docker-config").unwrap()).unwrap().text;
    fs::write(folder.path().join("config.json"), config).unwrap();
    let login = ["login", "--get-login", "--authfile", "config.json", "registry.example.com"];
    let output = run("skopeo", &login, folder.path());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "mover\n");
}
