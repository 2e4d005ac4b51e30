//! Go's JSON decoders over a typed table: encoding/json of Go 1.22, and its case-sensitive fork in Kubernetes.
//!
//! The first value that does not fit is remembered and decoding goes on; a fault inside a type with a decoder of
//! its own ends it.

use std::borrow::Cow;

use super::custom;
use super::json::{Json, Member, Shape, is_named, number};
use crate::cluster::value::{self, Field, Value};
use crate::problem::{Problem, UnknownKey};
use crate::schema::again::{Kind, Struct, Table, Type};
use crate::text::Span;

pub struct Decoded {
    pub value: Value,
    pub problems: Vec<Problem>,
    /// In Go's words.
    pub error: Option<String>,
}

/// How names are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// encoding/json
    Any,
    /// The decoder of Kubernetes objects.
    Exact,
}

/// Decodes the value that stands at the path `at` of the file.
pub fn decode(json: &Json, ty: &Type, case: Case, at: &str) -> Decoded {
    let mut decoder = Decoder {
        table: Table::get(),
        case,
        at: at.to_owned(),
        inside: None,
        stack: Vec::new(),
        problems: Vec::new(),
        first: None,
    };
    let (value, ended) = match decoder.value(json, ty) {
        Ok(value) => (value, None),
        Err(error) => (Value::default(), Some(error)),
    };
    Decoded { value, problems: decoder.problems, error: ended.or(decoder.first) }
}

struct Decoder {
    table: &'static Table,
    case: Case,
    /// Path of the value in hand.
    at: String,
    /// Bare name of the struct in hand.
    inside: Option<&'static str>,
    /// Names of the fields from the outermost struct on.
    stack: Vec<&'static str>,
    problems: Vec<Problem>,
    first: Option<String>,
}

/// `Err` where decoding ends, with Go's error.
type Outcome<T> = Result<T, String>;

impl Decoder {
    fn value(&mut self, json: &Json, ty: &Type) -> Outcome<Value> {
        let shape = match (&ty.kind, &json.shape) {
            (Kind::Duration, Shape::Null) | (_, Shape::Null) => value::Shape::Nil,
            (Kind::Text, Shape::Text(text)) => value::Shape::Text(text.clone()),
            (Kind::Bool, Shape::Bool(bool)) => value::Shape::Bool(*bool),
            (Kind::Int { bits }, Shape::Number(float)) => match integer(*float, *bits) {
                Some(int) => value::Shape::Int(int),
                None => return Ok(self.mismatch(json, &format!("number {}", number(*float)), ty)),
            },
            (Kind::List(item), Shape::List(items)) => value::Shape::List(self.list(items, item)?),
            (Kind::Map(item), Shape::Map(members)) => value::Shape::Fields(self.map(members, item)?),
            (Kind::Struct(index), Shape::Map(members)) => {
                let structure = self.table.structure(*index);
                value::Shape::Fields(self.structure(members, structure)?)
            }
            (Kind::IntOrText | Kind::Duration | Kind::Time | Kind::Quantity | Kind::Anything, _) => {
                return self.custom(json, ty);
            }
            _ => return Ok(self.mismatch(json, json.kind(), ty)),
        };
        Ok(Value { span: json.span, shape })
    }

