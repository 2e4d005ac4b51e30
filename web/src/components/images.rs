use std::rc::Rc;

use drydock_core::plan::Source;
use yew::prelude::*;

use super::prose::{breakable, image_name};
use crate::browser;
use crate::report::Report;
use crate::state::Action;
use crate::words::{ImageRow, credentials, image_rows, needed, plural};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub only_needed: bool,
    /// Part of a name or key.
    pub search: Rc<str>,
    pub act: Callback<Action>,
}

#[component]
pub fn Images(props: &Props) -> Html {
    let Props { report, only_needed, search, act } = props;
    let plan = &report.checked.plan;
    let rows = image_rows(plan);
    let (all, needed_here) = (rows.len(), rows.iter().filter(|row| !row.needs.is_empty()).count());
    let finds = |row: &ImageRow| {
        let keyed = row.keys.iter().any(|(key, _)| key.contains(&**search));
        (!only_needed || !row.needs.is_empty()) && (keyed || row.image.contains(&**search))
    };
    let shown: Vec<&ImageRow> = rows.iter().filter(|row| finds(row)).collect();
    let copy = {
        let what = plural(shown.len(), "image name");
        let text = shown.iter().map(|row| format!("{}\n", row.image)).collect::<String>();
        act.reform(move |_: MouseEvent| Action::Copy { what: what.clone(), text: text.clone() })
    };
    let lines = report.lines();
    let source = |source: Source| match source {
        Source::Version => html! { "the version" },
        Source::DefaultRegistry => html! { "default registry" },
        Source::File(span) => html! {
            <button type="button" class="link" onclick={act.reform(move |_: MouseEvent| Action::Jump(span))}>
                { format!("line {}", lines.position(span.start).line) }
            </button>
        },
    };
    // Of an image that is needed only the keys for which it is.
    let keys = |row: &ImageRow| {
        let listed = row.keys.iter().filter(|(_, needed)| *needed || !only_needed).map(|(key, _)| *key);
        let mut listed = listed.peekable();
        let mut keys: Vec<Html> = Vec::new();
        while let Some(key) = listed.next() {
            let comma = if listed.peek().is_some() { ", " } else { "" };
            keys.push(html! { <><span class="whole">{ breakable(key, &['_']) }</span>{ comma }</> });
        }
        keys.into_iter().collect::<Html>()
    };
    let row = |row: &&ImageRow| {
        html! {
            <tr role="row" class={classes!(row.needs.is_empty().then_some("unneeded"))}>
                <th role="rowheader" scope="row">{ keys(row) }</th>
                <td role="cell" class="image">{ image_name(row.image, plan.prefix.as_deref()) }</td>
                <td role="cell" data-head="From">{ for row.sources.iter().map(|from| html! { <span>{ source(*from) }</span> }) }</td>
                <td role="cell" data-head="Credentials">{ credentials(row.lookup, &plan.registries) }</td>
                <td role="cell" data-head="Needed here">{ needed(&row.needs) }</td>
            </tr>
        }
    };
    let oninput = act.reform(|event: InputEvent| Action::ImagesSearched(browser::value(&event).unwrap_or_default()));
    let toggle = {
        let only = !only_needed;
        act.reform(move |_: Event| Action::OnlyNeeded(only))
    };
    html! {
        <>
            <div class="head">
                <p>{ format!("{needed_here} of the {all} images of {} are needed here.", plan.kubernetes_version) }</p>
                <label class="check">
                    <input type="checkbox" checked={*only_needed} onchange={toggle} />{ "only what this cluster needs" }
                </label>
                <label class="check">
                    { "Search" }<input type="text" value={search.to_string()} spellcheck="false" autocomplete="off" {oninput} />
                </label>
                <button type="button" onclick={copy}>{ "Copy" }</button>
            </div>
            if let Some(prefix) = &plan.prefix {
                <p class="quiet">{ "Default registry: " }<span class="image">{ breakable(prefix, &['.', '/']) }</span></p>
            }
            <table role="table" class="images" aria-label="System images">
                <thead role="rowgroup">
                    <tr role="row">
                        { for ["Keys", "Image pulled", "From", "Credentials", "Needed here"].map(|head| html! {
                            <th role="columnheader" scope="col">{ head }</th>
                        }) }
                    </tr>
                </thead>
                <tbody role="rowgroup">{ for shown.iter().map(row) }</tbody>
            </table>
        </>
    }
}
