//! The configuration as JSON with the names of rke's types, and as YAML with the keys of cluster.yml.

use serde_json::{Map, Number, Value as Json};

use super::slot::is_zero;
use crate::cluster::value::{Field, Shape, Value};
use crate::schema::again::{self, Table};
use crate::schema::{Key, Kind, Schema, Struct, Type};
use crate::yaml::emit::Writer;

/// Which names, and what is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As Go's encoding/json writes rke's types.
    Json,
    /// Keys of cluster.yml; nothing that means nothing.
    Yaml,
}

pub fn json(config: &Value) -> Json {
    of_type(config, Schema::get().root(), Form::Json)
}

/// By the keys of cluster.yml.
pub fn keyed(config: &Value) -> Json {
    of_type(config, Schema::get().root(), Form::Yaml)
}

/// Texts are quoted where a reader of YAML 1.1, as rke, or of YAML 1.2 would take them for something else.
pub fn yaml(config: &Value) -> String {
    let mut writer = Writer::unfolded();
    emit(&keyed(config), &mut writer);
    writer.finish()
}

fn emit(value: &Json, writer: &mut Writer) {
    match value {
        Json::String(text) => writer.text(text),
        Json::Array(items) => {
            writer.start_sequence();
            items.iter().for_each(|item| emit(item, writer));
            writer.end_sequence();
        }
        Json::Object(members) => {
            writer.start_mapping();
            for (key, value) in members {
                writer.text(key);
                emit(value, writer);
            }
            writer.end_mapping();
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => writer.plain(&value.to_string()),
    }
}

fn of_type(value: &Value, ty: &Type, form: Form) -> Json {
    match &ty.kind {
        _ if ty.pointer && value.is_nil() => Json::Null,
        Kind::Struct(index) if !Schema::get().structure(*index).again => {
            of_struct(value, Schema::get().structure(*index), form)
        }
        Kind::List(item) if !value.is_nil() => value.items().iter().map(|value| of_type(value, item, form)).collect(),
        Kind::Map(item) if !value.is_nil() => {
            value.fields().iter().map(|field| (field.name.to_string(), of_type(&field.value, item, form))).collect()
        }
        Kind::Text if value.is_nil() => Json::String(String::new()),
        Kind::Bool if value.is_nil() => Json::Bool(false),
        Kind::Int { .. } if value.is_nil() => Json::from(0),
        Kind::Struct(_) => again(value, &Table::get().ty(ty.go), form),
        _ => plain(value),
    }
}

/// A block that rke decodes by the JSON names of Kubernetes, which are its names in both forms.
fn again(value: &Value, ty: &again::Type, form: Form) -> Json {
    use again::Kind as Again;
    match &ty.kind {
        Again::Quantity if value.is_nil() && !ty.pointer => Json::from("0"),
        _ if value.is_nil() && ty.pointer => Json::Null,
        Again::Struct(index) => {
            let structure = Table::get().structure(*index);
            let mut members = Map::new();
            for (name, ty) in &structure.fields {
                // rke keeps the first pass's result, lower-case names, where it does not decode again.
                let written = value.fields().iter().find(|field| field.name.eq_ignore_ascii_case(name));
                let value = written.map(|field| &field.value);
                let zero = value.is_none_or(|value| if ty.pointer { value.is_nil() } else { is_zero(value) });
                let block = matches!(ty.kind, Again::Struct(_)) && !ty.pointer;
                let always = match form {
                    Form::Json => structure.always.contains(name) || block,
                    // Empty is not the same to rke as missing.
                    Form::Yaml => structure.always.contains(name) && value.is_some_and(|value| !value.is_nil()),
                };
                if !zero || always {
                    members.insert((*name).to_owned(), again(value.unwrap_or(&Value::default()), ty, form));
                }
            }
            Json::Object(members)
        }
        Again::List(item) if !value.is_nil() => value.items().iter().map(|value| again(value, item, form)).collect(),
        Again::Map(item) if !value.is_nil() => {
            value.fields().iter().map(|field| (field.name.to_string(), again(&field.value, item, form))).collect()
        }
        Again::Text if value.is_nil() => Json::from(""),
        Again::Int { .. } if value.is_nil() => Json::from(0),
        Again::Bool if value.is_nil() => Json::Bool(false),
        _ => plain(value),
    }
}

fn of_struct(value: &Value, structure: &'static Struct, form: Form) -> Json {
    let mut members = Map::new();
    let nothing = Value::default();
    for key in &structure.keys {
        let value = value.field(key.name).map_or(&nothing, |field| &field.value);
        let left_out = match form {
            Form::Json => !key.always && is_empty(value, &key.ty),
            Form::Yaml => key.ignored || is_empty(value, &key.ty),
        };
        if left_out {
            continue;
        }
        let written = of_type(value, &key.ty, form);
        if form == Form::Yaml && !key.ty.pointer && written.as_object().is_some_and(Map::is_empty) {
            continue;
        }
        members.insert(if form == Form::Json { &*key.json } else { key.name }.to_owned(), written);
    }
    Json::Object(members)
}

/// What Go leaves out: structs are never empty to it, pointers only where they point at nothing.
fn is_empty(value: &Value, ty: &Type) -> bool {
    match &ty.kind {
        _ if ty.pointer => value.is_nil(),
        Kind::Struct(_) => false,
        Kind::List(_) => value.items().is_empty(),
        Kind::Map(_) => value.fields().is_empty(),
        _ => is_zero(value),
    }
}

/// A value that names its own members.
fn plain(value: &Value) -> Json {
    match &value.shape {
        Shape::Nil => Json::Null,
        Shape::Bool(bool) => Json::Bool(*bool),
        Shape::Int(int) => Json::from(*int),
        Shape::Float(float) if float.fract() == 0.0 && float.abs() < 1e15 => Json::from(*float as i64),
        Shape::Float(float) => Number::from_f64(*float).map_or(Json::Null, Json::Number),
        Shape::Text(text) => Json::String(text.clone()),
        Shape::List(items) => items.iter().map(plain).collect(),
        Shape::Fields(fields) => {
            fields.iter().map(|field: &Field| (field.name.to_string(), plain(&field.value))).collect()
        }
    }
}

/// A value in a sentence: scalars as they are, blocks only by what they are.
pub fn words(value: &Value, key: &Key) -> String {
    match &value.shape {
        _ if key.secret != crate::schema::Secret::No => "a secret".to_owned(),
        Shape::List(items) => format!("a list of {}", items.len()),
        Shape::Fields(_) => "a block".to_owned(),
        Shape::Text(text) if text.contains('\n') => "a text of several lines".to_owned(),
        Shape::Text(text) => format!("`{text}`"),
        _ => format!("`{}`", plain(value)),
    }
}
