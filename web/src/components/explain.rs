use std::rc::Rc;

use drydock_core::decoder::{Cause, Decoded, explain_error};
use drydock_core::text::Span;
use yew::prelude::*;

use super::prose::prose;
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
            <ol class="problems">{ for found.iter().map(|decoded| card(decoded, act)) }</ol>
        </>
    }
}

fn card(decoded: &Decoded, act: &Callback<Action>) -> Html {
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
                <p>{ prose(&decoded.remedy) }</p>
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
