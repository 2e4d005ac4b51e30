//! Severities as shapes, so that colour is never the only sign.

use drydock_core::diagnostic::Severity;
use yew::prelude::*;

/// As a sentence begins: "Error".
pub const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    }
}

pub fn icon(severity: Severity) -> Html {
    let shape = match severity {
        Severity::Error => html! { <circle cx="8" cy="8" r="6" /> },
        Severity::Warning => html! { <path d="M8 1.5 15 14H1z" /> },
        Severity::Note => html! { <rect x="2.5" y="2.5" width="11" height="11" rx="1.5" /> },
    };
    html! {
        <svg class={classes!("icon", severity.name())} viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
            { shape }
        </svg>
    }
}
