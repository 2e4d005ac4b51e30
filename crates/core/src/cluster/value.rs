//! What rke's decoder makes of the file: typed values that know where they were written.

use std::borrow::Cow;
use std::fmt;

use crate::schema::{Key, Kind, Schema, Type};
use crate::text::{Span, Spanned};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// Empty where the value is absent: right behind its key.
    pub span: Span,
    pub shape: Shape,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shape {
    /// Null, or never written: a nil pointer, an empty list, a zero value.
    #[default]
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    /// A struct or a map.
    Fields(Vec<Field>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Cow<'static, str>,
    /// Where the key stands.
    pub key: Span,
    pub value: Value,
}

/// Where a value stands; displays as `nodes[0].role`.
pub enum Path<'p> {
    Top,
    Key(&'p Path<'p>, &'static str),
    Item(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Top => Ok(()),
            Self::Key(Self::Top, name) => f.write_str(name),
            Self::Key(above, name) => write!(f, "{above}.{name}"),
            Self::Item(above, index) => write!(f, "{above}[{index}]"),
        }
    }
}

/// A value that is written nowhere.
impl From<Shape> for Value {
    fn from(shape: Shape) -> Self {
        Self { span: Span::default(), shape }
    }
}

impl Value {
    /// The value under a path of struct keys such as `services.kube-api`; none where nothing is written.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, name| value.field(name).map(|f| &f.value))
    }

    /// As [`Self::at`], to put another value there.
    pub fn at_mut(&mut self, path: &str) -> Option<&mut Self> {
        path.split('.').try_fold(self, |value, name| match &mut value.shape {
            Shape::Fields(fields) => fields.iter_mut().find(|f| f.name == name).map(|f| &mut f.value),
            _ => None,
        })
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().iter().find(|f| f.name == name)
    }

    /// The field under a path: for blaming its key.
    pub fn field_at(&self, path: &str) -> Option<&Field> {
        match path.rsplit_once('.') {
            Some((parent, name)) => self.at(parent)?.field(name),
            None => self.field(path),
        }
    }

    pub fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Fields(fields) => fields,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Self] {
        match &self.shape {
            Shape::List(items) => items,
            _ => &[],
        }
    }

    /// Calls `visit` with each key of the key table that is written below a value of type `ty`, its field and its path;
    /// goes on below it where `visit` says so.
    pub fn each_key(&self, ty: &'static Type, visit: &mut dyn FnMut(&'static Key, &Field, &Path<'_>) -> bool) {
        self.each_key_below(ty, &Path::Top, visit);
    }

    fn each_key_below(
        &self,
        ty: &'static Type,
        path: &Path<'_>,
        visit: &mut dyn FnMut(&'static Key, &Field, &Path<'_>) -> bool,
    ) {
        match &ty.kind {
            Kind::List(item) => {
                for (index, value) in self.items().iter().enumerate() {
                    value.each_key_below(item, &Path::Item(path, index), visit);
                }
            }
            Kind::Struct(index) => {
                for field in self.fields() {
                    let Some(key) = Schema::get().structure(*index).key(&field.name) else { continue };
                    let path = Path::Key(path, key.name);
                    if visit(key, field, &path) {
                        field.value.each_key_below(&key.ty, &path, visit);
                    }
                }
            }
            _ => {}
        }
    }

    pub fn is_nil(&self) -> bool {
        self.shape == Shape::Nil
    }

    /// Generated files hold every key; empty ones mean nothing.
    pub fn says_something(&self) -> bool {
        match &self.shape {
            Shape::Nil | Shape::Bool(false) => false,
            Shape::Text(text) => !text.is_empty(),
            Shape::List(items) => !items.is_empty(),
            Shape::Fields(fields) => !fields.is_empty(),
            Shape::Bool(true) | Shape::Int(_) | Shape::Float(_) => true,
        }
    }

    /// Not empty, as rke tests it nearly everywhere.
    pub fn text(&self, name: &str) -> Option<Spanned<String>> {
        self.field(name).and_then(|f| f.value.as_text())
    }

    /// The text, also an empty one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<Spanned<String>> {
        match &self.shape {
            Shape::Text(text) if !text.is_empty() => Some(Spanned::new(text.clone(), self.span)),
            _ => None,
        }
    }

    pub fn bool(&self, name: &str) -> Option<Spanned<bool>> {
        let value = &self.field(name)?.value;
        match value.shape {
            Shape::Bool(bool) => Some(Spanned::new(bool, value.span)),
            _ => None,
        }
    }

    pub fn int(&self, name: &str) -> Option<Spanned<i64>> {
        let value = &self.field(name)?.value;
        match value.shape {
            Shape::Int(int) => Some(Spanned::new(int, value.span)),
            _ => None,
        }
    }

    /// The items of a list of texts; null items are empty texts.
    pub fn texts(&self, name: &str) -> Vec<Spanned<String>> {
        let items = self.field(name).map_or(&[][..], |f| f.value.items());
        items.iter().map(|item| item.as_text().unwrap_or(Spanned::new(String::new(), item.span))).collect()
    }
}
