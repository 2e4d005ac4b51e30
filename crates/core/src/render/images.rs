//! The images of a plan as rows: `pull images`, and the page's table.

use serde::Serialize;

use super::explain::Login;
use crate::plan::{Plan, PlannedImage, Source};

/// No image list of rke contains Windows' pause image (cmd/config.go of rke v1.6.3).
const NOT_LISTED: &str = "windows_pod_infra_container";

/// One key of `system_images`.
#[derive(Debug, Serialize)]
pub struct Row {
    pub key: &'static str,
    /// What is pulled.
    pub image: String,
    /// The version's own image of this key: what a mirror copies from.
    pub upstream: Option<String>,
    /// `file`, `version` or `default-registry`.
    pub source: &'static str,
    #[serde(flatten)]
    pub login: Login,
    /// What this cluster needs it for; empty: not needed.
    pub needed_for: Vec<&'static str>,
}

pub const fn source_name(source: Source) -> &'static str {
    match source {
        Source::File(_) => "file",
        Source::Version => "version",
        Source::DefaultRegistry => "default-registry",
    }
}

/// All keys in rke's order, or only those this cluster needs.
pub fn rows(plan: &Plan, all: bool) -> Vec<Row> {
    let row = |planned: &PlannedImage| Row {
        key: planned.key,
        image: planned.image.clone(),
        upstream: planned.upstream.clone(),
        source: source_name(planned.source),
        login: (&planned.lookup).into(),
        needed_for: planned.needs.iter().map(|need| need.why()).collect(),
    };
    plan.images.iter().filter(|planned| all || !planned.needs.is_empty()).map(row).collect()
}

/// What this cluster pulls, each name once, etcd's snapshot container included.
pub fn needed(plan: &Plan) -> Vec<&str> {
    let images = plan.images.iter().filter(|planned| !planned.needs.is_empty()).map(|planned| planned.image.as_str());
    once(images.chain(plan.snapshot_image.as_deref()))
}

/// What `rke config --system-images --version V` prints: the version's own images, without prefix or overrides.
pub fn of_version(plan: &Plan) -> Vec<&str> {
    let listed = plan.images.iter().filter(|planned| planned.key != NOT_LISTED);
    once(listed.filter_map(|planned| planned.upstream.as_deref()))
}

fn once<'a>(images: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    images.filter(|image| seen.insert(*image)).collect()
}
