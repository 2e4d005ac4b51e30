//! Arguments of the commands that find credentials and serve a node.

use std::path::PathBuf;

use clap::Args;

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
pub struct KubeletProvider {
    /// Write the kubelet's configuration and the part of cluster.yml that turns it on
    #[arg(long)]
    pub print_config: bool,
    /// With --print-config: the cluster file, for its version
    #[arg(value_name = "FILE", requires = "print_config")]
    pub file: Option<PathBuf>,
}
