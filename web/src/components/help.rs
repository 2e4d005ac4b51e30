use yew::prelude::*;

use crate::state::State;
use crate::words::data;

const KEYS: &[(&str, &str)] = &[
    ("F8, Shift+F8", "next problem, the one before"),
    ("Ctrl+.", "fix the problem at the caret"),
    ("Ctrl+Space", "what may stand here"),
    ("Ctrl+Shift+Space", "what the key at the caret means; Escape closes it"),
    ("Ctrl+F", "search"),
    ("Ctrl+Z", "undo, a fix in one step"),
    ("Tab", "leaves the editor"),
    ("Ctrl+S", "save the file"),
    ("?", "this list, outside the editor"),
];

/// Keys, and how to see for oneself that nothing is sent.
pub fn help(state: &State) -> Html {
    let row =
        |(keys, what): &(&'static str, &'static str)| html! { <><dt><kbd>{ *keys }</kbd></dt><dd>{ *what }</dd></> };
    let stored = match state.keeps_settings {
        true => "Nothing is stored, but for the choice of theme and of the plain text editor.",
        false => "Nothing is stored.",
    };
    html! {
        <>
            <dl class="keys-list">{ for KEYS.iter().map(row) }</dl>
            <h3>{ "Nothing is sent" }</h3>
            <ul class="needs">
                <li>{ "Pull the plug, or turn the network off in the browser's tools: everything goes on working." }</li>
                <li>{ "The network tab of those tools stays empty while you type." }</li>
                <li>{ "The page's Content-Security-Policy, in the first lines of its source, allows no other address." }</li>
                <li>{ "drydock.html is the same page as one file; its policy allows no connection at all." }</li>
                <li>{ stored }</li>
            </ul>
            <p class="quiet">{ format!("Drydock {}, answering for {}", env!("CARGO_PKG_VERSION"), data(&state.report.checked.plan, state.metadata.as_deref())) }{ ". A link shared from here carries the text without its secrets behind its #." }</p>
        </>
    }
}
