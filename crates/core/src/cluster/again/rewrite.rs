//! What rke does to a file with a custom encryption configuration: it takes the block out and writes the file again.
//!
//! Everything is read by type on the way, so a text without quotes that looks like a number or a boolean changes;
//! keys are sorted, and line numbers in errors are those of the new text.

use std::cmp::Ordering;

use super::json::{Json, Member, Shape, number};
use crate::cluster::decode::Decoded;
use crate::cluster::go_syntax::float;
use crate::cluster::value::{self, Field, Value};
use crate::problem::{Kept, Problem};
use crate::yaml::emit::Writer;
use crate::yaml::scalar::{Resolved, resolve};
use crate::yaml::{Document, NodeId};

pub const CUSTOM_CONFIG: &str = "services.kube-api.secrets_encryption_config.custom_config";

pub struct Rewritten {
    /// The new text's tree: its lines, but the places of the file.
    pub document: Document,
    pub custom_config: Json,
}

/// None where rke leaves the file alone: no custom_config, or none that is a map.
pub fn rewrite(document: &Document) -> Option<Rewritten> {
    let root = document.root?;
    let path: Vec<&str> = CUSTOM_CONFIG.split('.').collect();
    let mut at = root;
    for name in &path {
        at = super::json::entry(document, at, name)?.1;
    }
    if !matches!(document.resolve(at).data, crate::yaml::Data::Mapping { .. }) {
        return None;
    }
    let mut json = Json::read(document, root);
    let custom_config = json.take(&path)?.value;
    let mut writer = Writer::default();
    write(&json, &mut writer);
    let (mut document, _) = Document::parse(&writer.finish());
    if let Some(root) = document.root {
        place(&mut document, root, &json);
    }
    Some(Rewritten { document, custom_config })
}

fn write(json: &Json, writer: &mut Writer) {
    match &json.shape {
        Shape::Null => writer.plain("null"),
        Shape::Bool(value) => writer.plain(if *value { "true" } else { "false" }),
        Shape::Number(value) => writer.plain(&retyped(*value)),
        Shape::Text(text) => writer.text(text),
        Shape::List(items) => {
            writer.start_sequence();
            items.iter().for_each(|item| write(item, writer));
            writer.end_sequence();
        }
        Shape::Map(members) => {
            let mut members: Vec<&Member> = members.iter().collect();
            members.sort_by(|a, b| order(&a.name, &b.name));
            writer.start_mapping();
            for member in members {
                writer.text(&member.name);
                write(&member.value, writer);
            }
            writer.end_mapping();
        }
    }
}

/// A number goes through JSON and back: yaml.v2 reads what Go wrote there, and writes it in its own way.
fn retyped(value: f64) -> String {
    match resolve(None, &number(value), true) {
        Ok(Resolved::Int(int)) => int.to_string(),
        Ok(Resolved::UInt(int)) => int.to_string(),
        _ => float(value),
    }
}

/// yaml.v2's order of keys: letters behind all else, runs of digits by their number.
fn order(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    for i in 0..a.len().min(b.len()) {
        if a[i] == b[i] {
            continue;
        }
        match (a[i].is_alphabetic(), b[i].is_alphabetic()) {
            (true, true) => return a[i].cmp(&b[i]),
            (false, true) => return Ordering::Less,
            (true, false) => return Ordering::Greater,
            (false, false) => {}
        }
        // A zero inside a number that has begun before it is a digit like any other.
        let inside =
            (a[i] == '0' || b[i] == '0') && a[..i].iter().rev().take_while(|c| c.is_numeric()).any(|c| *c != '0');
        let run = |text: &[char]| {
            let digits = text[i..].iter().take_while(|c| c.is_numeric());
            digits.fold((i64::from(inside), 0usize), |(n, count), digit| {
                let digit = i64::from(u32::from(*digit)) - i64::from(u32::from('0'));
                (n.wrapping_mul(10).wrapping_add(digit), count + 1)
            })
        };
        return run(&a).cmp(&run(&b)).then(a[i].cmp(&b[i]));
    }
    a.len().cmp(&b.len())
}

/// Gives the nodes of the new tree the places of what they came from.
fn place(document: &mut Document, id: NodeId, json: &Json) {
    document.set_span(id, json.span);
    let items = document.items(id).to_vec();
    for (item, json) in items.into_iter().zip(json.items()) {
        place(document, item, json);
    }
    for entry in document.entries(id).to_vec() {
        let member = document.scalar(entry.key).and_then(|name| json.member(name));
        if let Some(member) = member {
            document.set_span(entry.key, member.key);
            place(document, entry.value, &member.value);
        }
    }
}

