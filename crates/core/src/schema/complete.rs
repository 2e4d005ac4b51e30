//! What may stand at a place of the text. By indentation and brackets alone: while somebody types, the text is rarely
//! YAML.

mod block;
mod flow;

use super::assist::{self, type_at};
use super::{Key, Kind, Schema, Struct};
use crate::image::catalogue::{Catalogue, DEFAULT_RELEASE};
use crate::text::{Span, floor_char_boundary, line_start};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion<'c> {
    /// What is offered.
    pub label: &'c str,
    /// What of the text it replaces: the word at the place, also what of it stands behind the place.
    pub span: Span,
    /// What to write; blocks begin on the next line.
    pub text: String,
    /// Type and default, for the margin.
    pub detail: String,
    pub meaning: &'static str,
}

/// Begins another item of a list.
const ITEM: &str = "- ";
const RANCHER: &str = "rancher_kubernetes_engine_config";

/// Where something may stand.
struct Place<'t> {
    /// Keys from the root down; an empty step stands for an item of a list.
    steps: Vec<&'t str>,
    /// What is written of it so far.
    typed: &'t str,
    /// Keys of the same block, items of the same list.
    taken: Vec<&'t str>,
    /// A key and its colon stand before it.
    behind_key: bool,
    style: Style,
}

#[derive(Clone, Copy)]
enum Style {
    /// Between brackets.
    Flow,
    /// `glued`: right behind a dash.
    Block { column: usize, glued: bool },
}

/// Keys or values for the place at `offset`, in the order to show them: keys as rke has them, versions of Kubernetes out
/// of the catalogue, newest first. Nothing where there is nothing to choose.
pub fn complete<'c>(text: &str, offset: usize, catalogue: &'c Catalogue) -> Vec<Completion<'c>> {
    let offset = floor_char_boundary(text, offset);
    let start = line_start(text, offset);
    if in_comment(&text[start..offset]) {
        return Vec::new();
    }
    let places = flow::place(text, offset).map_or_else(|| block::places(text, start, offset), |place| vec![place]);
    places.into_iter().flat_map(|place| offers(place, Word::at(text, offset), catalogue)).collect()
}

/// The word around a place.
struct Word {
    offset: usize,
    end: usize,
    /// A colon follows: it is a key already.
    is_key: bool,
}

impl Word {
    fn at(text: &str, offset: usize) -> Self {
        let behind = text[offset..].trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let colon = behind.trim_start_matches(' ').strip_prefix(':');
        let is_key = colon.is_some_and(|value| value.is_empty() || value.starts_with([' ', '\n', '\r']));
        Self { offset, end: text.len() - behind.len(), is_key }
    }

    fn span(&self, typed: &str) -> Span {
        Span::new(self.offset - typed.len(), self.end)
    }
}

fn offers<'c>(mut place: Place<'_>, word: Word, catalogue: &'c Catalogue) -> Vec<Completion<'c>> {
    if place.steps.first() == Some(&RANCHER) {
        place.steps.remove(0);
    }
    match type_at(&place.steps).map(|ty| &ty.kind) {
        Some(Kind::Struct(index)) if !place.behind_key => keys(Schema::get().structure(*index), &place, &word),
        Some(Kind::List(item)) if !place.behind_key => items(&place, &item.kind, &word, catalogue),
        Some(kind) => values(&place, kind, &word, catalogue),
        None => Vec::new(),
    }
}

fn keys(structure: &'static Struct, place: &Place<'_>, word: &Word) -> Vec<Completion<'static>> {
    let typed = place.typed.trim_end();
    let fits = |key: &&Key| key.name.starts_with(typed) && !place.taken.contains(&key.name) && !key.ignored;
    let offered = structure.keys.iter().filter(fits).map(|key| {
        let told = assist::of(structure, key);
        let behind = match (&key.ty.kind, place.style) {
            _ if word.is_key => String::new(),
            (Kind::Struct(_) | Kind::Map(_), Style::Block { column, .. }) => format!(":\n{}", " ".repeat(column + 2)),
            (Kind::List(_), Style::Block { column, .. }) => format!(":\n{}{ITEM}", " ".repeat(column)),
            _ => ": ".to_owned(),
        };
        let text = format!("{}{}{behind}", place.style.gap(), key.name);
        let default = told.default.map_or(String::new(), |default| format!(", default {default}"));
        let detail = format!("{}{default}", told.ty);
        Completion { label: key.name, span: word.span(place.typed), text, detail, meaning: told.meaning }
    });
    offered.collect()
}

/// Where a list has no dash yet: its items with their dashes.
fn items<'c>(place: &Place<'_>, item: &Kind, word: &Word, catalogue: &'c Catalogue) -> Vec<Completion<'c>> {
    let mut offered = values(place, item, word, catalogue);
    if matches!(place.style, Style::Flow) {
        return Vec::new();
    }
    for offer in &mut offered {
        offer.text.insert_str(0, ITEM);
    }
    if let Some((structure, key)) = assist::walk(&place.steps)
        && offered.is_empty()
        && place.typed.is_empty()
    {
        let meaning = super::meaning(structure.name, key.name).unwrap_or_default();
        let detail = format!("item of {}", key.name);
        offered.push(Completion { label: ITEM, span: word.span(""), text: ITEM.to_owned(), detail, meaning });
    }
    offered
}

fn values<'c>(place: &Place<'_>, kind: &Kind, word: &Word, catalogue: &'c Catalogue) -> Vec<Completion<'c>> {
    let Some((structure, key)) = assist::walk(&place.steps) else { return Vec::new() };
    let presets = key.defaults.iter().map(|preset| preset.value);
    let labels: Vec<&'c str> = match kind {
        Kind::Bool => vec!["true", "false"],
        Kind::Text if key.name == "kubernetes_version" => versions(catalogue),
        Kind::Text => key.values.iter().copied().chain(presets).collect(),
        Kind::Int { .. } | Kind::Float => presets.collect(),
        _ => Vec::new(),
    };
    let default = key.default(None);
    let mut offered: Vec<Completion<'c>> = Vec::new();
    for label in labels.into_iter().filter(|label| label.starts_with(place.typed) && !place.taken.contains(label)) {
        if offered.iter().all(|other| other.label != label) {
            let detail = if default == Some(label) { "default" } else { "" }.to_owned();
            let meaning = super::meaning(structure.name, key.name).unwrap_or_default();
            let text = format!("{}{label}", place.style.gap());
            offered.push(Completion { label, span: word.span(place.typed), text, detail, meaning });
        }
    }
    offered
}

impl Style {
    /// A dash is one only before a blank.
    fn gap(self) -> &'static str {
        if matches!(self, Self::Block { glued: true, .. }) { " " } else { "" }
    }
}

/// What the newest release offers, newest first.
fn versions(catalogue: &Catalogue) -> Vec<&str> {
    let offered = catalogue.release(DEFAULT_RELEASE).map(|release| release.offered()).unwrap_or_default();
    offered.into_iter().rev().collect()
}

fn in_comment(line: &str) -> bool {
    line.match_indices('#').any(|(at, _)| line[..at].is_empty() || line[..at].ends_with([' ', '\t']))
}

/// A key and what stands behind its colon.
fn split_key(content: &str) -> Option<(&str, &str)> {
    let colon = content.find(": ").or_else(|| content.trim_end().strip_suffix(':').map(str::len))?;
    Some((content[..colon].trim_matches(['"', '\'']), content[colon + 1..].trim_start()))
}

#[cfg(test)]
mod tests;
