//! Drydock's core: parses, checks and explains an RKE1 `cluster.yml` as rke reads it.
//!
//! Flow: text -> [`yaml`] tree -> [`cluster`] -> facts -> [`rules`] -> [`diagnostic`]s with [`fix`]es;
//! cluster and the [`image`] catalogue -> [`plan`] -> [`artifacts`].
//!
//! Architecture invariant: nothing here touches files, network, environment, processes or the clock;
//! nothing is asynchronous or specific to WebAssembly.

pub mod artifacts;
pub mod cluster;
pub mod compare;
pub mod credentials;
pub mod decoder;
pub mod diagnostic;
pub mod effective;
pub mod encoding;
pub mod fix;
mod form;
mod ignore;
pub mod image;
mod layout;
pub mod plan;
pub mod problem;
pub mod render;
pub mod rules;
pub mod schema;
pub mod simulate;
pub mod start;
pub mod text;
pub mod versions;
pub mod yaml;

pub use compare::compare;
pub use decoder::explain_error;

use cluster::Cluster;
use diagnostic::{Diagnostic, Step};
use fix::Fix;
use plan::{Options, Plan};
use problem::Problem;
use rules::Facts;
use yaml::Document;

/// What rke does with the file before it touches a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    /// Where it stops, and its exact text.
    Refused {
        stage: Stage,
        error: String,
    },
    /// rke itself crashes.
    Panics {
        error: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Parse,
    Init,
}

/// Everything known about one text.
pub struct Checked {
    pub outcome: Outcome,
    /// Raised by rke only after its SSH tunnels are up.
    pub hostcount_error: Option<String>,
    pub cluster: Cluster,
    pub plan: Plan,
    /// What reading the text saw.
    pub problems: Vec<Problem>,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads, plans and checks one text. Never fails: what is wrong with the text is in the diagnostics.
///
/// Of Rancher's form of a cluster the configuration inside is checked; see [`as_written`].
pub fn check(text: &str, options: &Options) -> Checked {
    let mut checked = unproven(text, options);
    if checked.diagnostics.iter().any(|found| !found.fixes.is_empty()) && layout::is_unusual(text) {
        layout::keep_sound_fixes(text, &mut checked.diagnostics, |text| unproven(text, options).diagnostics);
    }
    checked
}

/// As [`check`], with fixes that suppose a text as most people write it.
fn unproven(text: &str, options: &Options) -> Checked {
    let (mut document, mut problems) = Document::parse(text);
    if let Some(form) = form::enter_rancher(&mut document) {
        problems.push(Problem::RancherForm { span: form.key, respelled: form.respelled });
    }
    checked(text, &document, problems, options)
}

/// As [`check`], but what the rke command does with the text as it stands: of Rancher's form it reads nothing.
pub fn as_written(text: &str, options: &Options) -> Checked {
    let (document, problems) = Document::parse(text);
    checked(text, &document, problems, options)
}

/// A fix may bring the next fault to light; rules that undo each other would end here.
const MOST_ROUNDS: usize = 10;

/// The text with every allowed fix in it, round by round until none is left, and how many were applied.
///
/// Of each finding the first fix that is allowed counts: its others are alternatives.
pub fn fix_all(text: &str, options: &Options, allowed: impl Fn(&Diagnostic, &Fix) -> bool) -> (String, usize) {
    let (mut text, mut total) = (text.to_owned(), 0);
    for _ in 0..MOST_ROUNDS {
        let checked = check(&text, options);
        let fixes = checked.diagnostics.iter().filter_map(|found| found.fixes.iter().find(|fix| allowed(found, fix)));
        let (changed, count) = fix::apply(&text, fixes);
        if changed == text {
            break;
        }
        (text, total) = (changed, total + count);
    }
    (text, total)
}

fn checked(text: &str, document: &Document, mut problems: Vec<Problem>, options: &Options) -> Checked {
    let (cluster, lowered) = Cluster::lower(document);
    problems.extend(lowered);
    form::state(document, &mut problems);
    form::list(document, &mut problems);
    if !yaml::loses_letters(text) {
        form::other::other(document, &mut problems);
    }
    let plan = Plan::new(&cluster, options);
    let findings = rules::run(&Facts { text, document, problems: &problems, cluster: &cluster, plan: &plan });
    let outcome = match findings.refusal.filter(|refusal| refusal.step != Step::HostCount) {
        None => Outcome::Accepted,
        Some(refusal) if refusal.panic => Outcome::Panics { error: refusal.error },
        Some(refusal) => Outcome::Refused {
            stage: if refusal.step == Step::Parse { Stage::Parse } else { Stage::Init },
            error: refusal.error,
        },
    };
    let hostcount_error = cluster.host_count_error().filter(|_| outcome == Outcome::Accepted).map(str::to_owned);
    Checked { outcome, hostcount_error, cluster, plan, problems, diagnostics: findings.diagnostics }
}
