//! Findings as an editor shows them, without secrets.

use drydock_core::diagnostic::{Diagnostic, Severity};
use gen_lsp_types as lsp;

use super::client::Client;
use super::file::File;
use super::places::Places;

/// What these find can be deleted without any effect.
const UNNECESSARY: [&str; 2] = ["ignored-key", "unused-ignore"];

/// No `codeDescription`: the program knows of no address at which the rules' pages stand.
pub fn diagnostic(found: &Diagnostic, file: &File, places: &Places<'_>, client: &Client) -> lsp::Diagnostic {
    let related = found.related.iter().map(|label| lsp::DiagnosticRelatedInformation {
        location: lsp::Location { uri: file.uri.clone(), range: places.range(label.span) },
        message: file.secrets.hide(&label.message),
    });
    lsp::Diagnostic {
        range: places.range(found.span),
        severity: Some(match found.severity {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
            Severity::Note => lsp::DiagnosticSeverity::Information,
        }),
        code: Some(found.code.to_owned().into()),
        source: Some("drydock".to_owned()),
        message: file.secrets.hide(&message(found)).into(),
        tags: (client.tags && UNNECESSARY.contains(&found.name)).then(|| vec![lsp::DiagnosticTag::Unnecessary]),
        related_information: (client.related_places && !found.related.is_empty()).then(|| related.collect()),
        ..Default::default()
    }
}

fn message(found: &Diagnostic) -> String {
    let mut lines = vec![found.message.clone()];
    if let Some(refusal) = found.refusal.as_ref().filter(|_| found.stops_rke) {
        let what = if refusal.panic { "crashes" } else { "stops" };
        lines.push(format!("rke {what} here: {}", refusal.error));
    }
    lines.extend(found.help.as_ref().map(|help| format!("help: {help}")));
    lines.join("\n")
}
