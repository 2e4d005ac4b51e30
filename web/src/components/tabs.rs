use yew::prelude::*;

use super::blank::blank;
use super::explain::Explain;
use super::files::files;
use super::images::Images;
use super::menu;
use super::problems::Problems;
use super::registries::Registries;
use super::rule;
use super::sees::Sees;
use super::unread::unread;
use super::versions::Versions;
use crate::state::{Action, Page, State, TABS, Tab};

pub fn tabs(state: &State, act: &Callback<Action>) -> Html {
    let report = &state.report;
    let panel = match (state.rule, state.tab, state.later) {
        (None, Tab::Problems, later) if !report.is_blank() => {
            html! { <Problems {report} {later} hidden={state.hidden.clone()} most={state.most} metadata={state.metadata.clone()} {act} /> }
        }
        (_, _, Some(later)) => (later.panel)(state, act),
        (_, _, None) if state.later_missing => html! {
            <div class="empty">
                <p>{ "This part of the page could not be loaded." }</p>
                <p>{ menu::button("Try again", act, Action::FetchAsked) }</p>
            </div>
        },
        (_, _, None) => html! { <p class="quiet">{ "Loading" }</p> },
    };
    let current = state.tab;
    let onkeydown = {
        let act = act.clone();
        Callback::from(move |event: KeyboardEvent| {
            if current.after_key(&event.key()).is_some() {
                event.prevent_default();
                act.emit(Action::TabKey(event.key()));
            }
        })
    };
    let button = |tab: Tab| {
        let selected = tab == current;
        html! {
            <button
                type="button"
                role="tab"
                id={tab.element_id()}
                aria-selected={selected.to_string()}
                aria-controls="panel"
                tabindex={if selected { "0" } else { "-1" }}
                onclick={act.reform(move |_: MouseEvent| Action::TabChosen(tab))}
            >{ tab.title() }</button>
        }
    };
    html! {
        <section class="answers" aria-label="Answers">
            <div class="tabs" role="tablist" aria-label="Answers" {onkeydown}>{ for TABS.iter().copied().map(button) }</div>
            <div class="panel" id="panel" role="tabpanel" tabindex="0" aria-labelledby={current.element_id()}>{ panel }</div>
        </section>
    }
}

/// Every panel but the problems.
pub fn other(state: &State, act: &Callback<Action>) -> Html {
    let report = &state.settled;
    if state.rule.is_none() && state.tab != Tab::Explain && state.report.is_blank() {
        return blank(act);
    }
    let is_about_the_file = !matches!(state.tab, Tab::Problems | Tab::Explain) && state.rule.is_none();
    if let Some(span) = report.unread().filter(|_| is_about_the_file) {
        return unread(report, span, act);
    }
    match (state.rule, state.tab) {
        (Some(Page::Rule(rule)), _) => rule::page(rule, act),
        (Some(Page::All), _) => rule::all(),
        (None, Tab::Problems) => Html::default(),
        (None, Tab::Sees) => html! { <Sees {report} {act} /> },
        (None, Tab::Images) => {
            html! { <Images {report} only_needed={state.only_needed} search={state.search.clone()} {act} /> }
        }
        (None, Tab::Registries) => html! { <Registries {report} {act} /> },
        (None, Tab::Files) => files(state, act),
        (None, Tab::Versions) => {
            html! { <Versions {report} options={state.options.clone()} target={state.target.clone()} metadata={state.metadata.clone()} {act} /> }
        }
        (None, Tab::Explain) => html! { <Explain {report} log={state.log.clone()} {act} /> },
    }
}
