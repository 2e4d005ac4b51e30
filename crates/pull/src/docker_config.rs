//! Logins as docker and podman keep them: `config.json`, `auth.json`.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize as _};
use serde_json::{Map, Value, json};

use crate::credentials::{Attempt, Credential, Secret};
use crate::error::Error;

/// Docker Hub's name in these files.
const HUB: &str = "https://index.docker.io/v1/";
/// The user under which an identity token is kept by helpers.
pub const TOKEN_USER: &str = "<token>";

const BOM: &[u8] = b"\xef\xbb\xbf";
const NO_AUTHS: &str = "`auths` of docker's config.json is no object";

/// Standard alphabet; what was written by hand may lack the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub struct DockerConfig {
    pub path: PathBuf,
    contents: Contents,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Contents {
    auths: Option<BTreeMap<String, Option<Entry>>>,
    cred_helpers: Option<BTreeMap<String, String>>,
    creds_store: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<Secret>,
    username: Option<String>,
    password: Option<Secret>,
    identitytoken: Option<Secret>,
    registrytoken: Option<Secret>,
}

/// Whether Docker Hub is meant.
pub fn is_hub(host: &str) -> bool {
    matches!(host, "docker.io" | "index.docker.io" | "registry-1.docker.io")
}

/// The name under which helpers are asked about a host.
pub fn server(host: &str) -> &str {
    if is_hub(host) { HUB } else { host }
}

/// The file that `docker login` writes.
pub fn path(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    let set = |name: &str| env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("DOCKER_CONFIG").or_else(|| Some(set("HOME")?.join(".docker")))?;
    Some(folder.join("config.json"))
}

/// Docker's file, then podman's; those that are there but cannot be read are told.
pub fn load(env: &BTreeMap<String, String>) -> (Vec<DockerConfig>, Vec<Attempt>) {
    let set = |name: &str| env.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let podman = set("REGISTRY_AUTH_FILE")
        .or_else(|| Some(set("XDG_RUNTIME_DIR")?.join("containers/auth.json")).filter(|path| path.exists()))
        .or_else(|| Some(set("HOME")?.join(".config/containers/auth.json")));
    let (mut configs, mut unreadable) = (Vec::new(), Vec::new());
    for path in path(env).into_iter().chain(podman) {
        match std::fs::read(&path) {
            Ok(bytes) => match parse(&bytes) {
                Ok(contents) => configs.push(DockerConfig { path, contents }),
                Err(why) => unreadable.push(Attempt::failed(path.display().to_string(), why)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                unreadable.push(Attempt::none(path.display().to_string(), "is not there"));
            }
            Err(error) => unreadable.push(Attempt::failed(path.display().to_string(), error.to_string())),
        }
    }
    (configs, unreadable)
}

/// The parser's own words may quote a secret: only the place is told.
fn parse(bytes: &[u8]) -> Result<Contents, String> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Ok(Contents::default());
    }
    serde_json::from_slice(bytes).map_err(|error| place(&error))
}

fn place(error: &serde_json::Error) -> String {
    format!("is not what docker writes, line {} column {}", error.line(), error.column())
}

/// The text of the file with these logins (server, user, secret); all else stays, in its order.
pub fn add(text: &[u8], logins: &[(String, String, Secret)]) -> Result<Secret, Error> {
    let text = if text.trim_ascii().is_empty() { b"{}" } else { text };
    let mut root: Map<String, Value> =
        serde_json::from_slice(text.strip_prefix(BOM).unwrap_or(text)).map_err(unclear)?;
    if root.get("auths").is_none_or(Value::is_null) {
        root.insert("auths".to_owned(), Value::Object(Map::new()));
    }
    let auths =
        root.get_mut("auths").and_then(Value::as_object_mut).ok_or_else(|| Error::Usage(NO_AUTHS.to_owned()))?;
    for (server, user, secret) in logins {
        let entry = match user.as_str() {
            TOKEN_USER => json!({"identitytoken": secret.expose()}),
            _ => json!({"auth": STANDARD.encode(format!("{user}:{}", secret.expose()))}),
        };
        auths.insert(server.clone(), entry);
    }
    // A tab for each level, as docker writes it.
    let mut out = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    root.serialize(&mut serde_json::Serializer::with_formatter(&mut out, format)).map_err(unclear)?;
    Ok(Secret::new(String::from_utf8_lossy(&out)))
}