    fn list(&mut self, items: &[Json], ty: &Type) -> Outcome<Vec<Value>> {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let length = self.at.len();
            self.at.push_str(&format!("[{index}]"));
            values.push(self.value(item, ty)?);
            self.at.truncate(length);
        }
        Ok(values)
    }

    fn map(&mut self, members: &[Member], ty: &Type) -> Outcome<Vec<Field>> {
        let mut fields = Vec::with_capacity(members.len());
        for member in members {
            let length = self.enter(&member.name);
            let value = self.value(&member.value, ty)?;
            self.at.truncate(length);
            fields.push(Field { name: Cow::Owned(member.name.clone()), key: member.key, value });
        }
        Ok(fields)
    }

    fn structure(&mut self, members: &[Member], structure: &'static Struct) -> Outcome<Vec<Field>> {
        let mut fields: Vec<Field> = Vec::with_capacity(members.len());
        let outside = self.inside;
        for member in members {
            let length = self.enter(&member.name);
            match find(structure, &member.name, self.case) {
                None => self.unknown(member, members, structure.name),
                Some((name, ty)) => {
                    self.inside = Some(structure.bare_name());
                    self.stack.push(name);
                    let value = self.value(&member.value, ty)?;
                    self.stack.pop();
                    let field = Field { name: Cow::Borrowed(*name), key: member.key, value };
                    match fields.iter_mut().find(|f| f.name == *name) {
                        Some(earlier) if field.value.is_nil() => earlier.key = field.key,
                        Some(earlier) => *earlier = field,
                        None => fields.push(field),
                    }
                }
            }
            self.inside = outside;
            self.at.truncate(length);
        }
        Ok(fields)
    }

    fn custom(&mut self, json: &Json, ty: &Type) -> Outcome<Value> {
        let shape = match (&ty.kind, &json.shape) {
            (Kind::IntOrText, Shape::Text(text)) => value::Shape::Text(text.clone()),
            (Kind::IntOrText, Shape::Number(float)) if integer(*float, 32).is_some() => {
                value::Shape::Int(integer(*float, 32).unwrap_or_default())
            }
            (Kind::IntOrText, Shape::Number(float)) => {
                return Err(self.ends(json, &format!("number {}", number(*float)), "int32", ty));
            }
            (Kind::IntOrText, _) => return Err(self.ends(json, json.kind(), "int32", ty)),
            (Kind::Anything, _) => as_it_is(json).shape,
            (Kind::Quantity, Shape::Text(text)) => self.checked(json, text, ty, custom::quantity(text))?,
            (Kind::Quantity, _) => {
                let mut text = String::new();
                json.write(&mut text);
                self.checked(json, &text, ty, custom::quantity(&text))?
            }
            (Kind::Time, Shape::Text(text)) => self.checked(json, text, ty, super::super::time::rfc3339(text))?,
            (_, Shape::Text(text)) => self.checked(json, text, ty, custom::duration(text))?,
            _ => return Err(self.ends(json, json.kind(), "string", ty)),
        };
        Ok(Value { span: json.span, shape })
    }

    fn checked(&mut self, json: &Json, text: &str, ty: &Type, result: Result<(), String>) -> Outcome<value::Shape> {
        match result {
            Ok(()) => Ok(value::Shape::Text(text.to_owned())),
            Err(error) => {
                self.problem(json.span, error.clone(), ty);
                Err(error)
            }
        }
    }

    fn mismatch(&mut self, json: &Json, found: &str, ty: &Type) -> Value {
        let error = self.error(found, ty.go);
        self.first.get_or_insert_with(|| error.clone());
        self.problem(json.span, error, ty);
        Value { span: json.span, shape: value::Shape::Nil }
    }

    fn ends(&mut self, json: &Json, found: &str, go: &str, ty: &Type) -> String {
        let error = self.error(found, go);
        self.problem(json.span, error.clone(), ty);
        error
    }

    fn error(&self, found: &str, go: &str) -> String {
        match self.inside {
            None => format!("json: cannot unmarshal {found} into Go value of type {go}"),
            Some(name) => {
                let field = self.stack.join(".");
                format!("json: cannot unmarshal {found} into Go struct field {name}.{field} of type {go}")
            }
        }
    }

    fn problem(&mut self, span: Span, error: String, ty: &Type) {
        self.problems.push(Problem::Mismatch { span, at: self.at.clone(), wanted: wanted(&ty.kind), error });
    }

    fn unknown(&mut self, member: &Member, siblings: &[Member], parent: &'static str) {
        let end = member.value.span;
        self.problems.push(Problem::UnknownKey(UnknownKey {
            span: member.key,
            entry: if end.start >= member.key.end { member.key.to(end) } else { member.key },
            at: self.at.clone(),
            key: member.name.clone(),
            parent,
            siblings: siblings.iter().filter(|s| s.name != member.name).take(64).map(|s| s.name.clone()).collect(),
        }));
    }

    /// Returns the length to which the path is cut again.
    fn enter(&mut self, name: &str) -> usize {
        let length = self.at.len();
        if length > 0 {
            self.at.push('.');
        }
        self.at.push_str(name);
        length
    }
}

fn as_it_is(json: &Json) -> Value {
    let shape = match &json.shape {
        Shape::Null => value::Shape::Nil,
        Shape::Bool(bool) => value::Shape::Bool(*bool),
        Shape::Number(float) => integer(*float, 64).map_or(value::Shape::Float(*float), value::Shape::Int),
        Shape::Text(text) => value::Shape::Text(text.clone()),
        Shape::List(items) => value::Shape::List(items.iter().map(as_it_is).collect()),
        Shape::Map(members) => {
            let field = |member: &Member| Field {
                name: Cow::Owned(member.name.clone()),
                key: member.key,
                value: as_it_is(&member.value),
            };
            value::Shape::Fields(members.iter().map(field).collect())
        }
    };
    Value { span: json.span, shape }
}

fn find(structure: &'static Struct, name: &str, case: Case) -> Option<&'static (&'static str, Type)> {
    let exact = structure.fields.iter().find(|(field, _)| *field == name);
    exact.or_else(|| structure.fields.iter().find(|(field, _)| case == Case::Any && is_named(name, field)))
}

/// Go parses the digits of the JSON text: a fraction or an exponent is no integer.
fn integer(value: f64, bits: u32) -> Option<i64> {
    let int: i64 = number(value).parse().ok()?;
    (bits == 64 || i32::try_from(int).is_ok()).then_some(int)
}

fn wanted(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Bool => "true or false",
        Kind::Int { .. } => "an integer",
        Kind::List(_) => "a list",
        Kind::Map(_) | Kind::Struct(_) | Kind::Anything => "a map",
        Kind::IntOrText => "an integer or text such as 25%",
        Kind::Duration => "a duration such as 3s",
        Kind::Time => "an RFC 3339 time",
        Kind::Quantity => "a quantity such as 1Gi",
    }
}
