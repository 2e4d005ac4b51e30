//! Decoded values as Go prints them in errors: `%#v`.

use super::generic::{Plain, counting, plain};
use super::quoted::quote;
use crate::yaml::{Data, Document, NodeId};

/// What is nested deeper is left out: the text decides how deep that is.
const MOST_LEVELS: usize = 200;

/// The value under `id`, of a document in which no other key than those in this value can be at fault.
pub fn go_syntax(document: &Document, id: NodeId) -> String {
    let mut out = String::new();
    write(document, id, MOST_LEVELS, &mut out);
    out
}

fn write(document: &Document, id: NodeId, left: usize, out: &mut String) {
    let id = document.written(id);
    match &document.resolve(id).data {
        Data::Sequence { items, .. } => {
            out.push_str("[]interface {}{");
            for (index, item) in items.iter().enumerate().filter(|_| left > 0) {
                out.push_str(if index > 0 { ", " } else { "" });
                write(document, *item, left - 1, out);
            }
            out.push('}');
        }
        Data::Mapping { .. } => {
            let mut entries = if left > 0 { counting(document, id) } else { Vec::new() };
            // Go sorts by type, in the order in which its linker put the types of the release's binary.
            entries.sort_by(|(one, _), (other, _)| {
                let (one, other) = (order(one), order(other));
                one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
            });
            out.push_str("map[interface {}]interface {}{");
            for (index, (key, entry)) in entries.into_iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                out.push_str(&scalar(&key));
                out.push(':');
                write(document, entry.value, left - 1, out);
            }
            out.push('}');
        }
        _ => out.push_str(&scalar(&plain(document, id))),
    }
}

/// Texts are sorted already.
fn order(key: &Plain) -> (u8, f64) {
    match key {
        Plain::Text(_) => (1, 0.0),
        Plain::UInt(value) => (2, *value as f64),
        Plain::Int(value) => (3, *value as f64),
        Plain::Float(value) => (4, *value),
        Plain::Bool(value) => (5, f64::from(u8::from(*value))),
        _ => (0, 0.0),
    }
}

fn scalar(value: &Plain) -> String {
    match value {
        Plain::Bool(value) => value.to_string(),
        Plain::Int(value) => value.to_string(),
        Plain::UInt(value) => format!("0x{value:x}"),
        Plain::Float(value) => float(*value),
        Plain::Text(value) => quote(value),
        _ => "interface {}(nil)".to_owned(),
    }
}

/// `%g` with the fewest digits.
pub fn float(value: f64) -> String {
    if !value.is_finite() {
        return match value.is_nan() {
            true => "NaN",
            false if value > 0.0 => "+Inf",
            false => "-Inf",
        }
        .to_owned();
    }
    let text = format!("{value:e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_keys_by_type_and_keeps_their_types() {
        let (document, _) = Document::parse("{2: x, 10: y, -3: [1e6, .inf], a: {}, B: ~, no: 1, 1.5: 2}\n");
        let want = r#"map[interface {}]interface {}{"B":interface {}(nil), "a":map[interface {}]interface {}{}, -3:[]interface {}{1e+06, +Inf}, 2:"x", 10:true, 1.5:2, false:1}"#;
        assert_eq!(go_syntax(&document, document.root.unwrap()), want);
    }
}
