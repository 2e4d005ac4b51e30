use yew::prelude::*;

use crate::diff::{Line, lines};

/// Unchanged lines that are shown around a change.
const AROUND: usize = 2;

/// What a change does to a text: only what differs, with some lines around it.
/// `name`: of the region, unlike any other on the page.
pub fn diff(name: String, before: &str, after: &str) -> Html {
    let found = lines(before, after);
    let differs = |at: usize| !matches!(found[at], Line::Same(_));
    let near = |at: &usize| (at.saturating_sub(AROUND)..(at + AROUND + 1).min(found.len())).any(differs);
    let shown: Vec<usize> = (0..found.len()).filter(near).collect();
    let row = |(nth, at): (usize, &usize)| {
        let gap = nth > 0 && shown[nth - 1] + 1 != *at;
        let line = match found[*at] {
            Line::Same(line) => html! { <span>{ "  " }{ line }{ "\n" }</span> },
            Line::Removed(line) => html! { <del>{ "- " }{ line }{ "\n" }</del> },
            Line::Added(line) => html! { <ins>{ "+ " }{ line }{ "\n" }</ins> },
        };
        html! {
            <>
                if gap {
                    <span class="quiet">{ "  …\n" }</span>
                }
                { line }
            </>
        }
    };
    html! {
        <pre class="diff" tabindex="0" role="region" aria-label={name}><code>{ for shown.iter().enumerate().map(row) }</code></pre>
    }
}
