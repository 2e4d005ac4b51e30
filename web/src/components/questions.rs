use drydock_core::artifacts::answers::Kind;
use drydock_core::artifacts::{Generator, Question, Request};
use yew::prelude::*;

use crate::browser;
use crate::state::Action;

const YES_NO: [&str; 2] = ["yes", "no"];

/// What a file depends on beside the plan. Without an answer counts what the plan offers.
pub fn questions(generator: &'static Generator, request: &Request<'_>, act: &Callback<Action>) -> Html {
    let field = |question: &&'static Question| {
        let key = question.key;
        let value = request.text(question).unwrap_or_default();
        let onchange =
            act.reform(move |event: Event| Action::Answered { key, value: browser::value(&event).unwrap_or_default() });
        let choose = |choices: &[&'static str]| {
            let option = |choice: &&'static str| {
                html! { <option value={*choice} selected={value == *choice}>{ *choice }</option> }
            };
            html! { <select onchange={onchange.clone()}>{ for choices.iter().map(option) }</select> }
        };
        let control = match question.kind {
            Kind::Bool => choose(&YES_NO),
            Kind::Choice(choices) => choose(choices),
            Kind::Text(_) => {
                html! { <input type="text" value={value.clone()} spellcheck="false" autocomplete="off" {onchange} /> }
            }
        };
        html! { <label><span>{ question.question }</span>{ control }</label> }
    };
    html! {
        if !generator.questions.is_empty() {
            <div class="questions">{ for generator.questions.iter().map(field) }</div>
        }
    }
}
