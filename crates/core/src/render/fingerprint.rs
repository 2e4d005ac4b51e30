//! Names findings so that a program knows them again after lines have moved.

use std::collections::HashMap;

use super::json::{File, Finding};

/// Each finding of a file with its name: 32 hexadecimal digits of what was found, where in the tree and for the how
/// manieth time. Lines and columns do not count.
pub fn named(file: &File) -> impl Iterator<Item = (&Finding, String)> {
    let mut seen: HashMap<u128, u32> = HashMap::new();
    file.findings.iter().map(move |finding| {
        let what = hash([&file.path, finding.code, &finding.at, &finding.message]);
        let times = seen.entry(what).and_modify(|times| *times += 1).or_default();
        (finding, format!("{:032x}", what.wrapping_add(u128::from(*times))))
    })
}

/// FNV-1a over 128 bits: the same in every release, which the standard library's hashes are not.
fn hash<const N: usize>(parts: [&str; N]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Options;
    use crate::render::json::report;

    fn names(text: &str) -> Vec<String> {
        let file = report("c.yml", text, &crate::check(text, &Options::default()));
        named(&file).map(|(_, name)| name).collect()
    }

    #[test]
    fn a_name_outlasts_other_lines_and_tells_equal_findings_apart() {
        let text = "nodes: []\nfoo: 1\n";
        assert_eq!(names(&format!("# why\n\n{text}")), names(text));
        let twice = names("services:\n  kubelet: {foo: 1, bar: 2}\n");
        assert!(twice.len() > 1 && twice.iter().enumerate().all(|(i, name)| !twice[..i].contains(name)), "{twice:?}");
    }

    #[test]
    fn the_hash_is_fnv() {
        assert_eq!(hash([]), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        // 128-bit FNV-1a of "a" and the zero behind it.
        let a = (hash([]) ^ 0x61).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        assert_eq!(a, 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964, "RFC 9923, test vector of `a`");
    }
}
