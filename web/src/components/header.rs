use yew::prelude::*;

use super::examples::examples;
use super::menu::button;
use super::release::release;
use crate::state::{Action, State};

pub fn header(state: &State, act: &Callback<Action>) -> Html {
    let toggle = act.reform(|_: MouseEvent| Action::ThemeToggled);
    let help = act.reform(|_: MouseEvent| Action::HelpAsked);
    html! {
        <header>
            <div class="name">
                <h1>{ "Drydock" }</h1>
                <p>{ "Runs in this tab. Nothing is sent. " }<button type="button" class="link" onclick={help}>{ "How to check" }</button></p>
            </div>
            <div class="tools">
                { release(state, act) }
                { examples(act) }
                { button("Open", act, Action::OpenAsked) }
                { button("Share", act, Action::ShareAsked) }
                { for state.docs.iter().map(|docs| html! { <a href={format!("{docs}index.html")}>{ "Docs" }</a> }) }
                <button type="button" class="theme" onclick={toggle} aria-label={if state.dark() { "Light theme" } else { "Dark theme" }}>
                    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" />
                        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
                    </svg>
                </button>
            </div>
        </header>
    }
}