/// Reports what the rewriting changes: `original` is what the file alone would give.
pub fn compare(original: Decoded, config: &Value, problems: &mut Vec<Problem>) {
    // A key that is written twice is gone from the new text: no merging, the last one counts.
    problems.extend(original.problems.into_iter().filter_map(|problem| match problem {
        Problem::DuplicateKey { span, first, at, .. } => {
            Some(Problem::DuplicateKey { span, first, at, kept: Kept::Last })
        }
        _ => None,
    }));
    retyped_texts(&original.value, config, &mut String::new(), problems);
}

fn retyped_texts(original: &Value, config: &Value, at: &mut String, problems: &mut Vec<Problem>) {
    let length = at.len();
    match (&original.shape, &config.shape) {
        (value::Shape::Text(written), value::Shape::Text(becomes)) if written != becomes => {
            let retyped = Problem::Retyped { span: original.span, at: at.clone(), becomes: becomes.clone() };
            problems.push(retyped);
        }
        (value::Shape::List(items), value::Shape::List(others)) => {
            for (index, (item, other)) in items.iter().zip(others).enumerate() {
                at.push_str(&format!("[{index}]"));
                retyped_texts(item, other, at, problems);
                at.truncate(length);
            }
        }
        (value::Shape::Fields(fields), value::Shape::Fields(others)) => {
            for field in fields {
                let Some(other) = others.iter().find(|o| o.key == field.key) else { continue };
                at.push_str(if length > 0 { "." } else { "" });
                at.push_str(&field.name);
                if field.name != other.name {
                    let becomes = other.name.to_string();
                    problems.push(Problem::Retyped { span: field.key, at: at.clone(), becomes });
                }
                retyped_texts(&field.value, &other.value, at, problems);
                at.truncate(length);
            }
        }
        _ => {}
    }
}

/// Puts the decoded block back, where encryption is enabled; else rke drops it.
pub fn put_back(custom_config: Value, config: &mut Value, problems: &mut Vec<Problem>) {
    let Some((parent, name)) = CUSTOM_CONFIG.rsplit_once('.') else { return };
    let Some(block) = config.at_mut(parent) else { return };
    let span = custom_config.span;
    if !block.bool("enabled").is_some_and(|enabled| enabled.value) {
        problems.push(Problem::EncryptionOff { span, at: CUSTOM_CONFIG.to_owned() });
        return;
    }
    if let value::Shape::Fields(fields) = &mut block.shape {
        fields.push(Field { name: name.into(), key: span, value: custom_config });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> Option<Rewritten> {
        rewrite(&Document::parse(text).0)
    }

    const CUT: &str = "services: {kube-api: {secrets_encryption_config: {enabled: true, custom_config: {}}}}\n";

    #[test]
    fn only_a_map_makes_rke_rewrite_the_file() {
        assert!(rewritten(CUT).is_some());
        assert!(rewritten(&CUT.replace("{}", "x")).is_none());
        assert!(rewritten("nodes: []\n").is_none());
    }

    #[test]
    fn lines_are_those_of_the_new_text_and_places_those_of_the_file() {
        let text = format!("{CUT}nodes:\n  - port: 022\n    user: yes\naddons: 1.10\n");
        let document = rewritten(&text).unwrap().document;
        let get = |id, key| document.get(id, key).unwrap();
        let root = document.root.unwrap();
        let node = document.items(get(root, "nodes"))[0];
        let port = get(node, "port");
        assert_eq!((document.scalar(port), document.node(port).line), (Some("18"), 3));
        assert_eq!(&text[document.node(port).span.range()], "022");
        assert_eq!(document.scalar(get(node, "user")), Some("true"));
        assert_eq!(document.scalar(get(root, "addons")), Some("1.1"));
    }

    #[test]
    fn sorts_and_writes_numbers_as_go_does() {
        let mut keys = ["b", "a10", "a2", "a", "_", "1", "a-b", "aB"];
        keys.sort_by(|a, b| order(a, b));
        assert_eq!(keys, ["_", "1", "a", "a-b", "a2", "a10", "aB", "b"]);
        assert_eq!([9e15, 1e20, 1.5e-7, -0.0].map(retyped), ["9000000000000000", "1e+20", "1.5e-07", "0"]);
    }
}
