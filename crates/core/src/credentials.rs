//! Which registry entry rke looks up for an image, and what the kubelet gets.

use crate::text::Span;

/// `private_registries` as rke keys them: by `url`, `docker.io` where it is empty; of equal keys the last entry counts.
#[derive(Clone, Debug, Default)]
pub struct RegistryMap {
    /// Sorted by key.
    pub entries: Vec<(String, Registry)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// Index in `private_registries`.
    pub index: usize,
    pub span: Span,
    pub url: String,
    pub user: String,
    pub password: String,
    pub is_default: bool,
    pub ecr: Option<EcrKeys>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
