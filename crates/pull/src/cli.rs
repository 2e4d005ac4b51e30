//! The command line, as definitions only: help, completions and the man page all come from here.

mod examples;
mod network;
mod node;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use drydock_core::diagnostic::Severity;
use drydock_core::image::catalogue::{BUILT_IN, Catalogue, DEFAULT_RELEASE, METADATA_DAY};
use drydock_core::image::nearest;
use drydock_core::plan::Options;

pub use network::{Mirror, Network, Push, Save, Selection, Serve, Target, Verify};
pub use node::{Doctor, KubeletProvider, Load, Login, Node, Role, Via};

/// Checks a cluster.yml as rke reads it, and lists the images its cluster pulls
#[derive(Debug, Parser)]
#[command(name = "pull", arg_required_else_help = true, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
FILE defaults to $RKE_CONFIG, else cluster.yml; - is standard input.
Results go to standard output, everything else to standard error.
Exit codes when checking: 0 nothing at or above --fail-on, 1 findings, 2 usage or unreadable file.
On the network: 0 all, 1 some images failed, 2 usage or file, 3 credentials, 4 not found, 5 network, 6 digest,
7 disk, 130 interrupted.";

static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} (rke {DEFAULT_RELEASE}, metadata of {METADATA_DAY})", env!("CARGO_PKG_VERSION")));

pub fn command() -> clap::Command {
    examples::add(Cli::command().version(VERSION.as_str()))
}

#[derive(Debug, Args)]
pub struct Global {
    /// Colours in the output; auto: on a terminal without NO_COLOR
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub color: Color,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
    /// Say more about each file
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub verbose: bool,
    /// Release of rke to answer for
    #[arg(long, global = true, value_name = "VERSION", default_value = DEFAULT_RELEASE, value_parser = release, help_heading = "Global options")]
    pub rke: String,
    /// Count this instead of the file's kubernetes_version
    #[arg(long, global = true, value_name = "VERSION", help_heading = "Global options")]
    pub kubernetes_version: Option<String>,
    /// Versions and images from this data.json of rancher/kontainer-driver-metadata, in place of the built-in ones
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub metadata: Option<PathBuf>,
}

impl Global {
    /// What was asked for; `catalogue` is what [`Global::metadata`] names.
    pub fn options(&self, catalogue: Catalogue) -> Options {
        Options { rke: Some(self.rke.clone()), kubernetes_version: self.kubernetes_version.clone(), catalogue }
    }
}

/// An answer for another release than the one asked for would be taken for the truth.
fn release(name: &str) -> Result<String, String> {
    let known = BUILT_IN.named(name).map(|release| release.name.to_owned());
    known.ok_or_else(|| format!("this release is not known; its neighbours are: {}", nearest(name).join(", ")))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find what is wrong with a file, and fix it
    Check(Check),
    /// List the images this cluster needs
    Images(Images),
    /// Say what rke does with a file
    Explain(Explain),
    /// Write a file made from the cluster: for ECR, an air gap, and others
    Generate(Generate),
    /// Find the credentials of registries, as rke, docker and AWS have them
    Login(Login),
    /// Pull what this node needs through the Docker Engine, and verify it
    Node(Node),
    /// Look at DNS, TLS, credentials, images, quota and space, each with its remedy
    Doctor(Doctor),
    /// Answer as docker's credential helper; the same as this program under the name docker-credential-pull
    DockerCredentialHelper {
        /// get, list, version, store, erase
        #[arg(value_name = "ACTION")]
        arguments: Vec<String>,
    },
    /// Answer the kubelet as a credential provider
    KubeletCredentialProvider(KubeletProvider),
    /// Save images into one pack that docker, containerd, skopeo and crane read
    Save(Save),
    /// Load a pack into this node's engine
    Load(Load),
    /// Push a pack into a registry
    Push(Push),
    /// Copy images from registry to registry
    Mirror(Mirror),
    /// Compare a pack or a registry with what should be there
    Verify(Verify),
    /// Serve a pack as a registry that can only be read
    Serve(Serve),
    /// Show a rule's page, or list the rules
    Rule {
        /// Code or name, as D101 [default: list all]
        code: Option<String>,
    },
    /// Write the JSON Schema of cluster.yml, for editors
    Schema,
    /// Serve an editor: findings, fixes, hover and completion of cluster.yml over the Language Server Protocol
    Lsp {
        /// As many editors ask for; standard input and output are the only way
        #[arg(long)]
        stdio: bool,
    },
    /// Write completions for a shell to standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual page to standard output
    Man,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("fixing").multiple(true))]
