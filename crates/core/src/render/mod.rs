//! Findings and answers as text and objects for people and programs.
//!
//! Architecture invariant: the terminal, the page and the JavaScript package show the same objects;
//! what is particular to a terminal (colours, widths) lives in the binary.

pub mod explain;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod images;
pub mod json;
pub mod redact;
pub mod rule;
pub mod sarif;
pub mod stand_ins;

use crate::diagnostic::{Diagnostic, Severity};

/// `2 errors, 1 warning`; empty where nothing was found.
pub fn summary<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> String {
    let mut counts = [(Severity::Error, 0), (Severity::Warning, 0), (Severity::Note, 0)];
    for diagnostic in diagnostics {
        if let Some((_, count)) = counts.iter_mut().find(|(severity, _)| *severity == diagnostic.severity) {
            *count += 1;
        }
    }
    let parts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {}{}", severity.name(), if *count == 1 { "" } else { "s" }))
        .collect();
    parts.join(", ")
}
