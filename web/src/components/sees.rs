use std::rc::Rc;

use yew::prelude::*;

use super::outcome::outcome;
use super::prose::prose;
use crate::report::Report;
use crate::sees::{Piece, Seen};
use crate::state::Action;

/// Lines that are shown at first, and that each "Show more" adds: more than most files have.
const STEP: usize = 1000;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub act: Callback<Action>,
}

/// The file as rke reads it: what it drops, what it puts in its place, what it fills in.
#[component]
pub fn Sees(props: &Props) -> Html {
    let Props { report, act } = props;
    let most = use_state(|| STEP);
    let seen = use_memo((report.clone(), *most), |(report, most)| Seen::new(report, *most));
    let more = Callback::from(move |_: MouseEvent| most.set(*most + STEP));
    let more = |left_out: usize| {
        html! {
            if left_out > 0 {
                <p class="head">
                    <span class="quiet">{ format!("{left_out} more lines are not shown.") }</span>
                    <button type="button" onclick={more.clone()}>{ "Show more" }</button>
                </p>
            }
        }
    };
    let stop = report.checked.diagnostics.iter().find(|found| found.stops_rke).map(|found| found.span);
    let piece = |piece: &Piece| match piece {
        Piece::Plain(text) => html! { text.clone() },
        Piece::Struck(text) => html! { <del>{ text }</del> },
        Piece::Kept(text) => html! { <em>{ text }</em> },
        Piece::Note(note) => html! { <span class="fate">{ "  ← " }{ prose(note) }</span> },
    };
    let line = |(filled, line): &(bool, String)| {
        if *filled {
            html! { <ins>{ line }{ "\n" }</ins> }
        } else {
            html! { <>{ line }{ "\n" }</> }
        }
    };
    html! {
        <>
            <div class="head">
                { outcome(report) }
                if let Some(span) = stop {
                    <button type="button" onclick={act.reform(move |_: MouseEvent| Action::Jump(span))}>{ "rke stops here" }</button>
                }
            </div>
            <h2>{ "Your file" }</h2>
            <p class="quiet">{ seen.summary.clone() }</p>
            <pre class="seen" tabindex="0" role="region" aria-label="Your file, with what becomes of its keys"><code>{ for seen.pieces.iter().map(piece) }</code></pre>
            { more(seen.left_out.0) }
            <h2>{ "With its defaults" }</h2>
            <p class="quiet">{ "Underlined: what you did not write. Secrets are hidden." }</p>
            <pre class="seen" tabindex="0" role="region" aria-label="The file with its defaults"><code>{ for seen.filled.iter().map(line) }</code></pre>
            { more(seen.left_out.1) }
        </>
    }
}
