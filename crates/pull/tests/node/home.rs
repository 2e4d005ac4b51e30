//! A home of its own for the built binary, and what is around it there.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use expect_test::Expect;
use serde_json::json;

use crate::aws::{SECRET, SESSION};

pub const ECR: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
pub const KEY: &str = "AKIACANARYCANARY";

/// A home of its own, and nothing of the machine's environment but PATH.
pub struct Home {
    pub folder: tempfile::TempDir,
    pub env: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        symlink(env!("CARGO_BIN_EXE_pull"), bin.join("docker-credential-pull")).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let home = folder.path().display().to_string();
        let mut env = BTreeMap::from([("HOME".to_owned(), home), ("PATH".to_owned(), path)]);
        // No machine's metadata unless a test gives some: nothing listens on port 9.
        env.insert("AWS_EC2_METADATA_SERVICE_ENDPOINT".to_owned(), "http://127.0.0.1:9".to_owned());
        Self { folder, env }
    }

    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    pub fn keys(self) -> Self {
        self.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_SESSION_TOKEN", SESSION)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// A program of the name, that /bin/sh runs.
    pub fn program(self, name: &str, script: &str) -> Self {
        let home = self.file(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(home.path(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).unwrap();
        home
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pull"));
        command.args(arguments).env_clear().envs(&self.env).current_dir(self.folder.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        finish(self.command(arguments), "")
    }

    /// As docker calls it.
    pub fn helper(&self, action: &str, input: &str) -> Run {
        let mut command = Command::new(self.path("bin/docker-credential-pull"));
        command.arg(action).env_clear().envs(&self.env).current_dir(self.folder.path());
        finish(command, input)
    }

    pub fn kubelet(&self, version: &str, image: &str) -> Run {
        let request = json!({
            "kind": "CredentialProviderRequest",
            "apiVersion": format!("credentialprovider.kubelet.k8s.io/{version}"),
            "image": image,
        });
        finish(self.command(&["kubelet-credential-provider"]), &request.to_string())
    }
}

pub fn finish(mut command: Command, input: &str) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn check(text: &str, expect: &Expect) {
    expect.assert_eq(text);
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

pub const LOGINS: &str = "\
private_registries:
  - {url: registry.example, user: u, password: canary-password}
  - {url: registry.example/team, user: t, password: canary-team}
  - {user: hub, password: canary-hub}
  - {url: open.example}
";

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
