use std::rc::Rc;

use drydock_core::decoder::{Cause, Decoded, explain_error};
use drydock_core::fix::Fix;
use drydock_core::text::Span;
use yew::prelude::*;

use super::prose::prose;
use super::remedy::remedy;
use crate::browser;
use crate::report::Report;
use crate::state::Action;

const EXAMPLE: &str = "Failed to pull image \"123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-pause:3.7\": no basic auth credentials";

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub log: Rc<str>,
    pub act: Callback<Action>,
}

/// Lines of a log, and what in the file they come from.
#[component]
pub fn Explain(props: &Props) -> Html {
    let Props { report, log, act } = props;
    let found = explain_error(log, &report.text, &report.checked);
    let oninput = act.reform(|event: InputEvent| Action::LogTyped(browser::value(&event).unwrap_or_default()));
    let example = act.reform(|_: MouseEvent| Action::LogTyped(EXAMPLE.to_owned()));
    html! {
        <>
            <div class="head">
                <label for="log">{ "Paste what rke, the kubelet, docker or kubectl said: a line or a whole log." }</label>
                <button type="button" onclick={example}>{ "Example" }</button>
            </div>
            <textarea id="log" class="log" rows="6" spellcheck="false" autocomplete="off" value={log.to_string()} {oninput} />
            if found.is_empty() && !log.trim().is_empty() {
                <p class="empty">{ "Nothing known in these lines. rke's own refusals and failed pulls are known best." }</p>
            }
            <ol class="problems">{ for found.iter().map(|decoded| card(decoded, report, act)) }</ol>
        </>
    }
}

fn card(decoded: &Decoded, report: &Report, act: &Callback<Action>) -> Html {
    let cause = |cause: &Cause| {
        let span = Span::new(cause.start.offset, cause.end.offset);
        let onclick = act.reform(move |_: MouseEvent| Action::Jump(span));
        html! {
            <li>
                <button type="button" class="link" {onclick}>{ format!("line {}", cause.start.line) }</button>
                { ": " }{ prose(&cause.message) }
                if let Some(help) = &cause.help {
                    <p class="quiet">{ prose(help) }</p>
                }
                { for fix_of(cause, report).map(|fix| fix_button(fix, report.revision, act)) }
            </li>
        }
    };
    html! {
        <li class="problem note">
            <div class="more said-line"><code>{ &decoded.excerpt }</code></div>
            <div class="more">
                if decoded.count > 1 {
                    <p class="quiet">{ format!("{} lines say so.", decoded.count) }</p>
                }
                <p><strong>{ prose(decoded.means) }</strong></p>
                if decoded.causes.is_empty() {
                    <p class="quiet">{ "Nothing in this file explains it." }</p>
                } else {
                    <ul class="causes" aria-label="In this file">{ for decoded.causes.iter().map(cause) }</ul>
                }
                <p>{ remedy(&decoded.remedy, act) }</p>
                if !decoded.story.is_empty() {
                    <details>
                        <summary>{ "How this image is pulled" }</summary>
                        <ul class="needs">{ for decoded.story.iter().map(|line| html! { <li>{ prose(line) }</li> }) }</ul>
                    </details>
                }
                <p class="quiet">
                    if let Some(rule) = decoded.rule {
                        <a href={format!("#rule={rule}")}>{ rule }</a>{ " " }
                    }
                    { "Source: " }{ decoded.source }
                </p>
            </div>
        </li>
    }
}

/// Of the finding that the cause is.
fn fix_of<'r>(cause: &Cause, report: &'r Report) -> Option<&'r Fix> {
    let is_it = |code: &str, from: usize| Some(code) == cause.code && from == cause.start.offset;
    let mut found = report.checked.diagnostics.iter();
    found.find(|found| is_it(found.code, found.span.start)).and_then(|found| found.fixes.first())
}

fn fix_button(fix: &Fix, revision: u32, act: &Callback<Action>) -> Html {
    let action = Action::Fix { revision, fix: fix.clone() };
    html! {
        <p class="fix">
            <button type="button" onclick={act.reform(move |_: MouseEvent| action.clone())}>{ "Fix" }</button>
            <span>{ prose(&fix.title) }</span>
        </p>
    }
}
