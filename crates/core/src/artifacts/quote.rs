//! The only escaper: text of the file becomes a word of some language here, or nowhere.

use std::fmt::Write as _;

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
pub fn yaml(value: &serde_json::Value) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}

/// A JSON document that ends its last line.
pub fn json(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// A TOML string.
pub fn toml(text: &str) -> String {
    // JSON's escapes are TOML's, but for DEL.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
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
