//! The key tree of cluster.yml: one table for unknown keys, types, secrets and allowed values.

pub mod again;
mod assist;
mod complete;
mod document;
mod meanings;
pub mod suggest;

pub use assist::{Hover, hover, hover_at};
pub use complete::{Completion, complete};
pub use document::json_schema;
pub use meanings::meaning;

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::image::version::Version;

/// A Go struct of rke's types.
#[derive(Debug)]
pub struct Struct {
    /// As `types.PrivateRegistry`.
    pub name: &'static str,
    /// Decoded a second time by another decoder, with key names of its own.
    pub again: bool,
    pub keys: Vec<Key>,
}

#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub ty: Type,
    pub secret: Secret,
    /// Decoded, then without effect on the rke command.
    pub ignored: bool,
    pub since: &'static str,
    /// Values that mean something; empty: any.
    pub values: Vec<&'static str>,
    /// rke refuses other values.
    pub values_checked: bool,
    /// Name in rke's JSON: `cluster.rkestate`, Rancher's API.
    pub json: Cow<'static, str>,
    /// Written there even when empty.
    pub always: bool,
    /// What rke fills in, each for a range of Kubernetes versions; the first that fits counts.
    pub defaults: Vec<Preset>,
    /// Entry of `network.options` to which rke copies the value.
    pub option: Option<&'static str>,
    /// Entry of `network.options` that gets the default where the plugin is chosen and its block is missing.
    pub bare_option: Option<&'static str>,
}

#[derive(Debug)]
pub struct Preset {
    pub value: &'static str,
    /// As `>=1.24.0-rancher0`; none: any version.
    pub versions: Option<&'static str>,
}

impl Key {
    /// What rke fills in for this version; for one that is no version only what counts for all.
    pub fn default(&self, version: Option<&Version>) -> Option<&'static str> {
        let fits = |preset: &&Preset| preset.versions.is_none_or(|range| version.is_some_and(|v| v.is_in(range)));
        self.defaults.iter().find(fits).map(|preset| preset.value)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secret {
    #[default]
    No,
    /// Names a secret, as an access key id does.
    Id,
    /// Depends on what is written there.
    Perhaps,
    Yes,
}

#[derive(Debug)]
pub struct Type {
    /// As yaml.v2 prints it in type errors, pointer stars left out.
    pub go: &'static str,
    pub pointer: bool,
    pub kind: Kind,
}

#[derive(Debug)]
pub enum Kind {
    Bool,
    Int {
        bits: u32,
    },
    Float,
    Text,
    Time,
    List(Box<Type>),
    Map(Box<Type>),
    /// Index for [`Schema::structure`].
    Struct(usize),
}

#[derive(Debug)]
pub struct Schema {
    structs: Vec<Struct>,
    root: Type,
}

impl Schema {
    pub fn get() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::read(include_str!("../../data/cluster-keys.txt")))
    }

    /// The type of the whole file.
    pub fn root(&self) -> &Type {
        &self.root
    }

    pub fn structure(&self, index: usize) -> &Struct {
        &self.structs[index]
    }

    pub fn structs(&self) -> &[Struct] {
        &self.structs
    }

    pub fn named(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|s| s.name == name)
    }

    /// The key under a path such as `private_registries[].url`; `[]` and `{}` stand for any item.
    pub fn key(&self, path: &str) -> Option<&Key> {
        let mut ty = &self.root;
        let mut found = None;
        for part in path.split('.') {
            let name = part.trim_end_matches("[]");
            if name == "{}" {
                let Kind::Map(value) = &ty.kind else { return None };
                ty = value;
                continue;
            }
            let Kind::Struct(index) = ty.kind else { return None };
            let key = self.structs[index].key(name)?;
            found = Some(key);
            ty = &key.ty;
            if name.len() < part.len() {
                let Kind::List(item) = &ty.kind else { return None };
                ty = item;
            }
        }
        found
    }

    fn read(table: &'static str) -> Self {
        let lines = || table.lines().filter(|l| !l.starts_with('#') && !l.is_empty());
        let names: Vec<&str> =
            lines().filter_map(|l| l.strip_prefix("struct ")).filter_map(|l| l.split(' ').next()).collect();
        let mut structs: Vec<Struct> = Vec::with_capacity(names.len());
        for line in lines() {
            if let Some(head) = line.strip_prefix("struct ") {
                let (name, again) = head.split_once(' ').map_or((head, false), |(name, _)| (name, true));
                structs.push(Struct { name, again, keys: Vec::new() });
            } else if let Some(current) = structs.last_mut() {
                current.keys.extend(read_key(line, &names));
            }
        }
        Self { structs, root: read_type("types.RancherKubernetesEngineConfig", &names) }
    }
}

