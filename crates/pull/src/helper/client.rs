//! Asking another helper.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::NOT_FOUND;
use crate::credentials::{Credential, Secret};
use crate::docker_config::TOKEN_USER;

/// Longer than a helper needs that asks a cloud, with retries.
const PATIENCE: Duration = Duration::from_secs(60);
/// Some hundred times a long token.
const LONGEST: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Login {
    username: String,
    secret: Secret,
}

/// The login that `docker-credential-NAME` has; none where it knows none.
pub async fn get(name: &str, server: &str, env: &BTreeMap<String, String>) -> Result<Option<Credential>, String> {
    let (success, answer) = run(name, "get", server, env).await?;
    if !success {
        let words = answer.expose().trim();
        if words.contains(NOT_FOUND) {
            return Ok(None);
        }
        return Err(format!("get fails: {}", words.lines().next().unwrap_or("without a word")));
    }
    // The parser's words could quote the secret.
    let login: Login = serde_json::from_str(answer.expose())
        .map_err(|error| format!("get answers no login, line {} column {}", error.line(), error.column()))?;
    if login.username.is_empty() && login.secret.is_empty() {
        return Ok(None);
    }
    Ok(Some(match login.username.as_str() {
        TOKEN_USER => Credential::IdentityToken(login.secret),
        _ => Credential::Basic { user: login.username, password: login.secret },
    }))
}

/// Gives a login to `docker-credential-NAME` to keep.
pub async fn store(
    name: &str,
    server: &str,
    (user, secret): (&str, &Secret),
    env: &BTreeMap<String, String>,
) -> Result<(), String> {
    let login = super::Login { server, username: user, secret: secret.expose() };
    let login = Secret::new(serde_json::to_string(&login).map_err(|error| error.to_string())?);
    match run(name, "store", login.expose(), env).await? {
        (true, _) => Ok(()),
        (false, words) => Err(format!("store fails: {}", words.expose().trim())),
    }
}

async fn run(name: &str, action: &str, input: &str, env: &BTreeMap<String, String>) -> Result<(bool, Secret), String> {
    let program = format!("docker-credential-{name}");
    if name.contains(['/', '\\']) {
        return Err("is no name of a helper".to_owned());
    }
    let mut child = Command::new(program)
        .arg(action)
        .env_clear()
        .envs(env)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "is not on PATH".to_owned(),
            _ => format!("does not start: {error}"),
        })?;
    let talk = async {
        // A helper that has read enough closes its end.
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let mut answer = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(LONGEST).read_to_end(&mut answer).await?;
        }
        Ok::<_, std::io::Error>((child.wait().await?.success(), answer))
    };
    let (success, answer) = tokio::time::timeout(PATIENCE, talk)
        .await
        .map_err(|_| format!("{action} does not answer within {} s", PATIENCE.as_secs()))?
        .map_err(|error| error.to_string())?;
    let answer = String::from_utf8(answer).map_err(|_| format!("{action} answers what is no UTF-8"))?;
    Ok((success, Secret::new(answer)))
}
