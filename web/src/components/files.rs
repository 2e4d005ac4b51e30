use std::rc::Rc;

use drydock_core::artifacts::{Answers, Artifact, GENERATORS, Generator, Request};
use yew::prelude::*;

use super::prose::prose;
use super::questions::questions;
use crate::report::Report;
use crate::state::Action;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    /// By id; the first one without.
    pub chosen: Option<&'static str>,
    pub answers: Rc<Answers>,
    pub act: Callback<Action>,
}

/// Files written from the plan, one at a time.
#[component]
pub fn Files(props: &Props) -> Html {
    let Props { report, chosen, answers, act } = props;
    let chosen = GENERATORS.iter().find(|generator| Some(generator.id) == *chosen).or(GENERATORS.first());
    let Some(&chosen) = chosen else {
        return Html::default();
    };
    let plan = &report.checked.plan;
    let artifact = chosen.artifact(plan, answers);
    let choice = |generator: &&'static Generator| {
        let id = generator.id;
        let current = (id == chosen.id).then_some("true");
        html! {
            <li>
                <button type="button" aria-current={current} onclick={act.reform(move |_: MouseEvent| Action::FileChosen(id))}>
                    { generator.title }
                </button>
            </li>
        }
    };
    html! {
        <>
            <ul class="choices" aria-label="Files">{ for GENERATORS.iter().map(choice) }</ul>
            { questions(chosen, &Request { plan, answers }, act) }
            {
                match &artifact {
                    Ok(artifact) => written(chosen, artifact, act),
                    Err(reason) => html! { <p class="why">{ prose(reason) }</p> },
                }
            }
        </>
    }
}

fn written(generator: &'static Generator, artifact: &Artifact, act: &Callback<Action>) -> Html {
    let text = &artifact.text;
    let copy = {
        let text = text.clone();
        act.reform(move |_: MouseEvent| Action::Copy { what: generator.file.to_owned(), text: text.clone() })
    };
    let download = {
        let text = text.clone();
        act.reform(move |_: MouseEvent| Action::Download { name: generator.file.to_owned(), text: text.clone() })
    };
    html! {
        <>
            <div class="head">
                <h2>{ generator.file }</h2>
                <button type="button" onclick={copy}>{ "Copy" }</button>
                <button type="button" class="main" onclick={download}>{ "Download" }</button>
            </div>
            <p class="why">{ prose(&artifact.why) }</p>
            <ul class="needs" aria-label="Needs from you">
                { for artifact.needs.iter().map(|need| html! { <li>{ prose(need) }</li> }) }
            </ul>
            <pre tabindex="0" aria-label={generator.file} role="region"><code>{ text.clone() }</code></pre>
        </>
    }
}
