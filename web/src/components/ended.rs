use yew::prelude::*;

use super::remedy::to_file;
use crate::state::Action;

/// That RKE1 has ended, and what a move away from it means for this file.
pub fn ended(act: &Callback<Action>) -> Html {
    html! {
        <p>
            { "RKE1 reached its end of life on 31 July 2025; Rancher 2.12 and later do not manage its clusters. " }
            { to_file("migration-report", html! { "What a move to RKE2 loses" }, act) }
        </p>
    }
}
