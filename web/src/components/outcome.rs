use drydock_core::Outcome;
use drydock_core::diagnostic::Severity;
use yew::prelude::*;

use crate::report::Report;

/// What rke itself does with the file.
pub fn outcome(report: &Report) -> Html {
    let rke = &report.checked.plan.rke;
    let (words, error) = match (&report.checked.outcome, &report.checked.hostcount_error) {
        (Outcome::Refused { error, .. }, _) => (format!("rke {rke} refuses this file:"), Some(error)),
        (Outcome::Panics { error }, _) => (format!("rke {rke} crashes on this file:"), Some(error)),
        (Outcome::Accepted, Some(error)) => (format!("rke {rke} connects to the nodes, then stops:"), Some(error)),
        (Outcome::Accepted, None) => (format!("rke {rke} accepts this file{}.", but(report)), None),
    };
    html! {
        <p class="outcome">
            { words }
            if let Some(error) = error {
                { " " }<code>{ error }</code>
            }
        </p>
    }
}

/// What rke says nothing about: else "accepts" beside an error would puzzle.
fn but(report: &Report) -> String {
    match (report.of(Severity::Error), report.dropped_keys()) {
        (0, _) => String::new(),
        (1, 1) => ", but ignores 1 key".to_owned(),
        (errors, dropped) if errors == dropped => format!(", but ignores {dropped} keys"),
        (1, _) => ", but says nothing of 1 error".to_owned(),
        (errors, _) => format!(", but says nothing of {errors} errors"),
    }
}
