use drydock_core::Outcome;
use yew::prelude::*;

use crate::report::Report;

/// What rke itself does with the file.
pub fn outcome(report: &Report) -> Html {
    let rke = &report.checked.plan.rke;
    let (words, error) = match (&report.checked.outcome, &report.checked.hostcount_error) {
        (Outcome::Refused { error, .. }, _) => (format!("rke {rke} refuses this file:"), Some(error)),
        (Outcome::Panics { error }, _) => (format!("rke {rke} crashes on this file:"), Some(error)),
        (Outcome::Accepted, Some(error)) => (format!("rke {rke} connects to the nodes, then stops:"), Some(error)),
        (Outcome::Accepted, None) => (format!("rke {rke} accepts this file."), None),
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
