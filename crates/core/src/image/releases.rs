//! Which versions of Kubernetes each release of rke knows: the table under `data/`, read once.

use std::sync::OnceLock;

use super::catalogue::{Catalogue, DEFAULT_RELEASE, Release, rows};
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

impl Catalogue {
    /// The release of this name, with its `v` or without.
    pub fn named(&self, name: &str) -> Option<Release<'_>> {
        let bare = |name: &str| name.strip_prefix('v').unwrap_or(name).to_owned();
        self.releases().find(|release| bare(release.name) == bare(name))
    }
}

/// The known releases on both sides of one that is not known, `1.8` or `v9` written short; for what is no version at
/// all the one that is answered for unasked and the newest.
pub fn nearest(name: &str) -> Vec<&'static str> {
    let rows = &Releases::get().rows;
    let versions = rows.iter().filter_map(|row| Some((Version::from_tag(row.name)?, row.name)));
    let core = name.strip_prefix('v').unwrap_or(name).split(['-', '+']).next().unwrap_or_default();
    let parts: Option<Vec<u64>> = core.split('.').map(|part| part.parse().ok()).collect();
    let Some(parts) = parts.filter(|parts| parts.len() <= 3) else {
        let newest = versions.max().map(|(_, name)| name);
        return [DEFAULT_RELEASE].into_iter().chain(newest).collect();
    };
    let order = |version: &Version| [version.major, version.minor, version.patch][..parts.len()].cmp(&parts);
    let (older, newer): (Vec<_>, Vec<_>) = versions.partition(|(version, _)| order(version).is_le());
    older.into_iter().max().into_iter().chain(newer.into_iter().min()).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::catalogue::BUILT_IN;

    #[test]
    fn a_release_is_found_by_its_name_and_others_have_neighbours() {
        assert_eq!(BUILT_IN.named("1.6.3"), BUILT_IN.release("v1.6.3"));
        for (name, near) in [
            ("v9", &["v1.8.14"][..]),
            ("v1.8.0", &["v1.7.0-rc.3", "v1.8.14"]),
            ("1.6", &["v1.6.3", "v1.7.0-rc.1"]),
            ("v1.5.4", &["v1.5.3", "v1.5.5"]),
            ("v0.1.0", &["v0.3.0"]),
            ("v1.6.3.1", &["v1.6.3", "v1.8.14"]),
            ("latest", &["v1.6.3", "v1.8.14"]),
            ("", &["v1.6.3", "v1.8.14"]),
        ] {
            assert!(BUILT_IN.named(name).is_none());
            assert_eq!(nearest(name), near, "{name}");
        }
    }
}
