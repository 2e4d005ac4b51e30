use yew::prelude::*;

use super::menu::{button, menu};
use super::release::release;
use crate::state::{Action, State};
use crate::words::metadata;

/// Where it is narrow the settings are behind a button of their own; `index.html` holds the same until the program
/// arrives.
pub fn header(state: &State, act: &Callback<Action>) -> Html {
    let toggle = act.reform(|_: MouseEvent| Action::ThemeToggled);
    let help = act.reform(|_: MouseEvent| Action::HelpAsked);
    html! {
        <header>
            <h1>{ "Drydock" }</h1>
            <p class="promise">{ "Runs in this tab. Nothing is sent. " }<button type="button" class="link" onclick={help}>{ "How to check" }</button></p>
            <div class="tools">
                { menu("examples", "Examples", state.later.map_or_else(Html::default, |later| (later.examples)(act))) }
                { button("Open", act, Action::OpenAsked) }
                { button("Share", act, Action::ShareAsked) }
                <button type="button" class="icon-only settings-button" popovertarget="settings" aria-label="Settings">{ "⋯" }</button>
                <div class="settings" id="settings" popover="auto">
                    { release(state, act) }
                    <span class="quiet data">{ metadata(&state.report.checked.plan, state.metadata.as_deref()) }</span>
                    { for state.docs.iter().map(|docs| html! { <a href={format!("{docs}index.html")}>{ "Docs" }</a> }) }
                    <button type="button" class="icon-only" onclick={toggle} aria-label={if state.dark() { "Light theme" } else { "Dark theme" }}>
                        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                            <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" />
                            <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
                        </svg>
                    </button>
                </div>
            </div>
        </header>
    }
}
