use std::rc::Rc;

use drydock_core::diagnostic::Severity;
use drydock_core::rules::RULES;
use yew::prelude::*;

use super::filters::filters;
use super::finding::Finding;
use super::menu::button;
use super::outcome::outcome;
use crate::later::Later;
use crate::report::{MARKED, Report};
use crate::state::Action;
use crate::words::data;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub later: Option<&'static Later>,
    /// Severities that are left out.
    pub hidden: Rc<Vec<Severity>>,
    /// How many findings are listed.
    pub most: usize,
    /// The metadata that was opened.
    pub metadata: Option<Rc<str>>,
    pub act: Callback<Action>,
}

#[component]
pub fn Problems(props: &Props) -> Html {
    let Props { report, later, hidden, most, metadata, act } = props;
    let found = &report.checked.diagnostics;
    let lines = report.lines();
    let mut shown = report.listed();
    shown.retain(|index| !hidden.contains(&found[*index].severity));
    let left_out = found.len() - shown.len();
    let row = |index: &usize| {
        let index = *index;
        let line = lines.position(found[index].span.start).line;
        // Another finding must not inherit the focus or the open "Why" of one that was fixed.
        let (code, at) = (found[index].code, &found[index].at);
        let same = found[..index].iter().filter(|earlier| earlier.code == code && earlier.at == *at).count();
        html! { <Finding key={format!("{code} {at} {same}")} {report} {later} {index} {line} {act} /> }
    };
    html! {
        <>
            <div class="head">
                { outcome(report) }
                if report.safe_fixes().next().is_some() {
                    <button type="button" class="main" onclick={act.reform(|_: MouseEvent| Action::FixAll)}>{ "Fix all" }</button>
                }
            </div>
            if found.is_empty() {
                <div class="empty">
                    <p>{ format!("No problems found by {} rules ({}).", RULES.len(), data(&report.checked.plan, metadata.as_deref())) }</p>
                    <p class="quiet">{ "Not checked: reaching the nodes over SSH, whether the images exist, whether the credentials are accepted." }</p>
                    <p><a href="#rules">{ "All rules" }</a></p>
                </div>
            } else {
                { filters(report, hidden, act) }
                if left_out > 0 {
                    <p class="head">
                        <span>{ format!("{left_out} hidden.") }</span>
                        { button("Show all", act, Action::SeveritiesShown) }
                    </p>
                }
                <ol class="problems">{ for shown.iter().take(*most).map(row) }</ol>
                if shown.len() > *most {
                    <p class="head">
                        <span class="quiet">{ more_words(shown.len() - *most, found.len()) }</span>
                        { button("Show more", act, Action::MoreShown) }
                    </p>
                }
            }
        </>
    }
}

fn more_words(left: usize, all: usize) -> String {
    let marked = if all > MARKED { format!(" The editor marks the first {MARKED} of {all}.") } else { String::new() };
    format!("{left} more are not shown.{marked}")
}
