use std::rc::Rc;

use drydock_core::credentials::Registry;
use yew::prelude::*;

use super::picture::picture;
use crate::report::Report;
use crate::state::Action;
use crate::words::{own_credentials, served};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub act: Callback<Action>,
}

/// Which entry serves which images, with which credentials.
#[component]
pub fn Registries(props: &Props) -> Html {
    let Props { report, act } = props;
    let plan = &report.checked.plan;
    let (by_key, rest) = served(plan);
    let lines = report.lines();
    let list = |images: &[&str]| {
        html! {
            if images.is_empty() {
                { "none" }
            } else {
                <details>
                    <summary>{ images.len() }</summary>
                    <ul class="names">{ for images.iter().map(|image| html! { <li>{ *image }</li> }) }</ul>
                </details>
            }
        }
    };
    let row = |((key, registry), images): (&(String, Registry), &Vec<&str>)| {
        let span = registry.span;
        let line = lines.position(span.start).line;
        html! {
            <tr role="row">
                <th role="rowheader" scope="row" class="image">{ key }</th>
                <td role="cell" data-head="Entry">
                    <button type="button" class="link" onclick={act.reform(move |_: MouseEvent| Action::Jump(span))}>{ format!("line {line}") }</button>
                </td>
                <td role="cell" data-head="Credentials">{ own_credentials(registry) }</td>
                <td role="cell" data-head="Default">{ if registry.is_default { "yes" } else { "no" } }</td>
                <td role="cell" data-head="System images">{ list(images) }</td>
            </tr>
        }
    };
    html! {
        <>
            <div class="head">
                <p>{ "rke looks an image up by its name less the last two parts, and that text must equal a url." }</p>
            </div>
            { picture(plan) }
            <table role="table" class="registries" aria-label="Private registries">
                <thead role="rowgroup">
                    <tr role="row">
                        { for ["Looked up as", "Entry", "Credentials", "Default", "System images"].map(|head| html! {
                            <th role="columnheader" scope="col">{ head }</th>
                        }) }
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    { for plan.registries.entries.iter().zip(&by_key).map(row) }
                    <tr role="row">
                        <th role="rowheader" scope="row">{ "no entry" }</th>
                        <td role="cell" data-head="Entry">{ "–" }</td>
                        <td role="cell" data-head="Credentials">{ "none" }</td>
                        <td role="cell" data-head="Default">{ "–" }</td>
                        <td role="cell" data-head="System images">{ list(&rest) }</td>
                    </tr>
                </tbody>
            </table>
        </>
    }
}
