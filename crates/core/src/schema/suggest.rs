//! What was probably meant by a key that rke does not know.

use std::fmt;

use super::again::Table;
use super::{Key, Kind, Schema, Type};
use crate::image::catalogue::DEFAULT_RELEASE;
use crate::image::version::Version;
use crate::problem::UnknownKey;

const MISTAKES: &str = include_str!("../../data/known-mistakes.txt");

#[derive(Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// A key of the same block; `sure` where only case, dash or underscore differ, or the mistake is known.
    Sibling { name: &'static str, sure: bool },
    /// A key of the same block that the release does not know yet.
    Later { name: &'static str, since: &'static str },
    /// The key belongs to other blocks.
    Elsewhere { paths: Vec<String> },
    /// Releases of rke up to the minor one read it that begins the note.
    Removed { note: &'static str },
    /// The Docker engine of each node decides it.
    Engine,
}

impl Suggestion {
    /// It would be the version of Kubernetes.
    pub fn is_version(&self) -> bool {
        matches!(self, Self::Sibling { name: "kubernetes_version", .. })
    }
}

/// As help for a person.
impl fmt::Display for Suggestion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sibling { name, .. } => write!(out, "did you mean `{name}`?"),
            Self::Later { name, since } => write!(out, "rke reads `{name}` from {since} on"),
            Self::Elsewhere { paths } if paths.iter().all(|path| !path.contains('.')) => {
                out.write_str("rke reads it at the top level")
            }
            Self::Elsewhere { paths } => write!(out, "rke reads it as `{}`", paths.join("` or `")),
            Self::Removed { note } => write!(out, "the key was removed from rke: last read by {note}"),
            Self::Engine => out.write_str(
                "rke has no TLS settings for registries: on each node dockerd reads a CA from \
                 /etc/docker/certs.d/<host[:port]>/ca.crt, and `insecure-registries` from daemon.json",
            ),
        }
    }
}

/// More places than these say nothing.
const MOST_PLACES: usize = 2;

/// Whether a key is one of the circulating spellings of `ecr_credential_plugin`.
pub fn means_ecr_plugin(unknown: &UnknownKey) -> bool {
    unknown.parent == "types.PrivateRegistry"
        && ["ecrcredentialplugin", "credentialplugin"].contains(&bare(&unknown.key).as_str())
}

/// Whether a release of rke, as `v1.6.3`, has a key that came with the release `since`.
pub fn has_come(since: &str, rke: &str) -> bool {
    // Asked for every key: the usual answer costs nothing.
    rke == DEFAULT_RELEASE
        || Version::from_tag(rke).is_none_or(|rke| Version::from_tag(since).is_none_or(|since| since <= rke))
}

/// Whether a release of rke read a key with this note of [`Suggestion::Removed`].
pub fn was_read(note: &str, rke: &str) -> bool {
    let minor = |version: &Version| (version.major, version.minor);
    let last = Version::from_tag(&format!("{}.0", note.split(';').next().unwrap_or(note)));
    Version::from_tag(rke).zip(last).is_some_and(|(rke, last)| minor(&rke) <= minor(&last))
}

/// What was probably meant, for the release of rke that reads the file.
pub fn suggest(unknown: &UnknownKey, rke: &str) -> Option<Suggestion> {
    let suggestion = known_mistake(unknown).or_else(|| by_name(unknown))?;
    if let Suggestion::Sibling { name, .. } = suggestion
        && let Some(key) = typed(unknown.parent).find(|key| key.name == name)
        && !has_come(key.since, rke)
    {
        return Some(Suggestion::Later { name, since: key.since });
    }
    Some(suggestion)
}

fn known_mistake(unknown: &UnknownKey) -> Option<Suggestion> {
    let path = pattern(&unknown.at);
    MISTAKES.lines().find_map(|line| {
        let (kind, rest) = line.split_once(' ')?;
        let (wrong, right) = rest.split_once(' ').unwrap_or((rest, ""));
        match kind {
            "engine" => is_spelling(wrong, &path).then_some(Suggestion::Engine),
            _ if !matches(wrong, &path) => None,
            "removed" => Some(Suggestion::Removed { note: right }),
            "wrong" if right.contains('.') || typed(unknown.parent).all(|key| key.name != right) => {
                Some(Suggestion::Elsewhere { paths: vec![right.to_owned()] })
            }
            "wrong" => Some(Suggestion::Sibling { name: right, sure: true }),
            "perhaps" => Some(Suggestion::Sibling { name: right, sure: false }),
            _ => None,
        }
    })
}

fn by_name(unknown: &UnknownKey) -> Option<Suggestion> {
    let wanted = bare(&unknown.key);
    let mut names = names(unknown.parent);
    names.retain(|name| *name != unknown.key);
    let sibling = |sure| move |name| Suggestion::Sibling { name, sure };
    // Rancher's API has names of its own.
    let same = names.iter().copied().find(|name| bare(name) == wanted);
    let same = same.or_else(|| typed(unknown.parent).find(|key| key.json == unknown.key).map(|key| key.name));
    // `mode` beside `network_mode`.
    let longer = || {
        let mut ends = names.iter().copied().filter(|name| name.ends_with(&format!("_{}", unknown.key)));
        ends.next().filter(|_| ends.next().is_none())
    };
    same.map(sibling(true))
        .or_else(|| nearest(&names, &wanted).or_else(longer).map(sibling(false)))
        .or_else(|| elsewhere(&unknown.key).map(|paths| Suggestion::Elsewhere { paths }))
}

