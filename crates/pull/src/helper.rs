//! Docker's protocol of credential helpers, from both ends.

pub mod client;

use std::collections::BTreeMap;
use std::io::Read as _;

use serde::Serialize;

use crate::credentials::{Credential, Keychain};
use crate::docker_config::{self, TOKEN_USER, is_hub};
use crate::error::Error;
use crate::session::block_on;
use crate::world::World;

/// What follows `docker-credential-` in the name of this program.
pub const NAME: &str = "pull";
/// The words by which docker and others know that a helper has no login, rather than a fault.
pub const NOT_FOUND: &str = "credentials not found in native keychain";
/// No server's name is longer; no login either.
const LONGEST: u64 = 1 << 20;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Login<'t> {
    #[serde(rename = "ServerURL")]
    server: &'t str,
    username: &'t str,
    secret: &'t str,
}

/// Answers one call. As docker wants it, the text of an error goes to standard output, with exit code 1; what was tried
/// goes to standard error.
pub fn serve(
    arguments: &[String],
    keychain: impl FnOnce(&mut World) -> Keychain,
    world: &mut World,
) -> Result<u8, Error> {
    let answer = match arguments {
        [action] => match action.as_str() {
            "get" => get(keychain, world),
            "list" => Ok(list(&keychain(world), &world.env)),
            // Whoever logs in keeps the login where it was: here is nothing to change, and no reason to fail.
            "store" | "erase" => discard(world).map(|()| String::new()),
            "version" | "--version" | "-v" => {
                Ok(format!("docker-credential-{NAME} (drydock) {}", env!("CARGO_PKG_VERSION")))
            }
            "--help" | "-h" => Ok(usage()),
            other => Err(format!("Unknown credential action `{other}`")),
        },
        _ => Err(usage()),
    };
    let (code, text) = match answer {
        Ok(text) => (0, text),
        Err(text) => (1, text),
    };
    if !text.is_empty() {
        writeln!(world.stdout, "{text}")?;
    }
    Ok(code)
}

fn usage() -> String {
    format!("Usage: docker-credential-{NAME} <store|get|erase|list|version>")
}

fn get(keychain: impl FnOnce(&mut World) -> Keychain, world: &mut World) -> Result<String, String> {
    let mut asked = String::new();
    world.stdin.by_ref().take(LONGEST).read_to_string(&mut asked).map_err(|error| error.to_string())?;
    let server = asked.trim();
    if server.is_empty() {
        return Err("no credentials server URL".to_owned());
    }
    let (host, path) = docker_config::split(server);
    // The name of a server says no repository: two parts below it are what rke counts with.
    let repository = if path.is_empty() { "rancher/rancher".to_owned() } else { format!("{path}/rancher/rancher") };
    let keychain = keychain(world);
    let answer = block_on(async { Ok(keychain.ask(host, &repository, false).await) }).map_err(|e| e.to_string())?;
    for attempt in &answer.tried {
        let _ = writeln!(world.stderr, "{}: {}", attempt.source, attempt.outcome);
    }
    let (user, secret) = match &answer.credential {
        Credential::Basic { user, password } => (user.as_str(), password),
        Credential::IdentityToken(token) => (TOKEN_USER, token),
        // The protocol has no word for a bearer token.
        Credential::Bearer(_) | Credential::Anonymous if answer.has_failed() => {
            return Err(answer.failure(host).to_string());
        }
        Credential::Bearer(_) | Credential::Anonymous => return Err(NOT_FOUND.to_owned()),
    };
    serde_json::to_string(&Login { server, username: user, secret: secret.expose() }).map_err(|e| e.to_string())
}

fn discard(world: &mut World) -> Result<(), String> {
    std::io::copy(&mut world.stdin.by_ref().take(LONGEST), &mut std::io::sink()).map_err(|e| e.to_string())?;
    Ok(())
}

/// Servers and users that are known without asking anybody.
fn list(keychain: &Keychain, env: &BTreeMap<String, String>) -> String {
    let mut known = BTreeMap::new();
    for (config, _) in [docker_config::load(env)] {
        for config in &config {
            known.extend(config.users().map(|(server, user)| (server.to_owned(), user)));
        }
    }
    known.extend(keychain.cluster_users().map(|(key, user)| {
        let server = if is_hub(key) { docker_config::server(key) } else { key };
        (server.to_owned(), user)
    }));
    serde_json::to_string(&known).unwrap_or_default()
}
