use yew::prelude::*;

use super::examples::Examples;
use super::versions::Versions;
use crate::state::Action;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub rke: String,
    /// The Kubernetes version that is answered for.
    pub in_force: String,
    pub chosen: Option<String>,
    pub dark: bool,
    pub act: Callback<Action>,
}

#[component]
pub fn Header(props: &Props) -> Html {
    let open = props.act.reform(|_: MouseEvent| Action::OpenAsked);
    let toggle = props.act.reform(|_: MouseEvent| Action::ThemeToggled);
    html! {
        <header>
            <div class="name">
                <h1>{ "Drydock" }</h1>
                <p>{ "Runs in this tab. Nothing is sent." }</p>
            </div>
            <div class="tools">
                <span class="release" title="the release of rke that is answered for">{ format!("rke {}", props.rke) }</span>
                <Versions rke={props.rke.clone()} in_force={props.in_force.clone()} chosen={props.chosen.clone()} act={props.act.clone()} />
                <Examples act={props.act.clone()} />
                <button type="button" onclick={open}>{ "Open" }</button>
                <button type="button" class="theme" onclick={toggle} aria-label={if props.dark { "Light theme" } else { "Dark theme" }}>
                    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" />
                        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
                    </svg>
                </button>
            </div>
        </header>
    }
}
