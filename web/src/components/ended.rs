use yew::prelude::*;

use crate::state::{Action, Tab};

/// That RKE1 has ended, and what a move away from it means for this file.
pub fn ended(act: &Callback<Action>) -> Html {
    let act = act.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        act.emit(Action::FileChosen("migration-report"));
        act.emit(Action::TabChosen(Tab::Files));
    });
    html! {
        <p>
            { "RKE1 reached its end of life on 31 July 2025; Rancher 2.12 and later do not manage its clusters. " }
            <button type="button" class="link" {onclick}>{ "What a move to RKE2 loses" }</button>
        </p>
    }
}
