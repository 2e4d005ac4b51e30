//! Generators: one file and one line each. A generator reads the plan and the person's answers, and writes one named
//! file.
//!
//! Architecture invariant: no generator writes a secret unless [`Answers::secrets`] says so, none writes text of the
//! file around [`quote`], and none writes a file that its consumer would refuse.

pub mod answers;
mod aws;
mod copies;
mod logins;
pub(crate) mod quote;
mod script;
mod target;

use crate::plan::Plan;
pub use answers::{AnswerError, Answers, Question};

/// Writes one file for the person to take away.
pub struct Generator {
    /// As in `pull generate ID`.
    pub id: &'static str,
    pub family: Family,
    pub title: &'static str,
    /// Name of the file when it is downloaded.
    pub file: &'static str,
    /// For highlighting: `yaml`, `sh`, `json`, `toml`, `hcl`, `text`.
    pub language: &'static str,
    /// What the file depends on beside the plan.
    pub questions: &'static [&'static Question],
    /// Why there is nothing to write for this plan and these answers.
    pub applies: fn(&Request<'_>) -> Result<(), String>,
    /// Why these lines.
    pub why: fn(&Request<'_>) -> String,
    /// What the person must bring or do, one sentence each.
    pub needs: fn(&Request<'_>) -> Vec<String>,
    pub write: fn(&Request<'_>) -> String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    Ecr,
    AirGap,
    Nodes,
    Rke2,
}

impl Family {
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ecr => "Amazon ECR",
            Self::AirGap => "Air gap",
            Self::Nodes => "Nodes and fleets",
            Self::Rke2 => "To RKE2 and K3s",
        }
    }
}

/// What a generator may look at.
pub struct Request<'a> {
    pub plan: &'a Plan,
    pub answers: &'a Answers,
}

impl Generator {
    /// The file, or why there is none. The words about it may hold text of the file, but nothing that steers a terminal.
    pub fn artifact(&self, plan: &Plan, answers: &Answers) -> Result<Artifact, String> {
        let request = Request { plan, answers };
        (self.applies)(&request).map_err(|reason| quote::line(&reason))?;
        Ok(Artifact {
            text: (self.write)(&request),
            why: quote::line(&(self.why)(&request)),
            needs: (self.needs)(&request).iter().map(|need| quote::line(need)).collect(),
        })
    }
}

/// One file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    pub text: String,
    pub why: String,
    pub needs: Vec<String>,
}

/// The generator of this id.
pub fn find(id: &str) -> Option<&'static Generator> {
    GENERATORS.iter().copied().find(|generator| generator.id == id)
}

/// Modules and table from one list, so that no generator is orphaned.
macro_rules! generators {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        pub static GENERATORS: &[&Generator] = &[$(&$module::GENERATOR),*];
    };
}

generators! {
    ecr,
    ecr_credential_provider,
    ecr_policy_pull,
    ecr_policy_push,
    ecr_pull_through,
    ecr_policy_pull_through,
    ecr_repositories_cli,
    ecr_repositories_terraform,
    ecr_repositories_cloudformation,
    ecr_creation_template,
    images,
    images_difference,
    mirror_script,
    save_script,
    load_script,
    skopeo_script,
    skopeo_sync,
    crane_script,
    regsync,
    hauler,
    zarf,
    harbor_proxy,
    harbor_replication,
    docker_daemon,
    containerd_hosts,
    ca_placement,
    system_images,
    docker_config,
    pull_secret,
    pull_daemonset,
    ansible_inventory,
    ansible_playbook,
    kruise,
    rke2_registries,
    rke2_config,
    rke2_images,
    migration_report,
}
