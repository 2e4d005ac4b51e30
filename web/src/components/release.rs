use drydock_core::image::catalogue::DEFAULT_RELEASE;
use yew::prelude::*;

use crate::browser;
use crate::state::{Action, State};

/// Which release of rke answers, and for which Kubernetes version: the file's, or any that the release has images for.
pub fn release(state: &State, act: &Callback<Action>) -> Html {
    let plan = &state.report.checked.plan;
    let chosen = state.options.kubernetes_version.as_deref();
    let releases = plan.catalogue.releases().map(|release| release.name).filter(|name| *name != DEFAULT_RELEASE);
    let known = plan.catalogue.release(&plan.rke).map(|release| release.known()).unwrap_or_default();
    // Where other versions are on offer, a choice made among the ones before is none of theirs.
    let offer = format!("{} {}", plan.rke, known.join(" "));
    let from_file = match chosen {
        None => format!("{} (file)", plan.kubernetes_version),
        Some(_) => "from the file".to_owned(),
    };
    let choice = |event: Event| browser::value(&event).filter(|value| !value.is_empty());
    let on_release = act.reform(move |event: Event| Action::ReleaseChosen(choice(event)));
    let on_version = act.reform(move |event: Event| Action::VersionChosen(choice(event)));
    let option = |value: &str, selected: bool| html! { <option value={value.to_owned()} {selected}>{ value }</option> };
    let mut releases: Vec<&str> = releases.collect();
    releases.reverse();
    html! {
        <>
            <label class="version">
                <span>{ "rke" }</span>
                <select class="release" aria-label="Release of rke" onchange={on_release}>
                    <option value="" selected={state.options.rke.is_none()}>{ DEFAULT_RELEASE }</option>
                    { for releases.into_iter().map(|name| option(name, state.options.rke.as_deref() == Some(name))) }
                </select>
            </label>
            <label class="version">
                <span>{ "Kubernetes" }</span>
                <select key={offer} aria-label="Kubernetes version" onchange={on_version}>
                    <option value="" selected={chosen.is_none()}>{ from_file }</option>
                    { for known.into_iter().rev().map(|name| option(name, chosen == Some(name))) }
                </select>
            </label>
        </>
    }
}
