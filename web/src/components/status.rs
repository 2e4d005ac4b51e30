use yew::prelude::*;

use super::menu::button;
use crate::editor::HINT;
use crate::state::{Action, State};

/// The line under the editor. Not announced: the page's one status region speaks once typing has paused.
pub fn status(state: &State, milliseconds: f64, act: &Callback<Action>) -> Html {
    // The first check starts cold: its time says nothing about the next. Some browsers keep a coarse clock.
    let taken = if milliseconds < 0.1 { "in under 1 ms".to_owned() } else { format!("in {milliseconds:.1} ms") };
    let other = if state.plain { "Code editor" } else { "Plain text" };
    html! {
        <div class="bar">
            <span class="count">{ state.report.count() }</span>
            if state.report.revision > 0 {
                <span class="quiet aside">{ taken }</span>
            }
            <span class="quiet keys" id={HINT}>{ "F8: next problem. Tab leaves." }</span>
            <span class="own">
                { button(other, act, Action::PlainToggled) }
                { button("Save", act, Action::SaveAsked) }
                <button type="button" aria-label="Keys" onclick={act.reform(|_: MouseEvent| Action::HelpAsked)}>{ "?" }</button>
            </span>
        </div>
    }
}
