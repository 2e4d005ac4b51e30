//! What was probably meant by a key that rke does not know.

use super::{Key, Kind, Schema, Type};
use crate::cluster::again::table::Table;
use crate::cluster::effective::ROLES;
use crate::cluster::fits;
use crate::image::version::Version;
use crate::problem::UnknownKey;
use crate::yaml::{Document, Entry};

const MISTAKES: &str = include_str!("../../data/known-mistakes.txt");

#[derive(Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// A key of the same block; `sure` where only case, dash or underscore differ, or the mistake is known.
    Sibling { name: &'static str, sure: bool },
    /// The key belongs to another block.
    Elsewhere { path: String },
    /// An earlier release of rke read it.
    Removed { note: &'static str },
}

/// Whether a key is one of the circulating spellings of `ecr_credential_plugin`.
pub fn means_ecr_plugin(unknown: &UnknownKey) -> bool {
    unknown.parent == "types.PrivateRegistry"
        && ["ecrcredentialplugin", "credentialplugin"].contains(&bare(&unknown.key).as_str())
}

pub fn suggest(unknown: &UnknownKey) -> Option<Suggestion> {
    let path = pattern(&unknown.at);
    for line in MISTAKES.lines() {
        let mut words = line.splitn(3, ' ');
        let (Some(kind), Some(wrong), Some(rest)) = (words.next(), words.next(), words.next()) else { continue };
        if kind == "#" || !matches(wrong, &path) {
            continue;
        }
        if kind == "perhaps" {
            return Some(Suggestion::Sibling { name: rest, sure: false });
        }
        return Some(match (kind, rest.contains('.') || wrong.contains('.') && !sibling_exists(unknown, rest)) {
            ("removed", _) => Suggestion::Removed { note: rest },
            (_, true) => Suggestion::Elsewhere { path: rest.to_owned() },
            (_, false) => Suggestion::Sibling { name: rest, sure: true },
        });
    }
    let schema = Schema::get();
    let keys = names(schema, unknown.parent);
    let wanted = bare(&unknown.key);
    if let Some(name) = keys.iter().find(|name| bare(name) == wanted) {
        return Some(Suggestion::Sibling { name, sure: true });
    }
    if let Some(path) = elsewhere(schema, &unknown.key) {
        return Some(Suggestion::Elsewhere { path });
    }
    nearest(&keys, &wanted).map(|name| Suggestion::Sibling { name, sure: false })
}

/// Where the key is read inside the nearest key above it that is known and has no value: it lacks indentation.
pub fn inside_the_key_above(document: &Document, unknown: &UnknownKey) -> Option<String> {
    let schema = Schema::get();
    let parent = schema.structs().iter().find(|s| s.name == unknown.parent)?;
    let reads = |key: &Key| match key.ty.kind {
        Kind::Struct(index) => schema.structure(index).key(&unknown.key).is_some(),
        _ => false,
    };
    // Before the document is searched: it may be long, and the unknown keys many.
    if !parent.keys.iter().any(reads) {
        return None;
    }
    let entries = document.entries(document.mapping_of(unknown.span)?);
    let above = entries.iter().take_while(|entry| document.node(entry.key).span != unknown.span);
    let known = |entry: &Entry| parent.key(document.scalar(entry.key)?).map(|key| (entry.value, key));
    let (value, key) = above.filter_map(known).last()?;
    let is_empty = document.node(value).span.is_empty();
    let around = unknown.at.strip_suffix(&unknown.key).unwrap_or_default();
    (is_empty && reads(key)).then(|| format!("{around}{}.{}", key.name, unknown.key))
}

/// Whether rke takes the value once its key is right: until then nothing of it is decoded.
pub fn is_accepted(document: &Document, unknown: &UnknownKey, name: &str) -> bool {
    let structure = Schema::get().structs().iter().find(|s| s.name == unknown.parent && !s.again);
    let (Some(key), Some(value)) = (structure.and_then(|s| s.key(name)), document.value_of(unknown.span)) else {
        return false;
    };
    let is_known = |text: &str| text.is_empty() || key.values.contains(&text);
    let is_allowed = !key.values_checked || document.scalar(value).is_none_or(is_known);
    is_allowed && fits(document, value, &key.ty)
}

/// Whether `version` was meant as the version of Kubernetes: `3` was not.
pub fn may_be_version(document: &Document, unknown: &UnknownKey) -> bool {
    Version::from_kubernetes(written(document, unknown)).is_ok()
}

/// The value is empty or false.
pub fn says_nothing(document: &Document, unknown: &UnknownKey) -> bool {
    let Some(value) = document.value_of(unknown.span) else { return true };
    let is_empty = document.entries(value).is_empty() && document.items(value).is_empty();
    is_empty && ["", "false", "null", "~", "0"].contains(&written(document, unknown))
}

fn written<'d>(document: &'d Document, unknown: &UnknownKey) -> &'d str {
    document.value_of(unknown.span).and_then(|value| document.scalar(value)).unwrap_or_default()
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
    alias.or_else(|| value(part, &ROLES))
}

