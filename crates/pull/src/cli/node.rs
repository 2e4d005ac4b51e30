//! Arguments of the commands that find credentials and serve a node.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Network;

#[derive(Debug, Args)]
pub struct Login {
    /// A cluster file, whose registries are meant, or one registry
    #[arg(value_name = "FILE|REGISTRY")]
    pub target: Option<String>,
    /// Say what every source answers, and change nothing
    #[arg(long, conflicts_with = "docker")]
    pub check: bool,
    /// Write the logins found into docker's config.json
    #[arg(long)]
    pub docker: bool,
    /// One object a line
    #[arg(long)]
    pub json: bool,
    /// Certificates to trust beside the system's
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Node {
    /// The cluster file
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The node: its address, internal_address or hostname_override in the file
    #[arg(long, conflicts_with = "role")]
    pub address: Option<String>,
    /// A node with these roles
    #[arg(long, value_name = "ROLE", value_delimiter = ',')]
    pub role: Vec<Role>,
    /// How the images come: the engine pulls, or this program downloads and the engine loads
    #[arg(long, value_name = "WAY", default_value = "pull")]
    pub via: Via,
    /// With --via load: where downloads are kept until the engine has them [default: drydock/node in the cache folder]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Say what would be pulled, with sizes where the registries answer, and pull nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub network: Network,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    Controlplane,
    Etcd,
    Worker,
}

impl Role {
    /// As in `nodes[].role`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Controlplane => "controlplane",
            Self::Etcd => "etcd",
            Self::Worker => "worker",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Via {
    Pull,
    Load,
}

#[derive(Debug, Args)]
pub struct Load {
    /// The folder or .tar file that `pull save` wrote
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// The pack that has the blobs which this one leaves out
    #[arg(long, value_name = "PACK")]
    pub base: Option<PathBuf>,
    #[command(flatten)]
    pub network: Network,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// The cluster file
    #[arg(value_name = "FILE", conflicts_with = "config")]
    pub file: Option<PathBuf>,
    /// The cluster file
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub network: Network,
}

#[derive(Debug, Args)]
pub struct KubeletProvider {
    /// Write the kubelet's configuration and the part of cluster.yml that turns it on
    #[arg(long)]
    pub print_config: bool,
    /// With --print-config: the cluster file, for its version
    #[arg(value_name = "FILE", requires = "print_config")]
    pub file: Option<PathBuf>,
}
