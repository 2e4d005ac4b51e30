use std::rc::Rc;

use drydock_core::diagnostic::Severity;
use drydock_core::rules::RULES;
use yew::prelude::*;

use super::finding::Finding;
use super::icon::icon;
use super::menu::{item, menu};
use super::outcome::outcome;
use crate::later::Later;
use crate::report::Report;
use crate::state::{Action, Export};
use crate::words::data;

/// More would make the page crawl, and nobody reads on.
const SHOWN: usize = 200;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub later: Option<&'static Later>,
    /// Severities that are left out.
    pub hidden: Rc<Vec<Severity>>,
    pub act: Callback<Action>,
}

#[component]
pub fn Problems(props: &Props) -> Html {
    let Props { report, later, hidden, act } = props;
    let found = &report.checked.diagnostics;
    let lines = report.lines();
    let shown: Vec<usize> = (0..found.len()).filter(|index| !hidden.contains(&found[*index].severity)).collect();
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
                    <p>{ format!("No problems found by {} rules ({}).", RULES.len(), data(&report.checked.plan)) }</p>
                    <p class="quiet">{ "Not checked: reaching the nodes over SSH, whether the images exist, whether the credentials are accepted." }</p>
                    <p><a href="#rules">{ "All rules" }</a></p>
                </div>
            } else {
                { tools(report, hidden, act) }
                <ol class="problems">{ for shown.iter().take(SHOWN).map(row) }</ol>
                if shown.len() > SHOWN {
                    <p class="quiet">{ format!("{} more are not shown.", shown.len() - SHOWN) }</p>
                }
            }
        </>
    }
}

/// Which severities are listed, and the list to take away.
fn tools(report: &Report, hidden: &[Severity], act: &Callback<Action>) -> Html {
    let filter = |severity: Severity| {
        let count = report.of(severity);
        let onclick = act.reform(move |_: MouseEvent| Action::SeverityToggled(severity));
        let pressed = !hidden.contains(&severity);
        html! {
            if count > 0 {
                <button type="button" class="filter" aria-pressed={pressed.to_string()} {onclick}>
                    { icon(severity) }{ " " }{ plural(count, severity.name()) }
                </button>
            }
        }
    };
    let export = |menu, title, export| item(menu, title, "", act, Action::Export(export));
    html! {
        <div class="tools">
            <span class="filters" role="group" aria-label="Shown">
                { for [Severity::Error, Severity::Warning, Severity::Note].into_iter().map(filter) }
            </span>
            { menu("copy", "Copy", html! {
                <>
                    { export("copy", "as Markdown", Export::Markdown) }
                    { export("copy", "as a pull command", Export::Command) }
                </>
            }) }
            { menu("download", "Download", html! {
                <>
                    { export("download", "as JSON", Export::Json) }
                    { export("download", "as SARIF", Export::Sarif) }
                </>
            }) }
            <a href="#rules">{ "All rules" }</a>
        </div>
    }
}

fn plural(count: usize, name: &str) -> String {
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}
