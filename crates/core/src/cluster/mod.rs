//! The typed model of a cluster.yml, as rke's decoder reads it; every leaf knows where it was written.

pub mod again;
mod decode;
pub mod effective;
pub mod generic;
mod go_syntax;
mod lower;
mod quoted;
mod time;
pub mod unknown;
pub mod value;

pub use decode::fits;

use std::sync::Arc;

use crate::problem::Problem;
use crate::text::{Span, Spanned};
use crate::yaml::Document;
use value::Value;

/// What decides images, credentials and roles. `None` where rke sees nothing: key missing, null, or empty text.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    /// Everything that was decoded, for what has no field here.
    pub config: Value,
    /// All behind `Failed to parse cluster file: `, where rke's decoders refuse the file.
    pub parse_error: Option<String>,
    pub kubernetes_version: Option<Spanned<String>>,
    pub registries: Vec<PrivateRegistry>,
    /// Pinned images: non-empty values only, in the order of the file.
    pub system_images: Vec<PinnedImage>,
    /// Shared with the plan.
    pub nodes: Arc<[Node]>,
    pub network: Network,
    pub dns: Dns,
    pub ingress: Ingress,
    pub monitoring_provider: Option<Spanned<String>>,
    pub kubelet: Kubelet,
    pub etcd: Etcd,
}

impl Cluster {
    /// Reads what rke reads. Never fails: what rke would refuse is read as far as it can be.
    pub fn lower(document: &Document) -> (Self, Vec<Problem>) {
        lower::lower(document)
    }
}

/// One entry of `private_registries`.
#[derive(Clone, Debug, Default)]
pub struct PrivateRegistry {
    /// The whole entry.
    pub span: Span,
    pub url: Option<Spanned<String>>,
    pub user: Option<Spanned<String>>,
    pub password: Option<Spanned<String>>,
    pub is_default: Option<Spanned<bool>>,
    /// `Some` where rke sees a plugin: `{}` counts, null does not.
    pub ecr: Option<EcrPlugin>,
}

impl PrivateRegistry {
    pub fn is_default(&self) -> bool {
        self.is_default.as_ref().is_some_and(|d| d.value)
    }
}

#[derive(Clone, Debug, Default)]
pub struct EcrPlugin {
    /// The plugin's value, `{}` or its block.
    pub span: Span,
    pub access_key_id: Option<Spanned<String>>,
    pub secret_access_key: Option<Spanned<String>>,
    pub session_token: Option<Spanned<String>>,
}

#[derive(Clone, Debug)]
pub struct PinnedImage {
    /// As `etcd` in `system_images.etcd`.
    pub key: &'static str,
    pub key_span: Span,
    pub image: Spanned<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Node {
    pub span: Span,
    pub address: Option<Spanned<String>>,
    pub internal_address: Option<Spanned<String>>,
    pub hostname_override: Option<Spanned<String>>,
    pub port: Option<Spanned<String>>,
    pub user: Option<Spanned<String>>,
    pub ssh_key_path: Option<Spanned<String>>,
    pub roles: Vec<Spanned<String>>,
}

impl Node {
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r.value == role)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Network {
    pub plugin: Option<Spanned<String>>,
    /// `network.calico_network_provider.cloudprovider` or `network.options.calico_cloud_provider`.
    pub calico_cloud_provider: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default)]
pub struct Dns {
    pub provider: Option<Spanned<String>>,
    /// The `nodelocal` block is there, with or without an address.
    pub nodelocal: Option<Span>,
    pub nodelocal_ip: Option<Spanned<String>>,
}

#[derive(Clone, Debug, Default)]
pub struct Ingress {
    pub provider: Option<Spanned<String>>,
    pub default_backend: Option<Spanned<bool>>,
}

#[derive(Clone, Debug, Default)]
pub struct Kubelet {
    pub infra_container_image: Option<Spanned<String>>,
    pub extra_env: Vec<Spanned<String>>,
    /// Keys and values of `extra_args`; of `extra_args_array` the joined values.
    pub extra_args: Vec<(Spanned<String>, Spanned<String>)>,
}

#[derive(Clone, Debug, Default)]
pub struct Etcd {
    /// `services.etcd.external_urls` holds at least one.
    pub external: bool,
    pub snapshot: Option<Spanned<bool>>,
}
