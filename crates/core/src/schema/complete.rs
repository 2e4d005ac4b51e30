//! What may stand at a place of the text. By indentation alone: while somebody types, the text is rarely YAML.

use super::assist::{self, type_at};
use super::{Kind, Schema, Struct};
use crate::image::catalogue::{Catalogue, DEFAULT_RELEASE};
use crate::text::{Span, floor_char_boundary};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion<'c> {
    /// What is offered.
    pub label: &'c str,
    /// What of the text it replaces.
    pub span: Span,
    /// What to write; blocks begin on the next line.
    pub text: String,
    /// Type and default, for the margin.
    pub detail: String,
    pub meaning: &'static str,
}

const RANCHER: &str = "rancher_kubernetes_engine_config";

/// Keys or values for the place at `offset`, versions of Kubernetes out of the catalogue; nothing where there is nothing
/// to choose.
pub fn complete<'c>(text: &str, offset: usize, catalogue: &'c Catalogue) -> Vec<Completion<'c>> {
    let offset = floor_char_boundary(text, offset);
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = Line::read(&text[start..offset]);
    if text[start..offset].contains('#') {
        return Vec::new();
    }
    let mut steps = parents(&text[..start], &line);
    steps.extend(line.dashes.iter().map(|_| ""));
    if steps.first() == Some(&RANCHER) {
        steps.remove(0);
    }
    match line.key {
        Some(key) => {
            steps.push(key);
            values(&steps, line.rest, offset, catalogue)
        }
        None => match type_at(&steps).map(|ty| &ty.kind) {
            Some(Kind::Struct(index)) => {
                let taken = siblings(text, start, &line);
                keys(Schema::get().structure(*index), &taken, &line, offset)
            }
            Some(_) => values(&steps, line.rest, offset, catalogue),
            None => Vec::new(),
        },
    }
}

/// One line taken apart: dashes, then a key with its colon, then the rest.
struct Line<'t> {
    /// Columns of the dashes.
    dashes: Vec<usize>,
    /// Column of what stands behind them.
    column: usize,
    key: Option<&'t str>,
    rest: &'t str,
}

impl<'t> Line<'t> {
    fn read(text: &'t str) -> Self {
        let mut column = text.len() - text.trim_start_matches(' ').len();
        let mut dashes = Vec::new();
        while let Some(behind) = text[column..].strip_prefix('-').filter(|b| b.is_empty() || b.starts_with(' ')) {
            dashes.push(column);
            column += 1 + behind.len() - behind.trim_start_matches(' ').len();
        }
        let content = &text[column..];
        let colon = content.find(": ").or_else(|| content.trim_end().strip_suffix(':').map(str::len));
        match colon {
            Some(at) => {
                let key = content[..at].trim_matches(['"', '\'']);
                Self { dashes, column, key: Some(key), rest: content[at + 1..].trim_start() }
            }
            None => Self { dashes, column, key: None, rest: content },
        }
    }
}

/// The keys above a line, from the root; an empty step stands for an item of a list.
fn parents<'t>(above: &'t str, line: &Line<'_>) -> Vec<&'t str> {
    let mut steps = Vec::new();
    let mut column = line.dashes.first().copied().unwrap_or(line.column);
    // A list may stand in the column of its key.
    let mut in_list = !line.dashes.is_empty();
    for text in above.lines().rev() {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let before = Line::read(text);
        let is_parent = before.column < column || in_list && before.column == column;
        if let Some(key) = before.key.filter(|_| is_parent && before.rest.is_empty()) {
            steps.push(key);
            (column, in_list) = (before.column, false);
        }
        for dash in before.dashes.into_iter().rev() {
            if dash < column {
                steps.push("");
                (column, in_list) = (dash, true);
            }
        }
    }
    steps.reverse();
    steps
}

/// Keys that the block of the line already has.
fn siblings<'t>(text: &'t str, start: usize, line: &Line<'_>) -> Vec<&'t str> {
    let of_block = |text: &'t str| {
        let before = Line::read(text);
        let blank = text.trim().is_empty() || text.trim_start().starts_with('#');
        let outside = !blank && before.dashes.first().copied().unwrap_or(before.column) < line.column;
        (before, blank, outside)
    };
    let mut taken = Vec::new();
    let mut collect = |(before, blank, outside): (Line<'t>, bool, bool)| {
        if !blank && before.column == line.column {
            taken.extend(before.key);
        }
        // The line with the dash is the block's first.
        !outside
    };
    if line.dashes.is_empty() {
        let _ = text[..start].lines().rev().map(of_block).all(&mut collect);
    }
    let after = text[start..].lines().skip(1).map(of_block);
    let _ = after.take_while(|(before, ..)| before.dashes.is_empty()).all(&mut collect);
    taken
}

