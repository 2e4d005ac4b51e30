//! One file under two Kubernetes versions.

use serde::Serialize;

use super::notes::{self, Note};
use crate::compare::{self, Findings, Images, Outcome, Pair, Setting};
use crate::image::catalogue::Catalogue;
use crate::image::version::Version;
use crate::plan::Options;
use crate::{Checked, check};

/// What a move from one version to the other does to a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionChange {
    /// Release that is answered for.
    pub rke: String,
    pub from: Target,
    pub to: Target,
    pub outcome: Pair<Outcome>,
    /// What the move breaks or alters, in the order of versions; of a move down what it takes back.
    pub notes: Vec<Note>,
    pub images: Images,
    /// Defaults of rke that differ.
    pub settings: Vec<Setting>,
    pub findings: Findings,
    /// Docker versions that rke no longer takes, and takes from now on.
    pub docker_dropped: Vec<String>,
    pub docker_added: Vec<String>,
}

/// One of the two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    pub version: String,
    /// The release has images for it.
    pub known: bool,
    /// First and last release that came with it, whatever metadata is in use; none where no release did.
    pub first_release: Option<&'static str>,
    pub last_release: Option<&'static str>,
    /// Images that this cluster needs are given only to subscribers.
    pub subscription: bool,
    /// Docker versions that rke accepts; empty: nothing known.
    pub docker: Vec<String>,
}

/// `from` none: the version that counts for the file. The version in the text, and of the options, is set aside.
pub fn compare(text: &str, from: Option<&str>, to: &str, options: &Options) -> VersionChange {
    let with = |version: Option<&str>| {
        let version = version.map(str::to_owned).or_else(|| options.kubernetes_version.clone());
        check(text, &Options { kubernetes_version: version, ..options.clone() })
    };
    between(&with(from), &with(Some(to)))
}

/// As [`compare`], of what is known already: one text under two versions.
pub fn between(old: &Checked, new: &Checked) -> VersionChange {
    let changes = compare::compare(old, new);
    let (from, to) = (target(old), target(new));
    let beyond = |these: &Target, those: &Target| {
        // Where nothing is known nothing is dropped.
        let known = !these.docker.is_empty() && !those.docker.is_empty();
        these.docker.iter().filter(|version| known && !those.docker.contains(version)).cloned().collect()
    };
    VersionChange {
        rke: new.plan.rke.clone(),
        notes: notes::between(old, new),
        outcome: changes.outcome,
        images: changes.images,
        settings: changes.settings,
        findings: changes.findings,
        docker_dropped: beyond(&from, &to),
        docker_added: beyond(&to, &from),
        from,
        to,
    }
}

fn target(checked: &Checked) -> Target {
    let version = checked.plan.kubernetes_version.clone();
    let releases = super::known_by(&version);
    let docker =
        |version: &str| checked.plan.catalogue.docker_versions(version).into_iter().map(str::to_owned).collect();
    Target {
        known: checked.plan.version_known,
        first_release: releases.first().copied(),
        last_release: releases.last().copied(),
        subscription: checked.plan.needed_images().into_iter().any(Catalogue::needs_subscription),
        // By minor version, so only of what is a version.
        docker: if Version::from_kubernetes(&version).is_ok() { docker(&version) } else { Vec::new() },
        version,
    }
}
