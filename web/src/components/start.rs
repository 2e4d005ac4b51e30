use drydock_core::start::{Field, Start};
use yew::prelude::*;

use super::prose::prose;
use crate::browser;
use crate::report::Report;
use crate::state::Action;

/// A few questions, the file that answers them, and what would be found in it.
pub fn start(answers: &Start, file: &Report, act: &Callback<Action>) -> Html {
    let field = |field: &'static Field| {
        let key = field.key;
        let value = answers.get(key).to_owned();
        let onchange = act.reform(move |event: Event| Action::StartAnswered {
            key,
            value: browser::value(&event).unwrap_or_default(),
        });
        let option = |(choice, words): &(&'static str, &'static str)| {
            html! { <option value={*choice} selected={value == *choice}>{ *words }</option> }
        };
        html! {
            <key={key}>
                <label>
                    <span>{ field.label }</span>
                    if field.choices.is_empty() {
                        <input type="text" value={value.clone()} spellcheck="false" autocomplete="off" {onchange} />
                    } else {
                        <select {onchange}>{ for field.choices.iter().map(option) }</select>
                    }
                </label>
                if let Some(correction) = answers.correction(key) {
                    <p class="quiet" role="status">{ prose(&correction) }</p>
                }
            </>
        }
    };
    html! {
        <>
            <div class="questions">{ for answers.shown().map(field) }</div>
            <p aria-live="polite">{ format!("{} in this file.", file.count()) }</p>
            <ul>{ for file.checked.diagnostics.iter().map(|found| html! { <li>{ prose(&found.message) }</li> }) }</ul>
            <pre tabindex="0" role="region" aria-label="The file"><code>{ file.text.clone() }</code></pre>
        </>
    }
}
