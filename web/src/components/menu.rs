use yew::prelude::*;

use crate::state::Action;

/// A button that opens a list of others. The browser's own popover: it closes on Escape and outside clicks, and gives
/// the focus back.
pub fn menu(id: &'static str, name: &'static str, items: Html) -> Html {
    html! {
        <div class="menu">
            <button type="button" popovertarget={id}>{ name }</button>
            <ul {id} popover="auto" aria-label={name}>{ items }</ul>
        </div>
    }
}

/// `menu`: id of the menu, which closes.
pub fn item(
    menu: &'static str,
    title: &'static str,
    about: &'static str,
    act: &Callback<Action>,
    action: Action,
) -> Html {
    let onclick = act.reform(move |_: MouseEvent| action.clone());
    html! {
        <li>
            <button type="button" popovertarget={menu} popovertargetaction="hide" {onclick}>
                <strong>{ title }</strong>
                if !about.is_empty() {
                    { " " }<span>{ about }</span>
                }
            </button>
        </li>
    }
}

/// A plain button.
pub fn button(name: &'static str, act: &Callback<Action>, action: Action) -> Html {
    html! { <button type="button" onclick={act.reform(move |_: MouseEvent| action.clone())}>{ name }</button> }
}
