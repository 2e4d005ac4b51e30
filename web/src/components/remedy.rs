use drydock_core::artifacts;
use yew::prelude::*;

use crate::state::{Action, Tab};

/// As [`super::prose::prose`]; a file that `pull generate` writes leads to the same in the tab Files.
pub fn remedy(text: &str, act: &Callback<Action>) -> Html {
    let part = |(index, part): (usize, &str)| {
        let id = part.strip_prefix("pull generate ").unwrap_or(part);
        match artifacts::find(id).filter(|_| index % 2 == 1) {
            Some(generator) => to_file(generator.id, html! { <code>{ part }</code> }, act),
            None if index % 2 == 1 => html! { <code>{ part }</code> },
            None => html! { part },
        }
    };
    text.split('`').enumerate().map(part).collect()
}

/// Leads to the file of a generator in the tab Files.
pub fn to_file(id: &'static str, words: Html, act: &Callback<Action>) -> Html {
    let act = act.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        act.emit(Action::FileChosen(id));
        act.emit(Action::TabChosen(Tab::Files));
    });
    html! { <button type="button" class="link" {onclick}>{ words }</button> }
}
