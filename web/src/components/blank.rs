use yew::prelude::*;

use super::menu::button;
use crate::state::Action;

/// A text that says nothing yet.
pub fn blank(act: &Callback<Action>) -> Html {
    html! {
        <div class="empty">
            <p>{ "There is no cluster.yml here yet: paste one, drop a file on the page, or begin with one of these." }</p>
            <p class="buttons">
                { button("Start from nothing", act, Action::StartAsked) }
                { button("Open", act, Action::OpenAsked) }
                <button type="button" popovertarget="examples">{ "Examples" }</button>
            </p>
        </div>
    }
}
