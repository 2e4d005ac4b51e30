//! Releases of RKE2 and K3s, and what they can do.

use crate::image::version::Version;

/// Where the cluster moves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub distribution: Distribution,
    /// As `v1.30.14+rke2r1`.
    pub name: String,
    /// Minor and patch version, and the release of them.
    number: (u64, u64, u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    Rke2,
    K3s,
}

/// First releases whose `system-default-registry` may have a path, by minor version (rancher/rke2, pull request 9404).
const PATH_SINCE: [(u64, u64, u64); 5] = [(32, 13, 2), (33, 10, 1), (34, 6, 1), (35, 3, 1), (36, 0, 1)];

/// First releases in which the embedded registry is no experiment, and in which it is one.
const EMBEDDED_SINCE: [(u64, u64); 3] = [(29, 12), (30, 8), (31, 4)];
const EMBEDDED_TRIAL: [(u64, u64); 4] = [(26, 13), (27, 10), (28, 6), (29, 1)];

impl Target {
    pub fn parse(text: &str) -> Option<Self> {
        let (kubernetes, release) = text.split_once('+')?;
        let (distribution, number) = match release.strip_prefix("rke2r") {
            Some(number) => (Distribution::Rke2, number),
            None => (Distribution::K3s, release.strip_prefix("k3s")?),
        };
        let version = Version::from_kubernetes(kubernetes).ok()?;
        if version.to_string() != kubernetes.trim_start_matches('v') || kubernetes.contains('-') {
            return None;
        }
        let release = Some(number).filter(|n| n.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
        let number = (version.minor, version.patch, release);
        (version.major == 1).then(|| Self { distribution, name: text.to_owned(), number })
    }

    pub const fn title(&self) -> &'static str {
        match self.distribution {
            Distribution::Rke2 => "RKE2",
            Distribution::K3s => "K3s",
        }
    }

    /// `rke2` or `k3s`: its folder under /etc/rancher, and its service.
    pub const fn word(&self) -> &'static str {
        match self.distribution {
            Distribution::Rke2 => "rke2",
            Distribution::K3s => "k3s",
        }
    }

    /// Older RKE2 stops with `registries must be valid RFC 3986 URI authorities`; K3s has always taken a path.
    pub fn takes_path(&self) -> bool {
        let (minor, patch, release) = self.number;
        let first = PATH_SINCE.iter().find(|(of_minor, _, _)| *of_minor == minor);
        self.distribution == Distribution::K3s
            || minor > 36
            || first.is_some_and(|(_, of_patch, of_release)| (patch, release) >= (*of_patch, *of_release))
    }

    /// Whether nodes can share images; `Some(false)` as an experiment.
    pub fn embedded_registry(&self) -> Option<bool> {
        let (minor, patch, _) = self.number;
        let reached = |firsts: &[(u64, u64)]| firsts.iter().any(|(of, first)| *of == minor && patch >= *first);
        if minor > 31 || reached(&EMBEDDED_SINCE) {
            Some(true)
        } else if reached(&EMBEDDED_TRIAL) || minor == 30 || minor == 31 {
            Some(false)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> Target {
        Target::parse(text).unwrap_or_else(|| panic!("{text} is a release"))
    }

    #[test]
    fn releases_are_told_from_other_text() {
        assert_eq!(target("v1.30.14+rke2r1").distribution, Distribution::Rke2);
        assert_eq!(target("v1.30.14+k3s2").distribution, Distribution::K3s);
        for text in
            ["1.30.14+rke2r1", "v1.30.14", "v1.30.14+rke2r", "v1.30.14-rc1+rke2r1", "v1.30+rke2r1", "v1.30.1+rke2r-1"]
        {
            assert_eq!(Target::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_path_in_the_default_registry_depends_on_the_release() {
        for (text, takes) in [
            ("v1.32.13+rke2r1", false),
            ("v1.32.13+rke2r2", true),
            ("v1.33.9+rke2r4", false),
            ("v1.33.10+rke2r1", true),
            ("v1.34.6+rke2r1", true),
            ("v1.35.2+rke2r1", false),
            ("v1.36.0+rke2r1", true),
            ("v1.37.0+rke2r1", true),
            ("v1.31.14+rke2r9", false),
            ("v1.25.0+k3s1", true),
        ] {
            assert_eq!(target(text).takes_path(), takes, "{text}");
        }
    }

    #[test]
    fn the_embedded_registry_was_an_experiment_first() {
        for (text, state) in [
            ("v1.26.12+rke2r1", None),
            ("v1.26.13+k3s1", Some(false)),
            ("v1.29.12+rke2r1", Some(true)),
            ("v1.30.7+rke2r1", Some(false)),
            ("v1.30.8+rke2r1", Some(true)),
            ("v1.32.0+k3s1", Some(true)),
        ] {
            assert_eq!(target(text).embedded_registry(), state, "{text}");
        }
    }
}
