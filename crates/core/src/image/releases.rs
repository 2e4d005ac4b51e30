//! Which versions of Kubernetes each release of rke knows: the table under `data/`, read once.

use std::sync::OnceLock;

use super::catalogue::rows;
use super::version::Version;

static RELEASES: &str = include_str!("../../data/releases.txt");

/// One release of rke, as a row of the data has it.
pub struct Row {
    pub name: &'static str,
    pub default_version: &'static str,
    pub oldest_minor: &'static str,
}

/// From a row on a version is known, or no longer.
pub type Change = (Version, &'static str, usize, bool);

/// The rows of the releases, and the changes of all of them in order of versions.
pub struct Releases {
    pub rows: Vec<Row>,
    pub changes: Vec<Change>,
}

impl Releases {
    pub fn get() -> &'static Self {
        static READ: OnceLock<Releases> = OnceLock::new();
        READ.get_or_init(|| {
            let (mut read, mut changes) = (Vec::new(), Vec::new());
            for line in rows(RELEASES) {
                let mut fields = line.split(' ');
                let (Some(name), Some(default_version)) = (fields.next(), fields.next()) else { continue };
                let Some(oldest_minor) = fields.nth(1) else { continue };
                for word in fields {
                    if let Some(version) = word.get(1..)
                        && let Ok(parsed) = Version::from_kubernetes(version)
                    {
                        changes.push((parsed, version, read.len(), word.starts_with('+')));
                    }
                }
                read.push(Row { name, default_version, oldest_minor });
            }
            changes.sort();
            Self { rows: read, changes }
        })
    }
}
