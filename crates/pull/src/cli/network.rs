//! Arguments of the commands that move images.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::manifest::Platform;
use crate::retry::Policy;
use crate::transport::{CONNECTIONS, Options};

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Network options")]
pub struct Network {
    /// Connections in all
    #[arg(long, value_name = "N", default_value_t = CONNECTIONS, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Connections to one host; a host that refuses some is spoken to on fewer
    #[arg(long, value_name = "N", default_value_t = CONNECTIONS, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub per_host: u16,
    /// Certificates of authorities to trust beside the system's, in PEM form
    #[arg(long, value_name = "FILE")]
    pub ca: Vec<PathBuf>,
    /// Speak to this host, with its port, without TLS
    #[arg(long, value_name = "HOST")]
    pub plain_http: Vec<String>,
    /// Seconds without a byte after which a connection is given up and tried again
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub timeout: u32,
    /// Failures in a row that are borne for each request
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub retries: u32,
    /// Tell what happens as one JSON object a line on standard output
    #[arg(long)]
    pub json: bool,
    /// No progress bars
    #[arg(long)]
    pub no_progress: bool,
}

impl Network {
    pub fn options(&self) -> Options {
        Options {
            jobs: self.jobs.into(),
            per_host: self.per_host.into(),
            authorities: self.ca.clone(),
            plain_http: self.plain_http.clone(),
            connect: Options::default().connect.min(self.policy().silence),
            ..Options::default()
        }
    }

    pub fn policy(&self) -> Policy {
        Policy { retries: self.retries, silence: Duration::from_secs(self.timeout.into()), ..Policy::default() }
    }
}

/// Which images.
#[derive(Clone, Debug, Args)]
pub struct Selection {
    /// Images, as registry.example/rancher/hyperkube:v1.30.4 [default: those of the cluster file]
    #[arg(value_name = "IMAGE")]
    pub images: Vec<String>,
    /// The images that this cluster needs
    #[arg(short = 'c', long = "cluster", value_name = "FILE")]
    pub cluster: Option<PathBuf>,
    /// The images of this list, one a line; # begins a remark
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Of images for several platforms this one; `all` keeps them all
    #[arg(long, value_name = "OS/ARCH", default_value = "linux/amd64", value_parser = platform)]
    pub platform: Platforms,
}

#[derive(Clone, Debug)]
pub struct Platforms(pub Option<Platform>);

fn platform(text: &str) -> Result<Platforms, String> {
    if text == "all" { Ok(Platforms(None)) } else { Platform::parse(text).map(Some).map(Platforms) }
}

#[derive(Debug, Args)]
pub struct Save {
    #[command(flatten)]
    pub selection: Selection,
    /// A folder, or a file that ends in .tar
    #[arg(short, long, value_name = "PACK")]
    pub output: PathBuf,
    /// Leave out the blobs that this pack has
    #[arg(long, value_name = "PACK")]
    pub base: Option<PathBuf>,
    /// Split the .tar into files of at most this size, as 4G or 700M
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub split: Option<u64>,
    /// Say what would be fetched, with sizes, and fetch nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub network: Network,
}

/// Where images go.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// The registry, and what to put before the names there
    #[arg(long, value_name = "REGISTRY[/PREFIX]")]
    pub to: String,
    /// Make repositories that are missing, on Amazon ECR
    #[arg(long)]
    pub create: bool,
    /// Say what would be sent, with sizes, and send nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Push {
    /// The folder or .tar file that `pull save` wrote
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    #[command(flatten)]
    pub target: Target,
    /// The cluster file whose credentials are used
    #[arg(short = 'c', long = "cluster", value_name = "FILE")]
    pub cluster: Option<PathBuf>,
    #[command(flatten)]
    pub network: Network,
}

#[derive(Debug, Args)]
pub struct Mirror {
    #[command(flatten)]
    pub selection: Selection,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub network: Network,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// A pack, whose bytes are hashed
    #[arg(value_name = "PACK", required_unless_present_any = ["registry", "node"])]
    pub pack: Option<PathBuf>,
    /// The pack that has what this one leaves out
    #[arg(long, value_name = "PACK", requires = "pack")]
    pub base: Option<PathBuf>,
    /// Whether this registry has the images, and all their blobs
    #[arg(long, value_name = "REGISTRY[/PREFIX]")]
    pub registry: Option<String>,
    /// Whether this node's engine has the images
    #[arg(long, conflicts_with = "registry")]
    pub node: bool,
    /// Without a pack: the images that this cluster needs
    #[arg(short = 'c', long = "cluster", value_name = "FILE")]
    pub cluster: Option<PathBuf>,
    #[command(flatten)]
    pub network: Network,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The folder or .tar file that `pull save` wrote
    #[arg(value_name = "PACK")]
    pub pack: PathBuf,
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5000")]
    pub listen: String,
}

/// `700M`, `4G`: of 1024.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(['K', 'M', 'G', 'T', 'i', 'B', 'k']);
    let unit = match text[digits.len()..].chars().next() {
        None | Some('B') => 1,
        Some('K' | 'k') => 1 << 10,
        Some('M') => 1 << 20,
        Some('G') => 1 << 30,
        _ => 1 << 40,
    };
    let number: u64 = digits.parse().map_err(|_| "a size is written as 700M or 4G".to_owned())?;
    match number.checked_mul(unit) {
        Some(size) if size >= 1 << 20 => Ok(size),
        _ => Err("a part has at least 1M".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_1024() {
        assert_eq!(bytes("700M"), Ok(700 << 20));
        assert_eq!(bytes("4GiB"), Ok(4 << 30));
        assert!(["", "G", "-1M", "1.5G", "3", "99999999999T"].iter().all(|text| bytes(text).is_err()));
    }
}
