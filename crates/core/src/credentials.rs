//! Which registry entry rke looks up for an image, and what the kubelet gets.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::cluster::PrivateRegistry;
use crate::image::reference::Reference;
use crate::text::{Span, Spanned};

pub mod ecr;

/// `private_registries` as rke keys them: by `url`, `docker.io` where it is empty; of equal keys the last entry counts.
#[derive(Clone, Debug, Default)]
pub struct RegistryMap {
    /// Sorted by key.
    pub entries: Vec<(String, Registry)>,
}

#[derive(Clone, Default, PartialEq, Eq)]
pub struct Registry {
    /// Index in `private_registries`.
    pub index: usize,
    pub span: Span,
    /// The key: never empty.
    pub url: String,
    pub user: String,
    pub password: String,
    pub is_default: bool,
    pub ecr: Option<EcrKeys>,
}

#[derive(Clone, Default, PartialEq, Eq)]
pub struct EcrKeys {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
}

/// What rke finds for one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The image name cannot be read; rke's text.
    Invalid(String),
    /// Nothing under this key: pulled without credentials.
    Missing {
        key: String,
    },
    Found {
        key: String,
        auth: Auth,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// User and password are sent as they are; both may be empty.
    Basic,
    /// A token of Amazon ECR, asked for in this region.
    Ecr { region: String },
    /// The plugin is on, the url is no ECR host: rke's text.
    NotEcr(String),
}

/// Whether a text for people or programs carries secrets, or `***` in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    Masked,
    Shown,
}

impl Secrets {
    /// An empty secret stays empty: that it is missing is no secret.
    fn write(self, secret: &str) -> String {
        if self == Self::Masked && !secret.is_empty() { MASK.to_owned() } else { secret.to_owned() }
    }
}

const MASK: &str = "***";

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Registry");
        out.field("index", &self.index).field("url", &self.url).field("user", &self.user);
        out.field("password", &Secrets::Masked.write(&self.password)).field("is_default", &self.is_default);
        out.field("ecr", &self.ecr).finish_non_exhaustive()
    }
}

impl fmt::Debug for EcrKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EcrKeys(***)")
    }
}

impl Lookup {
    /// The key under which rke found an entry.
    pub fn registry(&self) -> Option<&str> {
        match self {
            Self::Found { key, .. } => Some(key),
            Self::Invalid(_) | Self::Missing { .. } => None,
        }
    }

    /// Whether rke sends a login with the pull, an empty one included.
    pub const fn has_auth(&self) -> bool {
        matches!(self, Self::Found { auth: Auth::Basic | Auth::Ecr { .. }, .. })
    }

    /// rke's text where the lookup fails.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Invalid(text) | Self::Found { auth: Auth::NotEcr(text), .. } => Some(text),
            Self::Missing { .. } | Self::Found { .. } => None,
        }
    }
}

impl Registry {
    fn new(index: usize, entry: &PrivateRegistry) -> Self {
        let url = text(&entry.url);
        Self {
            index,
            span: entry.span,
            url: if url.is_empty() { "docker.io".to_owned() } else { url },
            user: text(&entry.user),
            password: text(&entry.password),
            is_default: entry.is_default.as_ref().is_some_and(|flag| flag.value),
            ecr: entry.ecr.as_ref().map(|plugin| EcrKeys {
                access_key_id: text(&plugin.access_key_id),
                secret_access_key: text(&plugin.secret_access_key),
                session_token: text(&plugin.session_token),
            }),
        }
    }

    /// What rke sends with a pull from here: the plugin counts only without user and password (docker.go:703).
    pub fn auth(&self) -> Auth {
        if self.ecr.is_none() || !self.user.is_empty() || !self.password.is_empty() {
            return Auth::Basic;
        }
        match ecr::rke_region(&self.url) {
            Some(region) => Auth::Ecr { region: region.to_owned() },
            None => Auth::NotEcr("Not a valid ECR registry".to_owned()),
        }
    }

