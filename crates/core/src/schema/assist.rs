//! What an editor shows about a key.

use super::{Key, Kind, Schema, Struct, Type, meaning};
use crate::text::Span;
use crate::yaml::{Data, Document, NodeId};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub key: &'static str,
    /// As `list of text`.
    pub ty: String,
    pub meaning: &'static str,
    /// What rke fills in; for versions that differ, each with its range.
    pub default: Option<String>,
    /// Values that mean something; empty: any.
    pub values: Vec<&'static str>,
    /// First rke release with the key.
    pub since: &'static str,
    /// Read, then without effect.
    pub ignored: bool,
}

impl Hover {
    /// What there is to say of the key, in sentences.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.meaning.is_empty() {
            lines.push(self.meaning.to_owned());
        }
        if self.ignored {
            lines.push("rke reads it, then without effect.".to_owned());
        }
        if let Some(default) = &self.default {
            lines.push(format!("Default: {default}"));
        }
        if !self.values.is_empty() {
            lines.push(format!("Values: {}", self.values.join(", ")));
        }
        if !self.since.is_empty() {
            lines.push(format!("Since rke {}", self.since));
        }
        lines
    }
}

/// The key under a path, its items numbered or not: `private_registries[0].url`, `nodes[].labels.zone`.
pub fn hover(path: &str) -> Option<Hover> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, item) = part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest)));
        steps.push(name);
        steps.extend(item.map(|_| ""));
    }
    let (structure, key) = walk(&steps)?;
    Some(of(structure, key))
}

/// The key at a place of a text, and where it stands.
pub fn hover_at(text: &str, offset: usize) -> Option<(Span, Hover)> {
    let (mut document, _) = Document::parse(text);
    crate::form::enter_rancher(&mut document);
    let mut steps = Vec::new();
    let span = steps_to(&document, document.root?, offset, &mut steps)?;
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let (structure, key) = walk(&steps)?;
    Some((span, of(structure, key)))
}

/// Keys from the root down; an empty step stands for an item of a list.
fn steps_to(document: &Document, id: NodeId, offset: usize, steps: &mut Vec<String>) -> Option<Span> {
    match &document.node(id).data {
        Data::Mapping { entries, .. } => {
            for entry in entries {
                let key = document.node(entry.key).span;
                let value = document.node(entry.value).span;
                steps.push(document.scalar(entry.key)?.to_owned());
                if key.start <= offset && offset <= key.end {
                    return Some(key);
                }
                if value.start <= offset && offset <= value.end {
                    // A scalar says what its key says.
                    return steps_to(document, entry.value, offset, steps).or(Some(key));
                }
                steps.pop();
            }
            None
        }
        Data::Sequence { items, .. } => {
            let at = |id: &&NodeId| document.node(**id).span.start <= offset && offset <= document.node(**id).span.end;
            let item = items.iter().find(at)?;
            steps.push(String::new());
            steps_to(document, *item, offset, steps)
        }
        _ => None,
    }
}

/// The key that the last named step stands for; entries of a map say what the map's key says.
pub fn walk(steps: &[&str]) -> Option<(&'static Struct, &'static Key)> {
    let mut found = None;
    let mut ty = Schema::get().root();
    for step in steps {
        ty = match &ty.kind {
            Kind::Struct(index) => {
                let structure = Schema::get().structure(*index);
                let Some(key) = structure.key(step) else { return found.filter(|_| structure.again) };
                found = (!structure.again).then_some((structure, key)).or(found);
                &key.ty
            }
            Kind::List(item) if step.is_empty() => item,
            Kind::Map(item) => item,
            _ => return None,
        };
    }
    found
}

/// The type that stands below the steps.
pub fn type_at(steps: &[&str]) -> Option<&'static Type> {
    steps.iter().try_fold(Schema::get().root(), |ty, step| match &ty.kind {
        Kind::Struct(index) => Schema::get().structure(*index).key(step).map(|key| &key.ty),
        Kind::List(item) if step.is_empty() => Some(&**item),
        Kind::Map(item) => Some(&**item),
        _ => None,
    })
}

pub fn of(structure: &'static Struct, key: &'static Key) -> Hover {
    Hover {
        key: key.name,
        ty: words(&key.ty),
        meaning: meaning(structure.name, key.name).unwrap_or_default(),
        default: default(key),
        values: key.values.clone(),
        since: key.since,
        ignored: key.ignored,
    }
}

fn default(key: &Key) -> Option<String> {
    let preset = |preset: &super::Preset| match preset.versions {
        Some(range) => format!("{} for Kubernetes {}", preset.value, range.replace("-rancher0", "")),
        None => preset.value.to_owned(),
    };
    let told: Vec<String> = key.defaults.iter().map(preset).collect();
    (!told.is_empty()).then(|| told.join(", else "))
}

pub fn words(ty: &Type) -> String {
    match &ty.kind {
        Kind::Bool => "true or false".to_owned(),
        Kind::Int { .. } => "whole number".to_owned(),
        Kind::Float => "number".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Time => "time".to_owned(),
        Kind::Struct(_) => "block".to_owned(),
        Kind::List(item) => format!("list of {}", plural(item)),
        Kind::Map(item) => format!("map of {}", plural(item)),
    }
}

fn plural(ty: &Type) -> String {
    match &ty.kind {
        Kind::Text => "texts".to_owned(),
        Kind::Struct(_) => "blocks".to_owned(),
        _ => words(ty).replacen("list", "lists", 1).replacen("map", "maps", 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_by_path() {
        let plugin = hover("private_registries[1].ecr_credential_plugin").unwrap();
        assert_eq!((plugin.ty.as_str(), plugin.since, plugin.ignored), ("block", "v1.3.0", false));
        assert!(plugin.meaning.contains("`{}`"));
        let mode = hover("ingress.network_mode").unwrap();
        assert_eq!(mode.default.unwrap(), "hostPort for Kubernetes >=1.21.0, else hostNetwork");
        assert_eq!(mode.values, ["hostNetwork", "hostPort", "none"]);
        assert_eq!(hover("nodes[0].role[1]").unwrap().ty, "list of texts");
        assert_eq!(hover("nodes[].labels.zone").unwrap().key, "labels");
        assert_eq!(hover("dns.update_strategy.rollingUpdate").unwrap().key, "update_strategy");
        assert_eq!(hover("private_registries[0].username"), None);
    }

    #[test]
    fn keys_are_told_by_place_on_key_and_value() {
        let text = "rancher_kubernetes_engine_config:\n  nodes:\n  - address: 1.1.1.1\n    role: [etcd]\n";
        let at = |word: &str| {
            hover_at(text, text.find(word).unwrap() + 1).map(|(span, told)| (&text[span.range()], told.key))
        };
        assert_eq!(at("address"), Some(("address", "address")));
        assert_eq!(at("1.1"), Some(("address", "address")));
        assert_eq!(at("etcd"), Some(("role", "role")));
        assert_eq!(hover_at("a: [", 1), None);
    }
}
