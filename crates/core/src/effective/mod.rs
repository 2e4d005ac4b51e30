//! What rke really sees: the decoded file with its defaults filled in, and what became of each key that is written.
//!
//! The same values as rke's own, in two forms: JSON with the names of its Go types, and a `cluster.yml` that says
//! everything rke would otherwise assume.

mod defaults;
mod fates;
mod network;
mod slot;
mod strategies;
mod write;

#[cfg(test)]
mod tests;

pub use fates::{Fate, Fated, fates};

use crate::cluster::Cluster;
use crate::cluster::value::{Shape, Value};
use crate::credentials::Secrets;
use crate::plan::Plan;
use crate::render::redact::{self, MASK, Redactor};
use crate::schema::{Kind, Schema, Secret, Struct};

/// The configuration rke works with.
#[derive(Clone, Debug)]
pub struct Effective {
    /// By the keys of cluster.yml. What is written there has its place in the file, what rke fills in has none.
    pub config: Value,
}

impl Effective {
    pub fn new(cluster: &Cluster, plan: &Plan) -> Self {
        let mut config = cluster.config.clone();
        defaults::fill(&mut config, cluster, plan);
        Self { config }
    }

    /// With the JSON names of rke's types, as in `cluster.rkestate`.
    pub fn to_json(&self, secrets: Secrets) -> serde_json::Value {
        write::json(&self.shown(secrets))
    }

    /// The same as [`Effective::to_yaml`], for programs.
    pub fn to_keys(&self, secrets: Secrets) -> serde_json::Value {
        write::keyed(&self.shown(secrets))
    }

    /// A cluster.yml, without the keys that have no effect.
    pub fn to_yaml(&self, secrets: Secrets) -> String {
        write::yaml(&self.shown(secrets))
    }

    fn shown(&self, secrets: Secrets) -> Value {
        let mut config = self.config.clone();
        if secrets == Secrets::Masked
            && let Kind::Struct(root) = Schema::get().root().kind
        {
            mask(&mut config, Schema::get().structure(root));
            hide_logins(&mut config);
        }
        config
    }
}

/// In urls of registries, and in the images named after them.
fn hide_logins(value: &mut Value) {
    match &mut value.shape {
        Shape::Text(text) => redact::hide_login(text),
        Shape::List(items) => items.iter_mut().for_each(hide_logins),
        Shape::Fields(fields) => fields.iter_mut().for_each(|field| hide_logins(&mut field.value)),
        _ => {}
    }
}

fn mask(value: &mut Value, structure: &Struct) {
    let Shape::Fields(fields) = &mut value.shape else { return };
    for field in fields {
        let Some(key) = structure.key(&field.name) else {
            // Below a block of Kubernetes types, by the names of its JSON.
            mask_named(&field.name, &mut field.value);
            continue;
        };
        if matches!(key.secret, Secret::Yes | Secret::Id) {
            hide(&mut field.value);
        } else if structure.name == "types.NetworkConfig" && key.name == "options" {
            mask_options(&mut field.value);
        }
        if key.secret == Secret::Perhaps || matches!(key.ty.kind, Kind::List(_) | Kind::Map(_)) {
            mask_written(&mut field.value);
        }
        match (&key.ty.kind, &mut field.value.shape) {
            (Kind::Struct(index), _) => mask(&mut field.value, Schema::get().structure(*index)),
            (Kind::List(item), Shape::List(items)) => {
                if let Kind::Struct(index) = item.kind {
                    items.iter_mut().for_each(|item| mask(item, Schema::get().structure(index)));
                }
            }
            (Kind::Map(item), Shape::Fields(entries)) => {
                if let Kind::Struct(index) = item.kind {
                    entries.iter_mut().for_each(|entry| mask(&mut entry.value, Schema::get().structure(index)));
                }
            }
            _ => {}
        }
    }
}

/// What looks like a secret inside of texts, such as a variable of the environment or an argument.
fn mask_written(value: &mut Value) {
    let masked = |line: &str| Redactor::find(line, &Cluster::default()).mask(line).text;
    match &mut value.shape {
        Shape::Text(text) => *text = masked(text),
        Shape::List(items) => items.iter_mut().for_each(mask_written),
        Shape::Fields(fields) => {
            for field in fields {
                let entry = field.value.as_str().map(|text| format!("{}: {text}", field.name));
                match entry.filter(|entry| masked(entry) != *entry) {
                    Some(_) => hide(&mut field.value),
                    None => mask_written(&mut field.value),
                }
            }
        }
        _ => {}
    }
}

fn mask_named(name: &str, value: &mut Value) {
    match &mut value.shape {
        Shape::Text(_) if name.eq_ignore_ascii_case("secret") => hide(value),
        Shape::Text(_) => mask_written(value),
        Shape::List(items) => items.iter_mut().for_each(|item| mask_named(name, item)),
        Shape::Fields(fields) => fields.iter_mut().for_each(|field| mask_named(&field.name, &mut field.value)),
        _ => {}
    }
}

/// Options that repeat a secret of a plugin's block.
fn mask_options(options: &mut Value) {
    let Shape::Fields(fields) = &mut options.shape else { return };
    let keys = || Schema::get().structs().iter().flat_map(|structure| &structure.keys);
    for field in fields {
        if keys().any(|key| key.secret == Secret::Yes && key.option == Some(&*field.name)) {
            hide(&mut field.value);
        }
    }
}

fn hide(value: &mut Value) {
    if let Shape::Text(text) = &mut value.shape
        && !text.is_empty()
    {
        MASK.clone_into(text);
    }
}
