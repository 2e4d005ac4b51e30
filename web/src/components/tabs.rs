use std::rc::Rc;

use drydock_core::artifacts::Answers;
use yew::prelude::*;

use super::files::Files;
use super::images::Images;
use super::problems::Problems;
use super::registries::Registries;
use crate::report::Report;
use crate::state::{Action, TABS, Tab};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub tab: Tab,
    pub only_needed: bool,
    pub file: Option<&'static str>,
    pub answers: Rc<Answers>,
    pub act: Callback<Action>,
}

#[component]
pub fn Tabs(props: &Props) -> Html {
    let Props { report, tab, only_needed, file, answers, act } = props;
    let panel = match tab {
        Tab::Problems => html! { <Problems {report} {act} /> },
        Tab::Images => html! { <Images {report} only_needed={*only_needed} {act} /> },
        Tab::Registries => html! { <Registries {report} {act} /> },
        Tab::Files => html! { <Files {report} chosen={*file} {answers} {act} /> },
    };
    let current = *tab;
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
