use drydock_core::diagnostic::Severity;
use yew::prelude::*;

use super::icon::icon;
use super::menu::{item, menu};
use crate::report::Report;
use crate::state::{Action, Export};
use crate::words::plural;

/// Which severities are listed, and the list to take away.
pub fn filters(report: &Report, hidden: &[Severity], act: &Callback<Action>) -> Html {
    let filter = |severity: Severity| {
        let count = report.of(severity);
        let onclick = act.reform(move |_: MouseEvent| Action::SeverityToggled(severity));
        let pressed = !hidden.contains(&severity);
        html! {
            if count > 0 {
                <button type="button" class="filter" aria-pressed={pressed.to_string()} {onclick}>
                    { icon(severity) }{ " " }{ plural(count, severity.name()) }
                </button>
            }
        }
    };
    let export = |menu, title, export| item(menu, title, "", act, Action::Export(export));
    html! {
        <div class="tools">
            <span class="filters" role="group" aria-label="Shown">
                { for [Severity::Error, Severity::Warning, Severity::Note].into_iter().map(filter) }
            </span>
            { menu("copy", "Copy", html! {
                <>
                    { export("copy", "as Markdown", Export::Markdown) }
                    { export("copy", "as a pull command", Export::Command) }
                </>
            }) }
            { menu("download", "Download", html! {
                <>
                    { export("download", "as JSON", Export::Json) }
                    { export("download", "as SARIF", Export::Sarif) }
                </>
            }) }
            <a href="#rules">{ "All rules" }</a>
        </div>
    }
}