/// What a struct knows: blocks that are decoded again by the names of the second decoder.
fn names(schema: &Schema, parent: &str) -> Vec<&'static str> {
    if let Some(structure) = Table::get().named(parent) {
        return structure.fields.iter().map(|(name, _)| *name).collect();
    }
    let structure = schema.structs().iter().find(|s| s.name == parent);
    structure.map_or(Vec::new(), |s| s.keys.iter().map(|k| k.name).collect())
}

fn sibling_exists(unknown: &UnknownKey, name: &str) -> bool {
    Schema::get().structs().iter().any(|s| s.name == unknown.parent && s.key(name).is_some())
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

/// Without case, dash and underscore.
fn bare(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

/// The only other place, if there is just one, where a key of this name is read.
fn elsewhere(schema: &Schema, key: &str) -> Option<String> {
    let mut found = Vec::new();
    walk(schema, schema.root(), &mut String::new(), key, &mut found);
    match found.as_slice() {
        [path] => Some(path.clone()),
        _ => None,
    }
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
mod tests {
    use super::*;
    use crate::text::Span;

    fn suggestion(at: &str, parent: &'static str) -> Option<Suggestion> {
        let key = at.rsplit('.').next().unwrap().to_owned();
        let span = Span::default();
        suggest(&UnknownKey { span, entry: span, at: at.to_owned(), key, parent, siblings: Vec::new() })
    }

    #[test]
    fn knows_mistakes_places_and_spellings() {
        let sure = |name| Some(Suggestion::Sibling { name, sure: true });
        let registry = "types.PrivateRegistry";
        assert_eq!(suggestion("private_registries[3].username", registry), sure("user"));
        assert_eq!(suggestion("private_registries[0].isDefault", registry), sure("is_default"));
        assert_eq!(suggestion("services.kube_api", "types.RKEConfigServices"), sure("kube-api"));
        let near = Some(Suggestion::Sibling { name: "password", sure: false });
        assert_eq!(suggestion("private_registries[0].pasword", registry), near);
        let root = "types.RancherKubernetesEngineConfig";
        let elsewhere = |path: &str| Some(Suggestion::Elsewhere { path: path.to_owned() });
        assert_eq!(suggestion("cluster_cidr", root), elsewhere("services.kube-controller.cluster_cidr"));
        assert_eq!(suggestion("kubelet", root), elsewhere("services.kubelet"));
        assert_eq!(suggestion("ssh_key", root), sure("ssh_key_path"));
        let removed = suggestion("services.kube-api.pod_security_policy", "types.KubeAPIService");
        assert!(matches!(removed, Some(Suggestion::Removed { .. })));
        assert_eq!(suggestion("whatever_this_is", root), None);
    }

    /// Every name that the table suggests is a key of rke.
    #[test]
    fn the_table_names_keys_that_exist() {
        let schema = Schema::get();
        for line in MISTAKES.lines().filter(|l| l.starts_with("wrong ")) {
            let [_, wrong, right] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let beside = wrong.rsplit_once('.').map_or(right.to_owned(), |(parent, _)| format!("{parent}.{right}"));
            let beside = beside.replace('*', "dns");
            assert!(schema.key(right).is_some() || schema.key(&beside).is_some(), "{line}");
        }
    }
}
