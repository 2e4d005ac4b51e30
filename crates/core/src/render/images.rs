//! The images of a plan as rows: `pull images`, and the page's table.

use serde::Serialize;

use super::explain::Login;
use crate::plan::{Plan, PlannedImage, Source};

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
