//! What a key means, and what may stand at a place.

use drydock_core::image::catalogue::Catalogue;
use drydock_core::schema::{Completion, Hover, complete, hover_at};
use gen_lsp_types as lsp;
use lsp::{CompletionItem, CompletionItemKind, InsertTextMode, MarkupContent, MarkupKind, Position};

use super::client::Client;
use super::places::Places;

pub fn hover(text: &str, at: Position, client: &Client) -> Option<lsp::Hover> {
    let places = Places::new(text, client.encoding);
    let (span, told) = hover_at(text, places.offset(at))?;
    Some(lsp::Hover { contents: contents(&told, client.markdown).into(), range: Some(places.range(span)) })
}

fn contents(told: &Hover, markdown: bool) -> MarkupContent {
    let title =
        if markdown { format!("**`{}`**: {}", told.key, told.ty) } else { format!("{}: {}", told.key, told.ty) };
    let paragraphs = [vec![title], told.lines()].concat();
    let (kind, gap) = if markdown { (MarkupKind::Markdown, "\n\n") } else { (MarkupKind::PlainText, "\n") };
    MarkupContent { kind, value: paragraphs.join(gap) }
}

pub fn completions(text: &str, at: Position, client: &Client, catalogue: &Catalogue) -> Vec<CompletionItem> {
    let places = Places::new(text, client.encoding);
    let offered = complete(text, places.offset(at), catalogue);
    offered
        .into_iter()
        .enumerate()
        .map(|(number, offer)| item(number, offer, &places, client.lines_as_they_are))
        .collect()
}

/// Of a block its first line alone, unless its `lines` are taken as they are: some editors would indent the others once
/// more, and Neovim 0.7 writes a NUL for the line break.
fn item(number: usize, offer: Completion<'_>, places: &Places<'_>, lines: bool) -> CompletionItem {
    let is_key = offer.text.contains(&format!("{}:", offer.label));
    let text = offer.text.split('\n').next().filter(|_| !lines).unwrap_or(&offer.text);
    let edit = lsp::TextEdit { range: places.range(offer.span), new_text: text.to_owned() };
    CompletionItem {
        label: offer.label.to_owned(),
        kind: Some(if is_key { CompletionItemKind::Property } else { CompletionItemKind::Value }),
        detail: Some(offer.detail).filter(|detail| !detail.is_empty()),
        documentation: Some(offer.meaning).filter(|meaning| !meaning.is_empty()).map(|it| it.to_owned().into()),
        // Editors sort by label where nothing is said.
        sort_text: Some(format!("{number:04}")),
        insert_text_mode: lines.then_some(InsertTextMode::AsIs),
        text_edit: Some(edit.into()),
        ..Default::default()
    }
}
