use drydock_core::artifacts::{self, Generator};
use yew::prelude::*;

use crate::state::{Action, Tab};

/// As [`super::prose::prose`]; a file that `pull generate` writes leads to the same in the tab Files.
pub fn remedy(text: &str, act: &Callback<Action>) -> Html {
    let part = |(index, part): (usize, &str)| {
        let id = part.strip_prefix("pull generate ").unwrap_or(part);
        match artifacts::find(id).filter(|_| index % 2 == 1) {
            Some(generator) => leads_to(generator, part, act),
            None if index % 2 == 1 => html! { <code>{ part }</code> },
            None => html! { part },
        }
    };
    text.split('`').enumerate().map(part).collect()
}

fn leads_to(generator: &'static Generator, words: &str, act: &Callback<Action>) -> Html {
    let act = act.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        act.emit(Action::FileChosen(generator.id));
        act.emit(Action::TabChosen(Tab::Files));
    });
    html! { <button type="button" class="link" {onclick}><code>{ words }</code></button> }
}
