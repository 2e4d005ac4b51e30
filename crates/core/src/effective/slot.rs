//! Writing into decoded values: what rke's defaults do to its structs.

use std::borrow::Cow;

use crate::cluster::value::{Field, Shape, Value};
use crate::schema::{Key, Kind, Struct, Type};
use crate::text::Span;

/// The value of a key, put there empty where it is missing.
pub fn slot<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    if !matches!(value.shape, Shape::Fields(_)) {
        value.shape = Shape::Fields(Vec::new());
    }
    let Shape::Fields(fields) = &mut value.shape else { unreachable!("made a map above") };
    let at = fields.iter().position(|field| field.name == name).unwrap_or_else(|| {
        let key = Span::default();
        fields.push(Field { name: Cow::Owned(name.to_owned()), key, value: Value::default() });
        fields.len() - 1
    });
    &mut fields[at].value
}

/// As [`slot`], along a path such as `services.etcd`.
pub fn slot_at<'v>(value: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('.').fold(value, slot)
}

/// Nil, empty text or zero: what rke fills in where the field is no pointer.
pub fn is_zero(value: &Value) -> bool {
    match &value.shape {
        Shape::Nil => true,
        Shape::Text(text) => text.is_empty(),
        Shape::Int(int) => *int == 0,
        Shape::Float(float) => *float == 0.0,
        Shape::Bool(bool) => !bool,
        Shape::List(items) => items.is_empty(),
        Shape::Fields(_) => false,
    }
}

pub fn text(text: &str) -> Shape {
    Shape::Text(text.to_owned())
}

/// What a default of the table means for a key of this type.
pub fn read(default: &str, ty: &Type) -> Shape {
    match ty.kind {
        Kind::Bool => Shape::Bool(default == "true"),
        Kind::Int { .. } => default.parse().map_or(Shape::Nil, Shape::Int),
        Kind::Float => default.parse().map_or(Shape::Nil, Shape::Float),
        _ => text(default),
    }
}

/// A map or struct that is not written anywhere.
pub fn map<const N: usize>(fields: [(&'static str, Shape); N]) -> Shape {
    let field = |(name, shape)| Field {
        name: Cow::Borrowed(name),
        key: Default::default(),
        value: Value { span: Default::default(), shape },
    };
    Shape::Fields(fields.map(field).into())
}

/// A struct of nothing but its defaults.
pub fn defaults(structure: &'static Struct) -> Shape {
    let preset = |key: &'static Key| {
        let shape = read(key.default(None)?, &key.ty);
        Some(Field {
            name: Cow::Borrowed(key.name),
            key: Default::default(),
            value: Value { span: Default::default(), shape },
        })
    };
    Shape::Fields(structure.keys.iter().filter_map(preset).collect())
}
