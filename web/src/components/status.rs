use std::rc::Rc;

use yew::prelude::*;

use crate::editor::HINT;
use crate::report::Report;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub milliseconds: f64,
}

/// The line under the editor. Not announced: the page's one status region speaks once typing has paused.
#[component]
pub fn Status(props: &Props) -> Html {
    html! {
        <div class="bar">
            <span>{ props.report.count() }</span>
            <span class="quiet">{ format!("checked in {:.1} ms", props.milliseconds) }</span>
            <span class="quiet keys" id={HINT}>{ "F8: next problem. Tab leaves." }</span>
        </div>
    }
}
