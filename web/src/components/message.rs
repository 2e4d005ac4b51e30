use yew::prelude::*;

use super::menu::button;
use super::prose::prose;
use crate::state::{Action, Status};

/// Id of the element.
pub const MESSAGE: &str = "message";

/// What the page has to say, in its one status region.
pub fn message(status: &Status, act: &Callback<Action>) -> Html {
    html! {
        <div id={MESSAGE} class={if status.shown { "said" } else { "spoken" }}>
            <p role="status">{ prose(&status.text) }</p>
            if status.undo {
                { button("Undo", act, Action::UndoAsked) }
            }
        </div>
    }
}
