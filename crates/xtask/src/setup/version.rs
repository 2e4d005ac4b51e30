//! Versions as tools print them.

use semver::Version;

/// The first version in a text as `trunk 0.21.14` or `v20.20.2`; missing parts count as 0.
pub fn first(text: &str) -> Option<Version> {
    text.split_whitespace().find_map(|word| {
        let word = word.strip_prefix('v').unwrap_or(word);
        let mut parts = word.split('.').map(|part| part.parse::<u64>());
        let major = parts.next()?.ok()?;
        let mut part = || parts.next().map_or(Some(0), Result::ok);
        Some(Version::new(major, part()?, part()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_tools_print_them() {
        let read = |text| first(text).map(|version| version.to_string());
        assert_eq!(read("trunk 0.21.14").as_deref(), Some("0.21.14"));
        assert_eq!(read("v20.20.2").as_deref(), Some("20.20.2"));
        assert_eq!(read("wasm-opt version 132 (version_132)").as_deref(), Some("132.0.0"));
        assert_eq!(read("no such command"), None);
    }
}