/// What was probably meant by a value that is none of the known; `true` where only case, dash, underscore or blanks
/// differ.
pub fn value<'k>(written: &str, known: &[&'k str]) -> Option<(&'k str, bool)> {
    let wanted = bare(written);
    if let Some(same) = known.iter().find(|k| bare(k) == wanted) {
        return Some((same, true));
    }
    nearest(known, &wanted).map(|name| (name, false))
}

/// The name with the fewest letters to change, where these are few; `wanted` is bare.
fn nearest<'k>(known: &[&'k str], wanted: &str) -> Option<&'k str> {
    let length = wanted.chars().count();
    let near = |distance: usize| distance <= 1 + wanted.len() / 6 && distance < wanted.len() / 2;
    let distance = |name: &&'k str| {
        let bare = bare(name);
        // At least so many letters are to be changed; to count them all takes far longer.
        let fits = near(bare.chars().count().abs_diff(length));
        fits.then(|| (strsim::damerau_levenshtein(&bare, wanted), *name))
    };
    known.iter().filter_map(distance).min().filter(|(distance, _)| near(*distance)).map(|(_, name)| name)
}

/// Roles by other names, in Kubernetes and its distributions.
const ALIASES: [(&str, &str); 6] = [
    ("master", "controlplane"),
    ("control", "controlplane"),
    ("controller", "controlplane"),
    ("node", "worker"),
    ("agent", "worker"),
    ("server", "controlplane"),
];

/// The roles that were probably meant by one item of `role`, each with whether that is sure; none where one of several
/// is no role by any name.
pub fn roles(written: &str) -> Option<Vec<(&'static str, bool)>> {
    let parts = written.split([',', '|', '/', ';', ' ', '+']).filter(|part| !part.is_empty());
    parts.map(role).collect()
}

fn role(part: &str) -> Option<(&'static str, bool)> {
    let alias = ALIASES.iter().find(|(alias, _)| part.eq_ignore_ascii_case(alias)).map(|(_, role)| (*role, false));
    alias.or_else(|| value(part, &Schema::get().key("nodes[].role")?.values))
}

/// What a struct knows: blocks that are decoded again by the names of the second decoder.
fn names(parent: &str) -> Vec<&'static str> {
    match Table::get().named(parent) {
        Some(structure) if typed(parent).next().is_none() => structure.fields.iter().map(|(name, _)| *name).collect(),
        _ => Schema::get().named(parent).map_or(Vec::new(), |s| s.keys.iter().map(|key| key.name).collect()),
    }
}

/// The keys of a struct that is decoded only once.
fn typed(parent: &str) -> impl Iterator<Item = &'static Key> {
    Schema::get().named(parent).filter(|structure| !structure.again).into_iter().flat_map(|structure| &structure.keys)
}

/// `private_registries[0].url` to `private_registries[].url`.
pub fn pattern(at: &str) -> String {
    let mut text = String::with_capacity(at.len());
    let mut inside = false;
    for c in at.chars() {
        inside = c == '[' || inside && c != ']';
        if !inside || c == '[' {
            text.push(c);
        }
    }
    text
}

fn matches(wrong: &str, path: &str) -> bool {
    match wrong.strip_prefix('*') {
        Some(end) => path.ends_with(end),
        None => wrong == path,
    }
}

/// Whether two paths differ in the spelling of their last key alone.
fn is_spelling(wrong: &str, path: &str) -> bool {
    let (wrong, path) = (wrong.rsplit_once('.'), path.rsplit_once('.'));
    wrong.zip(path).is_some_and(|(wrong, path)| wrong.0 == path.0 && bare(wrong.1) == bare(path.1))
}

/// Whether two keys differ in case, dash and underscore only.
pub fn is_same(key: &str, other: &str) -> bool {
    key == other || bare(key) == bare(other)
}

/// Without case, dash and underscore.
fn bare(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

/// The few other places where a key of this name is read.
fn elsewhere(key: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let schema = Schema::get();
    walk(schema, schema.root(), &mut String::new(), key, &mut found);
    (1..=MOST_PLACES).contains(&found.len()).then_some(found)
}

fn walk(schema: &Schema, ty: &Type, path: &mut String, key: &str, found: &mut Vec<String>) {
    match &ty.kind {
        Kind::List(item) => walk(schema, item, path, key, found),
        Kind::Struct(index) if !schema.structure(*index).again => {
            for child in &schema.structure(*index).keys {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(child.name);
                if child.name == key {
                    found.push(path.clone());
                }
                if matches!(child.ty.kind, Kind::List(_)) {
                    path.push_str("[]");
                }
                walk(schema, &child.ty, path, key, found);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
