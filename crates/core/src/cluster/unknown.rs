//! What the file tells about a key that rke does not know.

use super::fits;
use crate::image::version::Version;
use crate::problem::UnknownKey;
use crate::schema::{Key, Kind, Schema};
use crate::yaml::{Document, Entry};

/// Where the key is read inside the nearest key above it that is known and has no value: it lacks indentation.
pub fn inside_the_key_above(document: &Document, unknown: &UnknownKey) -> Option<String> {
    let schema = Schema::get();
    let parent = schema.named(unknown.parent)?;
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
    let structure = Schema::get().named(unknown.parent).filter(|structure| !structure.again);
    let (Some(key), Some(value)) = (structure.and_then(|s| s.key(name)), document.value_of(unknown.span)) else {
        return false;
    };
    let is_known = |text: &str| text.is_empty() || key.values.contains(&text);
    let is_allowed = !key.values_checked || document.scalar(value).is_none_or(is_known);
    is_allowed && fits(document, value, &key.ty)
}

/// Whether rke could only refuse the value under this key: it is a block, and the key takes none.
pub fn is_block_for_scalar(document: &Document, unknown: &UnknownKey, name: &str) -> bool {
    let key = Schema::get().named(unknown.parent).and_then(|structure| structure.key(name));
    let value = document.value_of(unknown.span).filter(|value| document.scalar(*value).is_none());
    key.zip(value).is_some_and(|(key, value)| !fits(document, value, &key.ty))
}

/// Whether `version` was meant as the version of Kubernetes: `3` was not.
pub fn may_be_version(document: &Document, unknown: &UnknownKey) -> bool {
    let written = document.value_of(unknown.span).and_then(|value| document.scalar(value));
    written.is_none_or(|written| Version::from_kubernetes(written).is_ok())
}

/// The value is empty or false.
pub fn says_nothing(document: &Document, unknown: &UnknownKey) -> bool {
    let Some(value) = document.value_of(unknown.span) else { return true };
    let is_empty = document.entries(value).is_empty() && document.items(value).is_empty();
    is_empty && ["", "false", "null", "~", "0"].contains(&document.scalar(value).unwrap_or_default())
}