    /// The JSON of rke's type: unset fields left out.
    fn to_json(&self, secrets: Secrets) -> Value {
        let mut out = texts([
            ("url", self.url.clone()),
            ("user", self.user.clone()),
            ("password", secrets.write(&self.password)),
        ]);
        if self.is_default {
            out.insert("isDefault".to_owned(), Value::Bool(true));
        }
        if let Some(keys) = &self.ecr {
            let keys = texts([
                ("awsAccessKeyId", secrets.write(&keys.access_key_id)),
                ("awsSecretAccessKey", secrets.write(&keys.secret_access_key)),
                ("awsAccessToken", secrets.write(&keys.session_token)),
            ]);
            out.insert("ecrCredentialPlugin".to_owned(), Value::Object(keys));
        }
        Value::Object(out)
    }
}

impl RegistryMap {
    pub fn new(registries: &[PrivateRegistry]) -> Self {
        let mut entries: Vec<(String, Registry)> = Vec::with_capacity(registries.len());
        for (index, entry) in registries.iter().enumerate() {
            let registry = Registry::new(index, entry);
            match entries.binary_search_by(|(key, _)| key.cmp(&registry.url)) {
                Ok(at) => entries[at].1 = registry,
                Err(at) => entries.insert(at, (registry.url.clone(), registry)),
            }
        }
        Self { entries }
    }

    /// The entry under exactly this key.
    pub fn get(&self, key: &str) -> Option<&Registry> {
        let at = self.entries.binary_search_by(|(other, _)| other.as_str().cmp(key)).ok()?;
        Some(&self.entries[at].1)
    }

    /// Whom rke asks for credentials when it pulls the image (docker.go:723).
    pub fn lookup(&self, image: &str) -> Lookup {
        let key = match Reference::parse(image) {
            Ok(reference) => reference.lookup_key(),
            Err(error) => return Lookup::Invalid(error.to_string()),
        };
        match self.get(&key) {
            Some(registry) => Lookup::Found { auth: registry.auth(), key },
            None => Lookup::Missing { key },
        }
    }

    /// The entries by key, as JSON of rke's types.
    pub fn to_json(&self, secrets: Secrets) -> Value {
        Value::Object(self.entries.iter().map(|(key, entry)| (key.clone(), entry.to_json(secrets))).collect())
    }

    /// The `config.json` that rke writes for the kubelet, to the byte; none without registries (docker.go:778).
    ///
    /// The plugin wins over user and password here. The kubelet itself reads `auths` only.
    pub fn kubelet_docker_config(&self, secrets: Secrets) -> Option<String> {
        if self.entries.is_empty() {
            return None;
        }
        let (mut auths, mut helpers) = (Vec::new(), Vec::new());
        for (key, entry) in &self.entries {
            if entry.ecr.is_some() {
                helpers.push(format!("{}:\"ecr-login\"", go_string(key)));
            } else {
                let login = STANDARD.encode(format!("{}:{}", entry.user, entry.password));
                let login = if entry.password.is_empty() { login } else { secrets.write(&login) };
                auths.push(format!("{}:{{\"auth\":\"{login}\"}}", go_string(key)));
            }
        }
        let member = |name: &str, members: &[String]| {
            (!members.is_empty()).then(|| format!("\"{name}\":{{{}}}", members.join(",")))
        };
        let members: Vec<_> = member("auths", &auths).into_iter().chain(member("credHelpers", &helpers)).collect();
        Some(format!("{{{}}}", members.join(",")))
    }
}

fn text(value: &Option<Spanned<String>>) -> String {
    value.as_ref().map(|value| value.value.clone()).unwrap_or_default()
}

/// An object of the texts that are not empty.
fn texts<const N: usize>(fields: [(&str, String); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.to_owned(), Value::String(text)))
        .collect()
}

/// A JSON string as Go's encoding/json writes it: also `<`, `>`, `&` and the two line separators are escaped.
fn go_string(text: &str) -> String {
    let mut out = Value::String(text.to_owned()).to_string();
    for (character, escape) in
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")]
    {
        if out.contains(character) {
            out = out.replace(character, escape);
        }
    }
    out
}

#[cfg(test)]
mod tests;
