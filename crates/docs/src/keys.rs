//! The reference of all keys of cluster.yml, from the core's table: a page for each block at the top level.

use std::fmt::Write;

use drydock_core::schema::{Key, Kind, Schema, Secret, Struct, Type, hover};

use crate::Source;

pub fn sources() -> Vec<Source> {
    let Kind::Struct(root) = Schema::get().root().kind else { return Vec::new() };
    let root = Schema::get().structure(root);
    let mut sources = vec![Source { path: "keys/index.md".to_owned(), markdown: index(root), generated: true }];
    for key in &root.keys {
        let Some((below, structure)) = inside(key.name, &key.ty) else { continue };
        let mut page = format!("# `{}`\n\n{}\n", key.name, told(key.name).0);
        block(&mut page, &below, structure);
        page.push_str("\n[All keys](index.md)\n");
        sources.push(Source { path: format!("keys/{}.md", key.name), markdown: page, generated: true });
    }
    sources
}

fn index(root: &Struct) -> String {
    let mut page = "# Keys of cluster.yml\n\nAll keys that rke v1.6.3 decodes. A key that is not here is dropped \
                    without a word, with everything below it. Values that stand under another spelling are lost in \
                    the same way: the names are exact, lower case and underscores included.\n"
        .to_owned();
    table(&mut page, "", root);
    page
}

/// The block below a key, through lists and maps, with the path its keys have: `nodes[]`.
fn inside(path: &str, ty: &Type) -> Option<(String, &'static Struct)> {
    match &ty.kind {
        Kind::Struct(index) => {
            let structure = Schema::get().structure(*index);
            (!structure.again).then(|| (path.to_owned(), structure))
        }
        Kind::List(item) => inside(&format!("{path}[]"), item),
        Kind::Map(item) => inside(&format!("{path}.{{}}"), item),
        _ => None,
    }
}

fn block(page: &mut String, path: &str, structure: &'static Struct) {
    // Writing to a String cannot fail.
    let _ = write!(page, "\n## `{path}`\n");
    table(page, &format!("{path}."), structure);
    for key in &structure.keys {
        if let Some((below, structure)) = inside(&format!("{path}.{}", key.name), &key.ty) {
            block(page, &below, structure);
        }
    }
}

fn table(page: &mut String, prefix: &str, structure: &Struct) {
    page.push_str("\n| key | value | meaning |\n|---|---|---|\n");
    for key in &structure.keys {
        let path = format!("{prefix}{}", key.name);
        let (meaning, ty) = told(&path);
        let name = match inside(key.name, &key.ty) {
            Some(_) if prefix.is_empty() => format!("[`{0}`]({0}.md)", key.name),
            Some((below, _)) => format!("[`{}`](#{})", key.name, crate::markdown::slug(&format!("{prefix}{below}"))),
            None => format!("`{}`", key.name),
        };
        let anchor = crate::markdown::slug(&path);
        let _ = writeln!(page, "| <span id=\"key-{anchor}\"></span>{name} | {ty} | {meaning}{} |", notes(key, &path));
    }
}

/// Meaning and type of the key under a path.
fn told(path: &str) -> (&'static str, String) {
    hover(path).map(|told| (told.meaning, told.ty)).unwrap_or_default()
}

fn notes(key: &Key, path: &str) -> String {
    let mut notes = String::new();
    let default = hover(path).and_then(|told| told.default);
    if let Some(default) = default {
        let _ = write!(notes, " Default: `{}`.", default.replace('|', "\\|"));
    }
    if !key.values.is_empty() {
        let values: Vec<_> = key.values.iter().map(|value| format!("`{value}`")).collect();
        let lead = if key.values_checked { "One of" } else { "Known values:" };
        let _ = write!(notes, " {lead} {}.", values.join(", "));
    }
    if key.ignored {
        notes.push_str(" **No effect**: rke decodes it and makes no use of it.");
    }
    if key.secret == Secret::Yes {
        notes.push_str(" Secret.");
    }
    if key.since != "v0.1.0" {
        let _ = write!(notes, " Since rke {}.", key.since);
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tolerations stand in it four times, as in the core's own count.
    #[test]
    fn all_556_keys_are_there_and_each_has_a_meaning() {
        let pages = sources();
        let rows: Vec<_> = pages.iter().flat_map(|page| page.markdown.lines()).collect();
        let rows: Vec<_> = rows.iter().filter(|line| line.starts_with("| <span")).collect();
        assert_eq!(rows.len(), 556);
        assert!(!rows.iter().any(|row| row.contains("|  |")), "a key without type or meaning");
        let text: String = pages.iter().map(|page| page.markdown.as_str()).collect();
        assert!(text.contains("id=\"key-private_registries-ecr_credential_plugin-aws_access_key_id\""));
    }
}