pub struct Check {
    /// Files to check
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// For people, or for programs that show findings
    #[arg(long, default_value = "human")]
    pub format: CheckFormat,
    /// The least severity that counts for the exit code
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: FailOn,
    /// Leave these rules out
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Apply the safe fixes to the files; to standard output for standard input
    #[arg(long, group = "fixing")]
    pub fix: bool,
    /// With --fix or --diff: also fixes that may change what was meant
    #[arg(long, requires = "fixing")]
    pub unsafe_fixes: bool,
    /// Show what --fix would change, and change nothing; a patch unless secrets in it are shown as ***
    #[arg(long, group = "fixing", conflicts_with = "format")]
    pub diff: bool,
    /// With --diff: passwords and keys in place of ***, so that it is a patch
    #[arg(long, requires = "diff")]
    pub show_secrets: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Human,
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// A code quality report of GitLab
    Gitlab,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    Note,
}

impl From<FailOn> for Severity {
    fn from(least: FailOn) -> Self {
        match least {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Note => Self::Note,
        }
    }
}

#[derive(Debug, Args)]
pub struct Images {
    /// The cluster file
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// All images of the version, as `rke config --system-images` prints them
    #[arg(long)]
    pub all: bool,
    /// How the list is written
    #[arg(long, default_value = "plain")]
    pub format: ImagesFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImagesFormat {
    /// One name a line
    Plain,
    /// One array of objects
    Json,
    /// Source and target names, credentials, what each is needed for
    Table,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The cluster files
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// For people, or for programs
    #[arg(long, default_value = "human")]
    pub format: ExplainFormat,
    /// The file as rke sees it, as YAML: defaults filled in, ignored keys left out
    #[arg(long, conflicts_with_all = ["image", "format"])]
    pub effective: bool,
    /// What happens when this image is pulled: registry, key, login, and what the kubelet would use
    #[arg(long, value_name = "REF")]
    pub image: Option<String>,
    /// What an error means and where the file causes it: a line or a whole log, - for standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with_all = ["image", "effective"])]
    pub error: Option<String>,
    /// What changes from this file to FILE: images, logins, nodes that pull, checks
    #[arg(long, value_name = "OLD", conflicts_with_all = ["image", "effective", "error"])]
    pub against: Option<PathBuf>,
    /// What changes when the cluster moves to this Kubernetes version
    #[arg(long, value_name = "VERSION", conflicts_with_all = ["image", "effective", "error", "against"])]
    pub upgrade: Option<String>,
    /// Show passwords and keys instead of ***
    #[arg(long)]
    pub show_secrets: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    Human,
    /// One object a line for each file
    Jsonl,
}

#[derive(Debug, Args)]
pub struct Generate {
    /// What to write; --list names them
    #[arg(required_unless_present_any = ["list", "all"])]
    pub id: Option<String>,
    /// The cluster file
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// List what can be written
    #[arg(long, conflicts_with_all = ["all", "id"])]
    pub list: bool,
    /// Write all, each to its file in DIR
    #[arg(long, requires = "output")]
    pub all: bool,
    /// Folder for --all; made where it is missing
    #[arg(short, long, value_name = "DIR", requires = "all")]
    pub output: Option<PathBuf>,
    /// Answer a question of the file; `--list -v` names them
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Write passwords and keys instead of placeholders
    #[arg(long)]
    pub show_secrets: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_hold() {
        command().debug_assert();
    }
}
