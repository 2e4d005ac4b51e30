//! Secrets stay where they belong.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::aws::{Ecr, PASSWORD, SECRET, SESSION};
use crate::home::{ECR, Home, KEY, LOGINS};
use crate::http::Reply;

/// Every file below the folder that others than its owner may read.
fn readable(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            readable(&path, found);
        } else if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
            found.push((path.clone(), fs::read_to_string(&path).unwrap_or_default()));
        }
    }
}

#[test]
fn no_secret_is_in_any_message_or_in_a_file_that_others_may_read() {
    let canaries = [SECRET, SESSION, PASSWORD, "canary", "Y2FuYXJ5", KEY];
    let ecr = Ecr::answering();
    let broken = Ecr::start(Duration::ZERO, |_| {
        Some(Reply::ok(r#"{"authorizationData": [{"authorizationToken": "canary", "expiresAt": "canary"}]}"#))
    });
    let odd = Ecr::start(Duration::ZERO, |_| {
        Some(Reply::ok(r#"{"authorizationData": [{"authorizationToken": "Y2FuYXJ5", "expiresAt": 1}]}"#))
    });
    let file = format!(
        "{LOGINS}  - {{url: {ECR}, ecr_credential_plugin: {{aws_access_key_id: {KEY}, aws_secret_access_key: canary-secret-key}}}}\n"
    );
    for address in
        [&ecr.address, &broken.address, &odd.address, "http://canary:canary@127.0.0.1:9", "http://127.0.0.1:9/?canary"]
    {
        let home =
            Home::new().keys().env("AWS_ENDPOINT_URL", address).env("RUST_LOG", "trace").env("AWS_MAX_ATTEMPTS", "1");
        fs::create_dir(home.path("in")).unwrap();
        let cluster = home.path("in/c.yml");
        fs::write(&cluster, &file).unwrap();
        fs::set_permissions(&cluster, fs::Permissions::from_mode(0o600)).unwrap();
        let home = home.env("RKE_CONFIG", cluster.display().to_string());
        for arguments in [
            &["login"][..],
            &["login", "--check"],
            &["login", "--json"],
            &["login", "--docker", "-v"],
            &["login", "--check", ECR],
            &["login", "--check", "public.ecr.aws"],
            &["docker-credential-helper", "list"],
            &["kubelet-credential-provider", "--print-config"],
        ] {
            let run = home.run(arguments);
            for canary in canaries {
                assert!(!run.stdout.contains(canary), "{address} {arguments:?}: {canary} in {}", run.stdout);
                assert!(!run.stderr.contains(canary), "{address} {arguments:?}: {canary} in {}", run.stderr);
            }
        }
        assert!(!home.helper("get", ECR).stderr.contains("canary"));
        assert!(!home.kubelet("v1", "registry.example/a/b").stderr.contains("canary"));
        let mut files = Vec::new();
        readable(home.folder.path(), &mut files);
        for (path, text) in files {
            assert!(!canaries.iter().any(|canary| text.contains(canary)), "{} holds a secret", path.display());
        }
    }
}