fn keys(structure: &'static Struct, taken: &[&str], line: &Line<'_>, offset: usize) -> Vec<Completion<'static>> {
    let typed = line.rest.trim_end();
    let span = Span::new(offset - line.rest.len(), offset);
    let fits = |key: &&super::Key| key.name.starts_with(typed) && !taken.contains(&key.name) && !key.ignored;
    let below = " ".repeat(line.column + 2);
    let offered = structure.keys.iter().filter(fits).map(|key| {
        let told = assist::of(structure, key);
        let text = match &key.ty.kind {
            Kind::Struct(_) | Kind::Map(_) => format!("{}:\n{below}", key.name),
            Kind::List(_) => format!("{}:\n{}- ", key.name, " ".repeat(line.column)),
            _ => format!("{}: ", key.name),
        };
        let default = told.default.map_or(String::new(), |default| format!(", default {default}"));
        Completion { label: key.name, span, text, detail: format!("{}{default}", told.ty), meaning: told.meaning }
    });
    offered.collect()
}

fn values<'c>(steps: &[&str], typed: &str, offset: usize, catalogue: &'c Catalogue) -> Vec<Completion<'c>> {
    let (Some((structure, key)), Some(ty)) = (assist::walk(steps), type_at(steps)) else { return Vec::new() };
    let span = Span::new(offset - typed.len(), offset);
    let labels: Vec<&'c str> = match &ty.kind {
        Kind::Bool => vec!["true", "false"],
        Kind::Text if key.name == "kubernetes_version" => versions(catalogue),
        Kind::Text => {
            key.values.iter().chain(&key.defaults.iter().map(|p| p.value).collect::<Vec<_>>()).copied().collect()
        }
        Kind::Int { .. } | Kind::Float => key.defaults.iter().map(|preset| preset.value).collect(),
        _ => Vec::new(),
    };
    let default = key.default(None);
    let mut offered: Vec<Completion<'c>> = Vec::new();
    for label in labels.into_iter().filter(|label| label.starts_with(typed)) {
        if offered.iter().all(|other| other.label != label) {
            let detail = if default == Some(label) { "default" } else { "" }.to_owned();
            let meaning = super::meaning(structure.name, key.name).unwrap_or_default();
            offered.push(Completion { label, span, text: label.to_owned(), detail, meaning });
        }
    }
    offered
}

/// What the newest release offers, newest first.
fn versions(catalogue: &Catalogue) -> Vec<&str> {
    let offered = catalogue.release(DEFAULT_RELEASE).map(|release| release.offered()).unwrap_or_default();
    offered.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::catalogue::BUILT_IN;

    /// `|` is the cursor.
    fn labels(text: &str) -> Vec<&'static str> {
        let offset = text.find('|').unwrap();
        complete(&text.replacen('|', "", 1), offset, &BUILT_IN).into_iter().map(|c| c.label).collect()
    }

    #[test]
    fn keys_of_the_block_that_are_not_yet_there() {
        assert_eq!(labels("private_registries:\n- url: a\n  us|\n"), ["user"]);
        assert_eq!(
            labels("private_registries:\n  - url: a\n    user: b\n    |\n    password: c\n"),
            ["is_default", "ecr_credential_plugin"]
        );
        assert_eq!(labels("nodes:\n- address: a\n- po|"), ["port"]);
        assert_eq!(labels("services:\n  kubelet:\n    # why\n\n    fail|"), ["fail_swap_on"]);
        assert_eq!(labels("netw|"), ["network"]);
        assert_eq!(labels("network:\n  plugin: canal\nnetw|"), Vec::<&str>::new());
        assert_eq!(labels("rancher_kubernetes_engine_config:\n  dn|"), ["dns"]);
        assert_eq!(labels("    dns:\n      provi|"), ["provider"]);
        assert_eq!(labels("nope:\n  a|"), Vec::<&str>::new());
    }

    #[test]
    fn values_where_there_is_a_choice() {
        assert_eq!(labels("network:\n  plugin: ca|"), ["canal", "calico"]);
        assert_eq!(labels("private_registries:\n- is_default: |"), ["true", "false"]);
        assert_eq!(labels("nodes:\n- role:\n  - e|"), ["etcd"]);
        assert_eq!(labels("nodes:\n- role:\n    - c|"), ["controlplane"]);
        assert_eq!(labels("kubernetes_version: v1.30|"), ["v1.30.5-rancher1-1"]);
        assert_eq!(labels("cluster_name: |"), ["local"]);
        assert_eq!(labels("nodes:\n- address: |"), Vec::<&str>::new());
        assert_eq!(labels("network: # |"), Vec::<&str>::new());
    }

    #[test]
    fn versions_are_those_of_the_metadata_in_use() {
        let data = r#"{"K8sVersionRKESystemImages": {"v1.33.1-rancher1-1": {"etcd": "e:1"}}}"#;
        let catalogue = Catalogue::read(data).unwrap();
        let text = "kubernetes_version: ";
        let offered = complete(text, text.len(), &catalogue);
        assert_eq!(offered.iter().map(|c| c.label).collect::<Vec<_>>(), ["v1.33.1-rancher1-1"]);
    }

    #[test]
    fn blocks_begin_on_the_next_line() {
        let text = "services:\n  kub";
        let offered = complete(text, text.len(), &BUILT_IN);
        let kubelet = offered.iter().find(|c| c.label == "kubelet").unwrap();
        assert_eq!((kubelet.text.as_str(), &text[kubelet.span.range()]), ("kubelet:\n    ", "kub"));
        let nodes = complete("nod", 3, &BUILT_IN);
        assert_eq!(nodes[0].text, "nodes:\n- ");
    }
}
