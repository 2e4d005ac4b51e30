use drydock_core::artifacts::{Artifact, Family, GENERATORS, Generator, Request, find};
use yew::prelude::*;

use super::prose::prose;
use super::questions::questions;
use crate::state::{Action, State, Written};

const FAMILIES: [Family; 4] = [Family::Ecr, Family::AirGap, Family::Nodes, Family::Rke2];

/// Files written from the plan, one at a time.
pub fn files(state: &State, act: &Callback<Action>) -> Html {
    let Some(written) = state.written.as_ref() else { return Html::default() };
    let Some(chosen) = find(written.id) else { return Html::default() };
    let request = Request { plan: &state.settled.checked.plan, answers: &state.answers };
    let (apply, others): (Vec<_>, Vec<_>) =
        GENERATORS.iter().copied().map(|g| (g, (g.applies)(&request))).partition(|(_, applies)| applies.is_ok());
    let choice = |generator: &'static Generator| {
        let id = generator.id;
        let current = (id == chosen.id).then_some("true");
        let onclick = act.reform(move |_: MouseEvent| Action::FileChosen(id));
        html! { <button type="button" aria-current={current} {onclick}>{ generator.title }</button> }
    };
    let family = |family: Family| {
        let of_family = apply.iter().filter(|(generator, _)| generator.family == family);
        let mut of_family = of_family.map(|(generator, _)| html! { <li>{ choice(generator) }</li> }).peekable();
        html! {
            if of_family.peek().is_some() {
                <li>
                    <span class="family">{ family.title() }</span>
                    <ul class="choices" aria-label={family.title()}>{ for of_family }</ul>
                </li>
            }
        }
    };
    let other = |(generator, reason): &(&'static Generator, Result<(), String>)| {
        let reason = reason.as_ref().err().map_or("", String::as_str);
        html! { <li>{ choice(generator) }<span class="quiet">{ prose(reason) }</span></li> }
    };
    html! {
        <div class="files">
            <div class="families">
                <ul aria-label="Files">{ for FAMILIES.into_iter().map(family) }</ul>
                if !others.is_empty() {
                    <details>
                        <summary>{ format!("{} not for this file", others.len()) }</summary>
                        <ul class="others">{ for others.iter().map(other) }</ul>
                    </details>
                }
            </div>
            <div class="file">
                { questions(chosen, &request, act) }
                {
                    match &written.outcome {
                        Ok(artifact) => file(chosen, artifact, written, act),
                        Err(reason) => html! { <p class="why reason">{ prose(reason) }</p> },
                    }
                }
            </div>
        </div>
    }
}

fn file(generator: &'static Generator, artifact: &Artifact, written: &Written, act: &Callback<Action>) -> Html {
    let name = generator.file;
    let text = artifact.text.clone();
    let copy = act.reform(move |_: MouseEvent| Action::Copy { what: name.to_owned(), text: text.clone() });
    let text = artifact.text.clone();
    let download = act.reform(move |_: MouseEvent| Action::Download { name: name.to_owned(), text: text.clone() });
    let altered = written.altered.iter().filter(|altered| **altered).count();
    html! {
        <>
            <div class="head">
                <h2>{ name }</h2>
                <button type="button" onclick={copy}>{ "Copy" }</button>
                <button type="button" class="main" onclick={download}>{ "Download" }</button>
            </div>
            <p class="why">{ prose(&artifact.why) }</p>
            if !artifact.needs.is_empty() {
                <ul class="needs" aria-label="Needs from you">
                    { for artifact.needs.iter().map(|need| html! { <li>{ prose(need) }</li> }) }
                </ul>
            }
            if altered > 0 {
                <p class="quiet">{ format!("{altered} lines differ since the last change.") }</p>
            }
            <pre tabindex="0" aria-label={name} role="region"><code>{ marked(&artifact.text, &written.altered) }</code></pre>
        </>
    }
}

/// Neighbouring lines of one kind together: long files stay cheap.
fn marked(text: &str, altered: &[bool]) -> Html {
    let is_new = |line: usize| altered.get(line).copied().unwrap_or(false);
    let mut runs: Vec<(bool, String)> = Vec::new();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        match runs.last_mut() {
            Some((kind, run)) if *kind == is_new(number) => run.push_str(line),
            _ => runs.push((is_new(number), line.to_owned())),
        }
    }
    let run = |(new, run): (bool, String)| {
        if new {
            html! { <mark>{ run }</mark> }
        } else {
            html! { run }
        }
    };
    runs.into_iter().map(run).collect()
}
