use std::rc::Rc;

use drydock_core::plan::{PlannedImage, Source};
use yew::prelude::*;

use super::prose::{breakable, image_name};
use crate::browser;
use crate::report::Report;
use crate::state::Action;
use crate::words::{credentials, needed, real_images};

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
    let shown: Vec<&PlannedImage> = real_images(plan)
        .filter(|image| !only_needed || !image.needs.is_empty())
        .filter(|image| image.image.contains(&**search) || image.key.contains(&**search))
        .collect();
    let copy = {
        let mut names: Vec<&str> = Vec::new();
        for image in &shown {
            if !names.contains(&image.image.as_str()) {
                names.push(&image.image);
            }
        }
        let what = format!("{} image names", names.len());
        let text = names.iter().map(|name| format!("{name}\n")).collect::<String>();
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
    let row = |image: &&PlannedImage| {
        html! {
            <tr role="row" class={classes!(image.needs.is_empty().then_some("unneeded"))}>
                <th role="rowheader" scope="row">{ breakable(image.key, &['_']) }</th>
                <td role="cell" class="image">{ image_name(&image.image, plan.prefix.as_deref()) }</td>
                <td role="cell" data-head="From">{ source(image.source) }</td>
                <td role="cell" data-head="Credentials">{ credentials(&image.lookup, &plan.registries) }</td>
                <td role="cell" data-head="Needed here">{ needed(&image.needs) }</td>
            </tr>
        }
    };
    let oninput = act.reform(|event: InputEvent| Action::ImagesSearched(browser::value(&event).unwrap_or_default()));
    let needed_count = plan.images.iter().filter(|image| !image.needs.is_empty()).count();
    let toggle = {
        let only = !only_needed;
        act.reform(move |_: Event| Action::OnlyNeeded(only))
    };
    html! {
        <>
            <div class="head">
                <p>{ format!("{} images of {}, {needed_count} needed by this cluster.", real_images(plan).count(), plan.kubernetes_version) }</p>
                <label class="check">
                    <input type="checkbox" checked={*only_needed} onchange={toggle} />{ "only what this cluster needs" }
                </label>
                <label class="check">
                    { "Search" }<input type="text" value={search.to_string()} spellcheck="false" autocomplete="off" {oninput} />
                </label>
                <button type="button" onclick={copy}>{ "Copy" }</button>
            </div>
            <table role="table" class="images" aria-label="System images">
                <thead role="rowgroup">
                    <tr role="row">
                        { for ["Key", "Image pulled", "From", "Credentials", "Needed here"].map(|head| html! {
                            <th role="columnheader" scope="col">{ head }</th>
                        }) }
                    </tr>
                </thead>
                <tbody role="rowgroup">{ for shown.iter().map(row) }</tbody>
            </table>
        </>
    }
}
