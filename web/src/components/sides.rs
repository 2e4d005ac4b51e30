use yew::prelude::*;

use crate::state::{Action, Side, State, Tab};

/// Where the page is too narrow for both: the editor or the answers, the problems one step away from each.
pub fn sides(state: &State, act: &Callback<Action>) -> Html {
    let problems = state.side == Side::Answers && state.tab == Tab::Problems;
    let output = if state.tab == Tab::Problems { Tab::Sees } else { state.tab };
    let count = state.report.checked.diagnostics.len();
    let button = |name: String, side: Side, tab: Tab, pressed: bool| {
        let onclick = act.reform(move |_: MouseEvent| Action::SideChosen(side, tab));
        html! { <button type="button" aria-pressed={pressed.to_string()} {onclick}>{ name }</button> }
    };
    html! {
        <nav class="sides" aria-label="Views">
            { button("Edit".to_owned(), Side::Edit, state.tab, state.side == Side::Edit) }
            { button(format!("Problems ({count})"), Side::Answers, Tab::Problems, problems) }
            { button("Output".to_owned(), Side::Answers, output, state.side == Side::Answers && !problems) }
        </nav>
    }
}
