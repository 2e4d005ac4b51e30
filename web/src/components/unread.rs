use drydock_core::text::Span;
use yew::prelude::*;

use super::outcome::outcome;
use crate::report::Report;
use crate::state::Action;

/// In place of answers about a file that rke does not get to read.
pub fn unread(report: &Report, span: Span, act: &Callback<Action>) -> Html {
    let line = report.lines().position(span.start).line;
    let onclick = act.reform(move |_: MouseEvent| Action::Jump(span));
    html! {
        <div class="empty">
            { outcome(report) }
            <p>
                { "It reads nothing of the file until " }
                <button type="button" class="link" {onclick}>{ format!("line {line}") }</button>
                { " is mended, so there is nothing to show here yet." }
            </p>
        </div>
    }
}
