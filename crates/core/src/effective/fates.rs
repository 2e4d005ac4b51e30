//! What became of each key that is written: kept, dropped, lost, or replaced by rke.

use std::collections::HashSet;

use super::Effective;
use super::write::words;
use crate::Checked;
use crate::cluster::value::{Field, Shape, Value};
use crate::problem::{Kept, Problem};
use crate::schema::{Key, Kind, Schema, Struct, Type};
use crate::text::Span;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Kept,
    /// rke knows no such key here.
    Unknown,
    /// Read, then without effect.
    NoEffect,
    /// Written again further down; only that counts.
    Lost,
    /// Written again further down; both are put together.
    Merged,
    /// Null: as if the key were missing.
    Null {
        /// What rke fills in, in words.
        default: Option<String>,
        /// `{}` in its place would switch something on.
        empty_differs: bool,
    },
    /// rke puts another value in its place, in words.
    Replaced(String),
}

/// One written key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fated {
    pub key: Span,
    /// Key and value.
    pub entry: Span,
    /// As `private_registries[0].url`.
    pub at: String,
    pub fate: Fate,
}

impl Fate {
    /// Nothing of it reaches rke's work: to be struck out.
    pub const fn is_struck(&self) -> bool {
        matches!(self, Self::Unknown | Self::NoEffect | Self::Lost)
    }

    /// For a person, behind the key.
    pub fn sentence(&self) -> String {
        match self {
            Self::Kept => "counts as written".to_owned(),
            Self::Unknown => "no key of rke: dropped without a word".to_owned(),
            Self::NoEffect => "read, but without effect".to_owned(),
            Self::Lost => "written again further down: only that counts".to_owned(),
            Self::Merged => "written again further down: the two are merged".to_owned(),
            Self::Null { default: Some(default), .. } => format!("null counts as missing: rke fills in {default}"),
            Self::Null { empty_differs: true, .. } => "null switches it off; `{}` would switch it on".to_owned(),
            Self::Null { .. } => "null counts as missing".to_owned(),
            Self::Replaced(becomes) => format!("rke puts {becomes} in its place"),
        }
    }
}

/// The fates of all keys, by their places in the text. Nothing where rke cannot read the file at all.
pub fn fates(checked: &Checked) -> Vec<Fated> {
    let schema = Schema::get();
    let effective = Effective::new(&checked.cluster, &checked.plan);
    let mut walk = Walk { fated: Vec::new(), at: String::new() };
    for problem in &checked.problems {
        match problem {
            Problem::UnknownKey(unknown) => {
                walk.fated.push(Fated {
                    key: unknown.span,
                    entry: unknown.entry,
                    at: unknown.at.clone(),
                    fate: Fate::Unknown,
                });
            }
            Problem::DuplicateKey { first, at, kept, .. } => {
                let fate = if *kept == Kept::Merged { Fate::Merged } else { Fate::Lost };
                walk.fated.push(Fated { key: *first, entry: *first, at: at.clone(), fate });
            }
            _ => {}
        }
    }
    if let Kind::Struct(root) = schema.root().kind {
        walk.structure(&checked.cluster.config, &effective.config, schema.structure(root));
    }
    let mut seen = HashSet::new();
    let mut fated = walk.fated;
    fated.retain(|fated| !fated.key.is_empty() && seen.insert(fated.key));
    fated.sort_by_key(|fated| fated.key);
    fated
}

struct Walk {
    fated: Vec<Fated>,
    /// Path of the value in hand.
    at: String,
}

impl Walk {
    fn structure(&mut self, written: &Value, effective: &Value, structure: &'static Struct) {
        for field in written.fields() {
            let length = self.enter(&field.name);
            let sees = effective.field(&field.name).map(|f| &f.value);
            match structure.key(&field.name) {
                Some(key) => {
                    let fate = fate(field, sees, key);
                    let kept = fate == Fate::Kept;
                    self.push(field, fate);
                    if kept {
                        self.below(&field.value, sees, &key.ty);
                    }
                }
                None => self.plain(field),
            }
            self.at.truncate(length);
        }
    }

    fn below(&mut self, written: &Value, sees: Option<&Value>, ty: &'static Type) {
        let nothing = Value::default();
        let sees = sees.unwrap_or(&nothing);
        match &ty.kind {
            Kind::Struct(index) => self.structure(written, sees, Schema::get().structure(*index)),
            Kind::List(item) => {
                for (index, (written, sees)) in written.items().iter().zip(sees.items()).enumerate() {
                    let length = self.at.len();
                    self.at.push_str(&format!("[{index}]"));
                    self.below(written, Some(sees), item);
                    self.at.truncate(length);
                }
            }
            Kind::Map(item) => {
                for field in written.fields() {
                    let length = self.enter(&field.name);
                    self.push(field, Fate::Kept);
                    self.below(&field.value, sees.field(&field.name).map(|f| &f.value), item);
                    self.at.truncate(length);
                }
            }
            _ => {}
        }
    }

    /// Below a block of Kubernetes types.
    fn plain(&mut self, field: &Field) {
        self.push(field, Fate::Kept);
        for below in field.value.fields().iter().chain(field.value.items().iter().flat_map(Value::fields)) {
            let length = self.enter(&below.name);
            self.plain(below);
            self.at.truncate(length);
        }
    }

    fn push(&mut self, field: &Field, fate: Fate) {
        let entry = if field.value.span.start >= field.key.end { field.key.to(field.value.span) } else { field.key };
        self.fated.push(Fated { key: field.key, entry, at: self.at.clone(), fate });
    }

    fn enter(&mut self, name: &str) -> usize {
        let length = self.at.len();
        if length > 0 {
            self.at.push('.');
        }
        self.at.push_str(name);
        length
    }
}

fn fate(field: &Field, sees: Option<&Value>, key: &Key) -> Fate {
    let sees = sees.filter(|value| !value.is_nil());
    if key.ignored {
        return Fate::NoEffect;
    }
    if field.value.is_nil() {
        let default = sees.filter(|value| !matches!(&value.shape, Shape::Fields(f) if f.is_empty()));
        let block = matches!(key.ty.kind, Kind::Struct(_));
        return Fate::Null { default: default.map(|value| words(value, key)), empty_differs: block && key.ty.pointer };
    }
    match sees {
        Some(sees) if is_scalar(&field.value) && field.value.shape != sees.shape => Fate::Replaced(words(sees, key)),
        _ => Fate::Kept,
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value.shape, Shape::List(_) | Shape::Fields(_))
}
