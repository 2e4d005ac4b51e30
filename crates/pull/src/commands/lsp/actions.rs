//! The fixes of findings as code actions.

use std::collections::HashMap;

use drydock_core::diagnostic::Diagnostic;
use drydock_core::fix::{Edit, Fix, Safety};
use drydock_core::fix_all;
use drydock_core::plan::Options;
use drydock_core::text::Span;
use gen_lsp_types as lsp;
use lsp::{CodeAction, CodeActionKind, CodeActionParams, WorkspaceEdit};
use similar::{DiffTag, TextDiff};

use super::client::Client;
use super::file::File;
use super::findings::diagnostic;
use super::places::Places;

/// Ours alone can be asked for, or that of all servers by `source.fixAll`.
pub const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.drydock");

pub fn actions(params: &CodeActionParams, file: &File, client: &Client, options: &Options) -> Vec<CodeAction> {
    let places = Places::new(&file.text, client.encoding);
    let asked = Asked { params, span: places.span(params.range) };
    let mut offered = Vec::new();
    if asked.wants(&CodeActionKind::QuickFix) {
        for found in &file.diagnostics {
            let shown = diagnostic(found, file, &places, client);
            if asked.is_about(found, &shown) {
                offered.extend(fixes(found, &shown, file, &places, client));
            }
        }
    }
    if asked.wants(&FIX_ALL) {
        offered.extend(fix_everything(file, &places, client, options));
    }
    offered
}

struct Asked<'p> {
    params: &'p CodeActionParams,
    span: Span,
}

impl Asked<'_> {
    /// A kind stands for all below it.
    fn wants(&self, kind: &CodeActionKind) -> bool {
        let kind = kind.to_string();
        let covers = |asked: &CodeActionKind| {
            let asked = asked.to_string();
            asked.is_empty() || kind.strip_prefix(&asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.params.context.only.as_ref().is_none_or(|only| only.iter().any(covers))
    }

    /// At the place asked about, or among the findings the editor names: some name those of the whole line.
    fn is_about(&self, found: &Diagnostic, shown: &lsp::Diagnostic) -> bool {
        let touches = found.span.start <= self.span.end && self.span.start <= found.span.end;
        let is_shown = |named: &lsp::Diagnostic| named.range == shown.range && named.code == shown.code;
        touches || self.params.context.diagnostics.iter().any(is_shown)
    }
}

fn fixes(
    found: &Diagnostic,
    shown: &lsp::Diagnostic,
    file: &File,
    places: &Places<'_>,
    client: &Client,
) -> Vec<CodeAction> {
    let preferred = found.fixes.iter().position(|fix| fix.safety == Safety::Safe);
    let action = |(number, fix): (usize, &Fix)| CodeAction {
        title: file.secrets.hide(&fix.title) + remark(fix.safety),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![shown.clone()]),
        is_preferred: (preferred == Some(number)).then_some(true),
        edit: Some(edit(&fix.edits, file, places, client)),
        ..Default::default()
    };
    found.fixes.iter().enumerate().map(action).collect()
}

const fn remark(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "",
        Safety::Uncertain => " (may change what was meant)",
        Safety::Placeholder => " (a placeholder is to be filled in)",
    }
}

/// What `pull check --fix` does.
fn fix_everything(file: &File, places: &Places<'_>, client: &Client, options: &Options) -> Option<CodeAction> {
    let is_safe = |fix: &Fix| fix.safety == Safety::Safe;
    if !file.diagnostics.iter().any(|found| found.fixes.iter().any(is_safe)) {
        return None;
    }
    let (text, count) = fix_all(&file.text, options, |_, fix| is_safe(fix));
    let plural = if count == 1 { "" } else { "s" };
    Some(CodeAction {
        title: format!("fix all that is safe to fix: {count} problem{plural}"),
        kind: Some(FIX_ALL),
        edit: Some(edit(&differences(&file.text, &text), file, places, client)),
        ..Default::default()
    })
}

/// Line by line, so that cursor and marks in the lines between stay where they are.
fn differences(old: &str, new: &str) -> Vec<Edit> {
    let diff = TextDiff::from_lines(old, new);
    let starts: Vec<usize> = std::iter::once(0)
        .chain(diff.iter_old_slices().scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        }))
        .collect();
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    let edit = |op: &similar::DiffOp| {
        let lines = op.old_range();
        let text: String = op.new_range().filter_map(|line| diff.new_slice(line)).collect();
        Edit::replace(Span::new(starts[lines.start], starts[lines.end]), text)
    };
    changed.map(edit).collect()
}

fn edit(edits: &[Edit], file: &File, places: &Places<'_>, client: &Client) -> WorkspaceEdit {
    let edits = edits.iter().map(|edit| lsp::TextEdit { range: places.range(edit.span), new_text: edit.text.clone() });
    if client.versioned_edits {
        let text_document = lsp::OptionalVersionedTextDocumentIdentifier {
            version: Some(file.version),
            text_document_identifier: lsp::TextDocumentIdentifier { uri: file.uri.clone() },
        };
        let change = lsp::TextDocumentEdit { text_document, edits: edits.map(lsp::Edit::from).collect() };
        WorkspaceEdit { document_changes: Some(vec![change.into()]), ..Default::default() }
    } else {
        WorkspaceEdit { changes: Some(HashMap::from([(file.uri.clone(), edits.collect())])), ..Default::default() }
    }
}
