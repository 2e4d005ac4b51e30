//! Kubernetes versions, compared as rke compares them (blang/semver v3.5.1).

use std::cmp::Ordering;
use std::fmt;

/// `1.30.5-rancher1-1`: three numbers and dotted pre-release identifiers. Build metadata does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
    pre: Vec<Identifier>,
}

/// Numbers come before words, words are compared as plain ASCII: `rancher10-1` is below `rancher2-1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Word(String),
}

/// Why rke refuses a `kubernetes_version` (validation.go:718); displays as rke's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionError {
    /// Does not start with `v`, or has nothing behind it.
    NoVersion(String),
    NoSemver(String),
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVersion(text) => write!(f, "{text} is not valid version"),
            Self::NoSemver(text) => write!(f, "{text} is not valid semver"),
        }
    }
}

impl std::error::Error for VersionError {}

impl Version {
    /// Reads `kubernetes_version`, `v` included.
    pub fn from_kubernetes(text: &str) -> Result<Self, VersionError> {
        match text.strip_prefix('v') {
            None | Some("") => Err(VersionError::NoVersion(text.to_owned())),
            Some(rest) => Self::parse(rest).ok_or_else(|| VersionError::NoSemver(text.to_owned())),
        }
    }

    /// rke's `StrToSemVer`: at most one `v` in front.
    pub fn from_tag(text: &str) -> Option<Self> {
        Self::parse(text.strip_prefix('v').unwrap_or(text))
    }

    /// Strict SemVer 2.0, without `v`.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
        if build.is_some_and(|build| !build.split('.').all(is_word)) {
            return None;
        }
        let mut numbers = core.split('.').map(number);
        let (major, minor, patch) = (numbers.next()??, numbers.next()??, numbers.next()??);
        if numbers.next().is_some() {
            return None;
        }
        let pre = pre.map_or(Some(Vec::new()), |pre| pre.split('.').map(Identifier::parse).collect())?;
        Some(Self { major, minor, patch, pre })
    }

    /// Whether the version lies in a range as `>=1.15.11-rancher0 <=1.15.99 || >=1.17.4-rancher0`: comparisons that must
    /// all hold, alternatives between `||`. Of blang's grammar only what rke's own ranges use: no wildcards.
    pub fn is_in(&self, range: &str) -> bool {
        range.split("||").any(|all| self.meets(all.trim_start()))
    }

    fn meets(&self, mut comparisons: &str) -> bool {
        loop {
            let (comparison, length) = Comparison::parse(comparisons);
            let rest = comparisons[length..].trim_start();
            let end = rest.find([' ', '<', '>', '=']).unwrap_or(rest.len());
            if !Self::parse(&rest[..end]).is_some_and(|limit| comparison.holds(self.cmp(&limit))) {
                return false;
            }
            comparisons = rest[end..].trim_start();
            if comparisons.is_empty() {
                return true;
            }
        }
    }
}

impl Identifier {
    fn parse(text: &str) -> Option<Self> {
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            number(text).map(Self::Number)
        } else {
            is_word(text).then(|| Self::Word(text.to_owned()))
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    plain.then(|| text.parse().ok())?
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch)).then_with(|| {
            match (self.pre.is_empty(), other.pre.is_empty()) {
                (false, false) => self.pre.cmp(&other.pre),
                (mine, others) => mine.cmp(&others),
            }
        })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        for (i, identifier) in self.pre.iter().enumerate() {
            f.write_str(if i == 0 { "-" } else { "." })?;
            match identifier {
                Identifier::Number(number) => write!(f, "{number}")?,
                Identifier::Word(word) => f.write_str(word)?,
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Below,
    AtMost,
    Equal,
    AtLeast,
    Above,
}

impl Comparison {
    /// The comparison at the start of the text and its length; none means equal.
    fn parse(text: &str) -> (Self, usize) {
        match text.as_bytes() {
            [b'>', b'=', ..] => (Self::AtLeast, 2),
            [b'<', b'=', ..] => (Self::AtMost, 2),
            [b'=', b'=', ..] => (Self::Equal, 2),
            [b'>', ..] => (Self::Above, 1),
            [b'<', ..] => (Self::Below, 1),
            [b'=', ..] => (Self::Equal, 1),
            _ => (Self::Equal, 0),
        }
    }

    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Equal => order.is_eq(),
            Self::AtLeast => order.is_ge(),
            Self::Above => order.is_gt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap_or_else(|| panic!("{text} is a version"))
    }

    #[test]
    fn order_of_versions_is_that_of_blang_semver() {
        let ascending = [
            "1.24.0-alpha.1",
            "1.24.0-rancher0",
            "1.24.0-rancher1-1",
            "1.24.0-rancher10-1",
            "1.24.0-rancher2-1",
            "1.24.0",
            "1.24.1-2",
            "1.24.1-10",
            "1.24.1-10.a",
            "1.24.1-a",
            "1.24.1-a.1",
            "1.100.0-rancher1",
        ];
        for pair in ascending.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{} < {}", pair[0], pair[1]);
        }
        assert_eq!(version("1.2.3+a").cmp(&version("1.2.3+b")), Ordering::Equal);
    }

    #[test]
    fn the_two_refusals_are_told_apart() {
        for text in ["1.30.5-rancher1-1", "v", "", "V1.2.3"] {
            let error = Version::from_kubernetes(text).unwrap_err();
            assert_eq!(error.to_string(), format!("{text} is not valid version"));
        }
        for text in
            ["v1.30", "v01.2.3", "v1.2.3.4", "v1.2.3-", "v1.2.3-01", "v1.2.3-a_b", "vv1.2.3", "v1.2.3+", "v1.2.x"]
        {
            let error = Version::from_kubernetes(text).unwrap_err();
            assert_eq!(error.to_string(), format!("{text} is not valid semver"));
        }
        assert_eq!(Version::from_kubernetes("v1.30.5-rancher1-1").unwrap().to_string(), "1.30.5-rancher1-1");
        assert!(Version::from_kubernetes("v18446744073709551616.0.0").is_err());
    }

    #[test]
    fn ranges_hold_all_comparisons_of_one_alternative() {
        let audit = ">=1.15.11-rancher0 <=1.15.99 || >=1.16.8-rancher0 <=1.16.99 || >=1.17.4-rancher0";
        for (text, inside) in
            [("1.15.11-rancher1-1", true), ("1.16.7-rancher1-1", false), ("1.17.3", false), ("1.30.5-rancher1-1", true)]
        {
            assert_eq!(version(text).is_in(audit), inside, "{text}");
        }
        assert!(version("1.28.1").is_in(">=1.28.0-rancher0 < 1.28.11-rancher1-1"));
        assert!(!version("1.30.0").is_in("<1.30.0-rancher0"), "no suffix is above every suffix");
        assert!(["", ">=1.2", ">=1.31.0 ||"].iter().all(|none| !version("1.30.0").is_in(none)));
    }

    #[test]
    fn one_v_is_stripped_from_a_tag() {
        assert_eq!(Version::from_tag("v3.5.12"), Version::from_tag("3.5.12"));
        assert_eq!(Version::from_tag("vv3.5.12"), None);
    }
}
