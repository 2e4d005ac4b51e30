use yew::prelude::*;

use crate::examples::EXAMPLES;
use crate::state::Action;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub act: Callback<Action>,
}

/// The browser's own popover: it closes on Escape and outside clicks, and gives the focus back.
#[component]
pub fn Examples(props: &Props) -> Html {
    let item = |sample| {
        let onclick = props.act.reform(move |_: MouseEvent| Action::ExampleChosen(sample));
        html! {
            <li>
                <button type="button" popovertarget="examples" popovertargetaction="hide" {onclick}>
                    <strong>{ sample.title }</strong>{ " " }<span>{ sample.about }</span>
                </button>
            </li>
        }
    };
    html! {
        <div class="menu">
            <button type="button" popovertarget="examples">{ "Examples" }</button>
            <ul id="examples" popover="auto" aria-label="Examples">{ for EXAMPLES.iter().map(item) }</ul>
        </div>
    }
}
