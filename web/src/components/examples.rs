use yew::prelude::*;

use super::menu::item;
use crate::examples::{EXAMPLES, GROUPS, Group};
use crate::state::Action;

/// What the menu of that name lists.
pub fn examples(act: &Callback<Action>) -> Html {
    let group = |group: &Group| {
        let samples = EXAMPLES.iter().filter(|sample| sample.group == *group);
        html! {
            <>
                <li class="group">{ group.title() }</li>
                { for samples.map(|sample| item("examples", sample.title, sample.about, act, Action::ExampleChosen(sample))) }
            </>
        }
    };
    html! {
        <>
            { item("examples", "Start from nothing", "a few questions, then a correct file", act, Action::StartAsked) }
            { for GROUPS.iter().map(group) }
        </>
    }
}
