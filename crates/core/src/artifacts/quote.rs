//! The only escaper: text of the file becomes a word of some language here, or nowhere.

use std::fmt::Write as _;

use serde_json::Value;

/// A word of sh and bash that stands for exactly this text.
///
/// NUL is dropped: no argument of a program can hold it.
pub fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

/// One line for a comment or a message: what would end the line or steer a terminal is spelt out.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_steering(character) {
            let _ = write!(out, "{}", character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}

fn is_steering(character: char) -> bool {
    let marks = matches!(
        character,
        '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    );
    character.is_control() || marks
}

/// A block of `#` comments. Each line of `text` is ours; what it holds of the file has gone through [`line`].
pub fn comment(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "#\n".to_owned() } else { format!("# {line}\n") }).collect()
}

/// A YAML document, without the line of dashes.
///
/// serde_yaml quotes what YAML 1.2 takes for something else than text. Kubernetes, RKE2 and Ansible read YAML 1.1, where
/// `yes`, `1:30`, `1_000` and `2001-01-01` are no texts either: such a text is handed over under a name that is quoted
/// for certain, and put back in its place.
pub fn yaml(value: &Value) -> String {
    let mut texts = Vec::new();
    let mut out = serde_yaml::to_string(&stand_in(value, &mut texts)).unwrap_or_default();
    for (index, text) in texts.iter().enumerate() {
        out = out.replacen(&name(index), text, 1);
    }
    out
}

/// A leading `!` is quoted; the private character keeps it apart from any text of the file.
fn name(index: usize) -> String {
    format!("!{index}\u{e000}")
}

fn stand_in(value: &Value, texts: &mut Vec<String>) -> Value {
    let mut replaced = |text: &String| {
        if !is_no_text_in_yaml_1_1(text) {
            return text.clone();
        }
        texts.push(text.clone());
        name(texts.len() - 1)
    };
    match value {
        Value::String(text) => Value::String(replaced(text)),
        Value::Array(items) => items.iter().map(|item| stand_in(item, texts)).collect(),
        Value::Object(members) => {
            let mut out = serde_json::Map::new();
            for (key, value) in members {
                let key = if is_no_text_in_yaml_1_1(key) {
                    stand_in(&key.as_str().into(), texts)
                } else {
                    key.as_str().into()
                };
                out.insert(key.as_str().unwrap_or_default().to_owned(), stand_in(value, texts));
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

/// Booleans, numbers with underscores, sexagesimal numbers, dates; none of these texts needs more than quotes.
fn is_no_text_in_yaml_1_1(text: &str) -> bool {
    let word = ["y", "n", "yes", "no", "on", "off", "=", "<<"].contains(&text.to_ascii_lowercase().as_str());
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.chars().all(|c| c.is_ascii_digit() || "_:.+-TtZzEe".contains(c));
    word || (number && text.contains(|c: char| c.is_ascii_digit()))
}

/// A JSON document that ends its last line.
pub fn json(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A TOML string.
pub fn toml(text: &str) -> String {
    // JSON's escapes are TOML's, but for DEL.
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// The middle of an environment variable's name: `HARBOR_LOCAL_8443` of `harbor.local:8443`.
pub fn variable(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// Code within a line of Markdown: fenced by more backticks than the text has in a row.
pub fn code(text: &str) -> String {
    let text = line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// What ssh and Ansible take for an address, a login or a path and nothing else: no template, no range of hosts, no
/// option. None for any other text.
pub fn word_for_ssh(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-~/@+:".contains(c);
    (!text.is_empty() && !text.starts_with('-') && text.chars().all(plain)).then_some(text)
}
