use drydock_core::image::catalogue::BUILT_IN;
use yew::prelude::*;

use crate::browser;
use crate::state::Action;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub rke: String,
    pub in_force: String,
    pub chosen: Option<String>,
    pub act: Callback<Action>,
}

/// Which Kubernetes version is answered for: the file's, or any that the release has images for.
#[component]
pub fn Versions(props: &Props) -> Html {
    let known =
        use_memo(props.rke.clone(), |rke| BUILT_IN.release(rke).map(|release| release.known()).unwrap_or_default());
    let onchange = props
        .act
        .reform(|event: Event| Action::VersionChosen(browser::value(&event).filter(|version| !version.is_empty())));
    let from_file =
        if props.chosen.is_none() { format!("{} (file)", props.in_force) } else { "from the file".to_owned() };
    let option = |version: &&'static str| {
        let selected = props.chosen.as_deref() == Some(*version);
        html! { <option key={*version} value={*version} {selected}>{ *version }</option> }
    };
    html! {
        <label class="version">
            <span>{ "Kubernetes" }</span>
            <select aria-label="Kubernetes version" {onchange}>
                <option value="" selected={props.chosen.is_none()}>{ from_file }</option>
                { for known.iter().rev().map(option) }
            </select>
        </label>
    }
}
