//! How long a login is kept, for whom, and how often it is asked for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use drydock_pull::credentials::{Credential, Keychain, Secret};
use serde_json::{Value, json};

use crate::aws::{self, Ecr};
use crate::home::{ECR, Home, mode, runtime};
use crate::http::Reply;

fn cached(home: &Home) -> PathBuf {
    let mut files = fs::read_dir(home.path(".cache/drydock/ecr")).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "json")).unwrap()
}

#[test]
fn a_token_is_kept_for_its_owner_alone_until_it_runs_out_or_another_identity_asks() {
    let ecr = Ecr::answering();
    let mut home = Home::new().keys().env("AWS_ENDPOINT_URL", &ecr.address);
    for _ in 0..3 {
        assert_eq!(home.run(&["login", ECR]).code, 0);
    }
    assert_eq!(ecr.count(), 1, "one token for three runs");
    let file = cached(&home);
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));

    let mut entry: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    entry["expires"] = json!(1_420_070_400_000_u64);
    fs::write(&file, entry.to_string()).unwrap();
    assert_eq!(home.run(&["login", ECR]).code, 0);
    assert_eq!(ecr.count(), 2, "one that ran out is not used");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(home.run(&["login", ECR]).code, 0);
    assert_eq!(ecr.count(), 3, "one that others could read, and so write for all we know, is not used");
    assert_eq!(mode(&file), 0o600);

    fs::write(&file, "{").unwrap();
    assert_eq!(home.run(&["login", ECR]).code, 0);
    assert_eq!(ecr.count(), 4, "one that is broken is not used");

    home = home.env("AWS_ACCESS_KEY_ID", "AKIAOTHER");
    assert_eq!(home.run(&["login", ECR]).code, 0);
    assert_eq!(ecr.calls.lock().unwrap()[4].access_key, "AKIAOTHER", "a token is not handed to somebody else");
}

#[test]
fn many_processes_that_need_a_token_at_once_ask_for_one_even_if_it_is_over_at_once() {
    let old = |_| {
        use base64::Engine as _;
        let token = base64::engine::general_purpose::STANDARD.encode("AWS:old");
        Some(Reply::ok(format!(
            r#"{{"authorizationData": [{{"authorizationToken": "{token}", "expiresAt": 1420070400}}]}}"#
        )))
    };
    for script in [(|_| None) as aws::Script, old] {
        let ecr = Ecr::start(Duration::from_millis(700), script);
        let home = Home::new().keys().env("AWS_ENDPOINT_URL", &ecr.address);
        let children: Vec<_> = (0..8)
            .map(|_| home.command(&["login", ECR]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert_eq!(ecr.count(), 1);
    }
}

#[test]
fn many_tasks_ask_a_source_once_and_a_refresh_of_what_is_new_asks_nobody() {
    let home = Home::new().file(".docker/config.json", r#"{"credHelpers": {"r.example": "count"}}"#).program(
        "docker-credential-count",
        r#"cat >/dev/null; echo x >> "$HOME/calls"; sleep 0.3
               echo '{"ServerURL": "r.example", "Username": "u", "Secret": "canary-password"}'"#,
    );
    let keychain = Keychain::new(&home.env, None, Vec::new());
    runtime().block_on(async {
        let tasks: Vec<_> = (0..20)
            .map(|task| {
                let keychain = keychain.clone();
                tokio::spawn(async move { keychain.get("r.example", "a/b", task % 2 == 1).await.unwrap() })
            })
            .collect();
        for task in tasks {
            let password = Secret::new("canary-password");
            assert_eq!(task.await.unwrap(), Credential::Basic { user: "u".to_owned(), password });
        }
    });
    assert_eq!(fs::read_to_string(home.path("calls")).unwrap(), "x\n");
}