impl Struct {
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}

/// `a_key` as `aKey`.
fn camel_case(name: &'static str) -> Cow<'static, str> {
    if !name.contains('_') {
        return Cow::Borrowed(name);
    }
    let mut words = name.split('_');
    let mut json = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        json.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        json.push_str(letters.as_str());
    }
    Cow::Owned(json)
}

fn read_key(line: &'static str, names: &[&str]) -> Option<Key> {
    let mut words = line.split_ascii_whitespace();
    let (name, go) = (words.next()?, words.next()?);
    let mut key = Key {
        name,
        ty: read_type(go, names),
        secret: Secret::No,
        ignored: false,
        since: "v0.1.0",
        values: Vec::new(),
        values_checked: false,
        json: camel_case(name),
        always: false,
        defaults: Vec::new(),
        option: None,
        bare_option: None,
    };
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("secret", _) => key.secret = Secret::Yes,
            ("secret-id", _) => key.secret = Secret::Id,
            ("may-hold-secrets", _) => key.secret = Secret::Perhaps,
            ("ignored", _) => key.ignored = true,
            ("since", release) => key.since = release,
            ("one-of", values) => (key.values, key.values_checked) = (values.split(',').collect(), true),
            ("known", values) => key.values = values.split(',').collect(),
            ("json", json) => key.json = Cow::Borrowed(json),
            ("always", _) => key.always = true,
            ("default", preset) => key.defaults.push(match preset.split_once('@') {
                Some((value, range)) => Preset { value, versions: Some(range) },
                None => Preset { value: preset, versions: None },
            }),
            ("option", option) => key.option = Some(option),
            ("bare", "") => key.bare_option = key.option,
            ("bare", option) => key.bare_option = Some(option),
            _ => {}
        }
    }
    Some(key)
}

fn read_type(go: &'static str, names: &[&str]) -> Type {
    if let Some(pointed) = go.strip_prefix('*') {
        return Type { pointer: true, ..read_type(pointed, names) };
    }
    let kind = if let Some(item) = go.strip_prefix("[]") {
        Kind::List(Box::new(read_type(item, names)))
    } else if let Some(value) = go.strip_prefix("map[string]") {
        Kind::Map(Box::new(read_type(value, names)))
    } else {
        match go {
            "bool" => Kind::Bool,
            "int" | "int64" => Kind::Int { bits: 64 },
            "int32" => Kind::Int { bits: 32 },
            "float64" => Kind::Float,
            "v1.Time" => Kind::Time,
            _ => names.iter().position(|name| *name == go).map_or(Kind::Text, Kind::Struct),
        }
    };
    Type { go, pointer: false, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted over the tree that rke's types span; tolerations stand in it four times.
    #[test]
    fn the_table_spans_all_556_keys() {
        fn count(schema: &Schema, ty: &Type) -> usize {
            match &ty.kind {
                Kind::List(inner) | Kind::Map(inner) => count(schema, inner),
                Kind::Struct(index) if !schema.structs[*index].again => {
                    let keys = &schema.structs[*index].keys;
                    keys.len() + keys.iter().map(|k| count(schema, &k.ty)).sum::<usize>()
                }
                _ => 0,
            }
        }
        let schema = Schema::get();
        assert_eq!(count(schema, schema.root()), 556);
    }

    #[test]
    fn finds_keys_by_path() {
        let schema = Schema::get();
        let plugin = schema.key("private_registries[].ecr_credential_plugin").unwrap();
        assert!(plugin.ty.pointer);
        assert_eq!(plugin.ty.go, "types.ECRCredentialPlugin");
        assert_eq!(schema.key("private_registries[].password").unwrap().secret, Secret::Yes);
        assert_eq!(schema.key("network.plugin").unwrap().values.len(), 6);
        assert!(schema.key("cloud_provider.vsphereCloudProvider.virtual_center.{}.port").is_some());
        assert!(schema.key("private_registries.url").is_none());
    }
}
