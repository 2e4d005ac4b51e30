//! The types behind the second passes, as Go's JSON decoders know them.

use std::sync::OnceLock;

const TEXT: &str = include_str!("../../data/json-keys.txt");

#[derive(Debug)]
pub struct Type {
    /// As Go prints it in type errors, pointer stars left out.
    pub go: &'static str,
    pub pointer: bool,
    pub kind: Kind,
}

#[derive(Debug)]
pub enum Kind {
    Text,
    Bool,
    Int {
        bits: u32,
    },
    List(Box<Type>),
    Map(Box<Type>),
    /// Index into the table.
    Struct(usize),
    /// intstr.IntOrString
    IntOrText,
    Duration,
    Time,
    Quantity,
    /// Kept as it is, whatever it is.
    Anything,
}

#[derive(Debug)]
pub struct Struct {
    /// As `v1.Volume`.
    pub name: &'static str,
    pub fields: Vec<(&'static str, Type)>,
    /// Names of fields that Go writes even when they are empty.
    pub always: Vec<&'static str>,
}

impl Struct {
    /// As Go's type errors name it: without the package.
    pub fn bare_name(&self) -> &'static str {
        self.name.rsplit('.').next().unwrap_or(self.name)
    }
}

#[derive(Debug)]
pub struct Table {
    structs: Vec<Struct>,
}

impl Table {
    pub fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Self::read(TEXT))
    }

    pub fn structure(&self, index: usize) -> &Struct {
        &self.structs[index]
    }

    pub fn named(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|s| s.name == name)
    }

    /// The type that is written so, as `[]types.ExtraEnv`.
    pub fn ty(&self, go: &'static str) -> Type {
        read_type(go, &self.structs.iter().map(|s| s.name).collect::<Vec<_>>())
    }

    fn read(text: &'static str) -> Self {
        let lines = || text.lines().filter(|l| !l.starts_with('#') && !l.is_empty());
        let names: Vec<&str> = lines().filter_map(|l| l.strip_prefix("struct ")).collect();
        let mut structs: Vec<Struct> = Vec::with_capacity(names.len());
        for line in lines() {
            if let Some(name) = line.strip_prefix("struct ") {
                structs.push(Struct { name, fields: Vec::new(), always: Vec::new() });
            } else if let (Some(current), Some((name, go))) = (structs.last_mut(), line.trim().split_once(' ')) {
                let always = go.strip_suffix(" always");
                current.always.extend(always.map(|_| name));
                current.fields.push((name, read_type(always.unwrap_or(go), &names)));
            }
        }
        Self { structs }
    }
}

fn read_type(text: &'static str, names: &[&str]) -> Type {
    if let Some(pointed) = text.strip_prefix('*') {
        return Type { pointer: true, ..read_type(pointed, names) };
    }
    let printed = |text: &'static str| text.split(['=', '!']).next().unwrap_or(text);
    if let Some(item) = text.strip_prefix("[]") {
        return Type { go: printed(text), pointer: false, kind: Kind::List(Box::new(read_type(item, names))) };
    }
    let (go, made_of) = text.split_once('=').unwrap_or((printed(text), text));
    if let Some((_, value)) = made_of.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return Type { go, pointer: false, kind: Kind::Map(Box::new(read_type(value, names))) };
    }
    let kind = match made_of {
        "bool" => Kind::Bool,
        "int32" => Kind::Int { bits: 32 },
        "int" | "int64" => Kind::Int { bits: 64 },
        "intstr.IntOrString!" => Kind::IntOrText,
        "v1.Duration!" => Kind::Duration,
        "v1.Time!" => Kind::Time,
        "resource.Quantity!" => Kind::Quantity,
        other if other.ends_with('!') => Kind::Anything,
        _ => names.iter().position(|name| *name == made_of).map_or(Kind::Text, Kind::Struct),
    };
    Type { go, pointer: false, kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_table_is_read() {
        let table = Table::get();
        for (name, ty) in table.structs.iter().flat_map(|s| &s.fields) {
            let named = format!("{}=string", ty.go);
            let text = ty.go == "string" || !ty.go.starts_with("[]") && TEXT.contains(&named);
            assert_eq!(matches!(ty.kind, Kind::Text), text, "{name}: {}", ty.go);
        }
        let spec = table.named("v1.VolumeResourceRequirements").unwrap();
        assert_eq!(spec.fields[0].1.go, "v1.ResourceList");
        assert!(matches!(&spec.fields[0].1.kind, Kind::Map(value) if matches!(value.kind, Kind::Quantity)));
        assert_eq!(table.ty("[]types.ExtraEnv").go, "[]types.ExtraEnv");
    }
}