fn unclear(error: serde_json::Error) -> Error {
    Error::Usage(format!("docker's config.json {}", place(&error)))
}

impl DockerConfig {
    pub fn parse(path: PathBuf, bytes: &[u8]) -> Result<Self, Error> {
        match parse(bytes) {
            Ok(contents) => Ok(Self { path, contents }),
            Err(why) => Err(Error::Usage(format!("{} {why}", path.display()))),
        }
    }

    /// Suffixes of the helpers to ask about the host, `credHelpers` before `credsStore`.
    pub fn helpers(&self, host: &str) -> Vec<String> {
        let own = self.contents.cred_helpers.iter().flatten();
        let own = own.filter(|(key, _)| names(key, host, "")).map(|(_, helper)| helper);
        let helpers = own.take(1).chain(&self.contents.creds_store);
        helpers.filter(|name| !name.is_empty()).cloned().collect()
    }

    /// Whether helpers keep the host's login, so that one in `auths` would not be seen by docker.
    pub fn helper(&self, host: &str) -> Option<String> {
        self.helpers(host).into_iter().next()
    }

    /// The login in `auths`: the longest key that fits, as podman has it. An entry without a login is a mark that a
    /// helper keeps it.
    pub fn login(&self, host: &str, repository: &str) -> Option<Result<Credential, String>> {
        let entries = self.contents.auths.iter().flatten();
        let fitting = entries.filter(|(key, _)| names(key, host, repository));
        let logins = fitting.filter_map(|(key, entry)| Some((bare(key).len(), entry.as_ref()?.login(key)?)));
        logins.max_by_key(|(length, _)| *length).map(|(_, login)| login)
    }

    /// Hosts with an entry in `auths`, and the user where one is told.
    pub fn users(&self) -> impl Iterator<Item = (&str, String)> {
        self.contents.auths.iter().flatten().filter_map(|(key, entry)| match entry.as_ref()?.login(key)?.ok()? {
            Credential::Basic { user, .. } => Some((key.as_str(), user)),
            Credential::IdentityToken(_) => Some((key.as_str(), TOKEN_USER.to_owned())),
            Credential::Bearer(_) | Credential::Anonymous => None,
        })
    }
}

impl Entry {
    fn login(&self, key: &str) -> Option<Result<Credential, String>> {
        let given = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.is_empty());
        if let Some(token) = given(&self.registrytoken) {
            return Some(Ok(Credential::Bearer(token)));
        }
        if let Some(token) = given(&self.identitytoken) {
            return Some(Ok(Credential::IdentityToken(token)));
        }
        if let Some(auth) = given(&self.auth) {
            return Some(decode(&auth).ok_or_else(|| format!("auth of `{key}` is no base64 of user:password")));
        }
        let user = self.username.clone().filter(|user| !user.is_empty())?;
        Some(Ok(Credential::Basic { user, password: self.password.clone().unwrap_or_default() }))
    }
}

fn decode(auth: &Secret) -> Option<Credential> {
    let text = Secret::new(String::from_utf8(BASE64.decode(auth.expose().trim()).ok()?).ok()?);
    let (user, password) = text.expose().split_once(':')?;
    // docker cuts trailing NULs off as well.
    Some(Credential::Basic { user: user.to_owned(), password: Secret::new(password.trim_end_matches('\0')) })
}

/// A key without scheme, the path of the protocol and a last slash.
fn bare(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    // docker's old keys end so.
    key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key)
}

/// A server's name in its host, and the path below it that rke's keys may have.
pub fn split(server: &str) -> (&str, &str) {
    bare(server).split_once('/').unwrap_or((bare(server), ""))
}

/// Whether a key is for the host, or for a path at the host that the repository is at or below.
fn names(key: &str, host: &str, repository: &str) -> bool {
    let (key_host, path) = split(key);
    let host_fits = key_host.eq_ignore_ascii_case(host) || (is_hub(key_host) && is_hub(host));
    let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
    host_fits && (path.is_empty() || repository.strip_prefix(path).is_some_and(below))
}

#[cfg(test)]
mod tests;
