//! What happens when a cluster moves between two Kubernetes versions.

mod change;
mod notes;

#[cfg(test)]
mod tests;

use crate::image::catalogue::BUILT_IN;
pub use change::{Target, VersionChange, between, compare};
pub use notes::{Effect, Note};

/// Releases of rke that came with images for the version, oldest first within each line of releases.
fn known_by(version: &str) -> Vec<&'static str> {
    BUILT_IN.releases().filter(|release| release.knows(version)).map(|release| release.name).collect()
}
