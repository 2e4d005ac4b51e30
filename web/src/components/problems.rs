use std::rc::Rc;

use drydock_core::Outcome;
use drydock_core::rules::RULES;
use yew::prelude::*;

use super::finding::Finding;
use crate::report::Report;
use crate::state::Action;

/// More would make the page crawl, and nobody reads on.
const SHOWN: usize = 200;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub act: Callback<Action>,
}

#[component]
pub fn Problems(props: &Props) -> Html {
    let Props { report, act } = props;
    let found = &report.checked.diagnostics;
    let safe = report.safe_fixes().count();
    let lines = report.lines();
    let item = |index: usize| {
        let line = lines.position(found[index].span.start).line;
        // Another finding must not inherit the focus or the open "Why" of one that was fixed.
        let (code, at) = (found[index].code, &found[index].at);
        let same = found[..index].iter().filter(|earlier| earlier.code == code && earlier.at == *at).count();
        html! { <Finding key={format!("{code} {at} {same}")} {report} {index} {line} {act} /> }
    };
    html! {
        <>
            <div class="head">
                { outcome(report) }
                if safe > 0 {
                    <button type="button" class="main" onclick={act.reform(|_: MouseEvent| Action::FixAll)}>{ "Fix all" }</button>
                }
            </div>
            if found.is_empty() {
                <div class="empty">
                    <p>{ format!("No problems found by {} rules (data of rke {}).", RULES.len(), report.checked.plan.rke) }</p>
                    <p class="quiet">{ "Not checked: reaching the nodes over SSH, whether the images exist, whether the credentials are accepted." }</p>
                </div>
            } else {
                <ol class="problems">{ for (0..found.len().min(SHOWN)).map(item) }</ol>
                if found.len() > SHOWN {
                    <p class="quiet">{ format!("{} more are not shown.", found.len() - SHOWN) }</p>
                }
            }
        </>
    }
}

/// What rke itself does with the file.
fn outcome(report: &Report) -> Html {
    let rke = &report.checked.plan.rke;
    let (words, error) = match (&report.checked.outcome, &report.checked.hostcount_error) {
        (Outcome::Refused { error, .. }, _) => (format!("rke {rke} refuses this file:"), Some(error)),
        (Outcome::Panics { error }, _) => (format!("rke {rke} crashes on this file:"), Some(error)),
        (Outcome::Accepted, Some(error)) => (format!("rke {rke} connects to the nodes, then stops:"), Some(error)),
        (Outcome::Accepted, None) => (format!("rke {rke} accepts this file."), None),
    };
    html! {
        <p class="outcome">
            { words }
            if let Some(error) = error {
                { " " }<code>{ error }</code>
            }
        </p>
    }
}
