use std::rc::Rc;

use drydock_core::fix::{Fix, Safety};
use drydock_core::rules;
use yew::prelude::*;

use super::icon::{icon, word};
use super::prose::prose;
use crate::later::Later;
use crate::report::Report;
use crate::state::Action;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub later: Option<&'static Later>,
    /// Which of the report's findings.
    pub index: usize,
    pub line: usize,
    pub act: Callback<Action>,
}

#[component]
pub fn Finding(props: &Props) -> Html {
    let Props { report, later, index, line, act } = props;
    let found = &report.checked.diagnostics[*index];
    let span = found.span;
    let severity = word(found.severity);
    let why = later.zip(rules::find(found.code)).map(|(later, rule)| (later.why)(rule));
    let related = found.related.iter().map(|label| {
        let span = label.span;
        let line = report.lines().position(span.start).line;
        html! {
            <li>
                <button type="button" class="link" onclick={act.reform(move |_: MouseEvent| Action::Jump(span))}>{ format!("line {line}") }</button>
                { ": " }{ prose(&label.message) }
            </li>
        }
    });
    let fix = |(number, fix): (usize, &Fix)| {
        let id = format!("fix-{index}-{number}");
        let action = Action::Fix { revision: report.revision, fix: fix.clone() };
        let caution = match fix.safety {
            Safety::Safe => "",
            Safety::Uncertain => " (may change what you meant: shown first)",
            Safety::Placeholder => " (you fill in the rest)",
        };
        html! {
            <li class="fix">
                <button type="button" aria-describedby={id.clone()} onclick={act.reform(move |_: MouseEvent| action.clone())}>{ "Fix" }</button>
                <span {id}>{ prose(&fix.title) }<span class="quiet">{ caution }</span></span>
            </li>
        }
    };
    html! {
        <li class={classes!("problem", found.severity.name())}>
            <button type="button" class="place" id={format!("problem-{index}")} onclick={act.reform(move |_: MouseEvent| Action::Jump(span))}>
                { icon(found.severity) }
                <span class="severity">{ severity }</span>{ format!(", line {line}: ") }
                <span class="message">{ prose(&found.message) }</span>
            </button>
            <a class="code" href={format!("#rule={}", found.code)}>{ found.code }</a>
            <div class="more">
                if !found.at.is_empty() {
                    <p class="at">{ &found.at }</p>
                }
                if found.stops_rke {
                    <p class="stops">{ "rke stops here" }</p>
                }
                if let Some(help) = &found.help {
                    <p>{ prose(help) }</p>
                }
                <ul>{ for related }{ for found.fixes.iter().enumerate().map(fix) }</ul>
                if let Some(why) = why {
                    <details>
                        <summary>{ "Why" }</summary>
                        <p>{ prose(why) }</p>
                    </details>
                }
            </div>
        </li>
    }
}
