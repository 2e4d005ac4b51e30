use yew::prelude::*;

use crate::browser;
use crate::state::Action;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub in_force: String,
    pub chosen: Option<String>,
    pub act: Callback<Action>,
}

/// Which Kubernetes version is answered for: the file's, or any the catalogue knows.
#[component]
pub fn Versions(props: &Props) -> Html {
    let onchange = props
        .act
        .reform(|event: Event| Action::VersionChosen(browser::chosen(&event).filter(|version| !version.is_empty())));
    let from_file =
        if props.chosen.is_none() { format!("{} (file)", props.in_force) } else { "as the file says".to_owned() };
    html! {
        <label class="version">
            <span>{ "Kubernetes" }</span>
            <select aria-label="Kubernetes version" {onchange}>
                <option value="" selected={props.chosen.is_none()}>{ from_file }</option>
            </select>
        </label>
    }
}
