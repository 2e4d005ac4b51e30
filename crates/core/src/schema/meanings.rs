//! What each key does, in words: read only where somebody asks.

use std::collections::HashMap;
use std::sync::OnceLock;

const TEXT: &str = include_str!("../../data/key-meanings.txt");

/// Speaks for keys that mean the same in several structs.
const ANY: &str = "*";

/// One sentence or two on a key of a struct such as `types.PrivateRegistry`.
pub fn meaning(structure: &str, key: &str) -> Option<&'static str> {
    static MEANINGS: OnceLock<HashMap<(&'static str, &'static str), &'static str>> = OnceLock::new();
    let meanings = MEANINGS.get_or_init(read);
    meanings.get(&(structure, key)).or_else(|| meanings.get(&(ANY, key))).copied()
}

fn read() -> HashMap<(&'static str, &'static str), &'static str> {
    let mut structure = ANY;
    let mut meanings = HashMap::new();
    for line in TEXT.lines() {
        if let Some(name) = line.strip_prefix("struct ") {
            structure = name;
        } else if let Some((key, meaning)) = line.strip_prefix("  ").and_then(|line| line.split_once(' ')) {
            meanings.insert((structure, key), meaning);
        }
    }
    meanings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    const LONGEST: usize = 140;

    #[test]
    fn every_key_has_a_meaning_and_every_meaning_a_key() {
        let schema = Schema::get();
        let known = || schema.structs().iter().filter(|structure| !structure.again);
        for structure in known() {
            for key in &structure.keys {
                assert!(meaning(structure.name, key.name).is_some(), "{} {}", structure.name, key.name);
            }
        }
        for ((structure, key), meaning) in read() {
            let has_key = |s: &crate::schema::Struct| [s.name, ANY].contains(&structure) && s.key(key).is_some();
            assert!(known().any(has_key), "{structure} {key}");
            assert!(meaning.len() <= LONGEST && meaning.ends_with('.'), "{structure} {key}: {meaning}");
        }
    }
}
