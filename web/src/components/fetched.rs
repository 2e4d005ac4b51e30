use drydock_core::compare::{ImageChange, Images};
use yew::prelude::*;

use super::prose::{breakable, image_name};
use crate::state::Action;

/// The images that a move changes, and those to fetch for it. `prefix`: the cluster's default registry.
pub fn fetched(images: &Images, prefix: Option<&str>, act: &Callback<Action>) -> Html {
    let row = |image: &ImageChange| {
        let name = |name: &Option<String>| name.as_ref().map_or_else(|| html! { "–" }, |name| image_name(name, prefix));
        html! {
            <tr role="row">
                <th role="rowheader" scope="row">{ breakable(image.key, &['_']) }</th>
                <td role="cell" class="image" data-head="Now">{ name(&image.from) }</td>
                <td role="cell" class="image" data-head="Then">{ name(&image.to) }</td>
            </tr>
        }
    };
    let what = format!("{} image names", images.new_names.len());
    let text: String = images.new_names.iter().map(|name| format!("{name}\n")).collect();
    let copy = act.reform(move |_: MouseEvent| Action::Copy { what: what.clone(), text: text.clone() });
    html! {
        if images.is_empty() {
            <p>{ "The images stay the same." }</p>
        } else {
            <div class="head">
                <h2>{ format!("{} images to fetch", images.new_names.len()) }</h2>
                <button type="button" onclick={copy}>{ "Copy" }</button>
            </div>
            <table role="table" class="changed" aria-label="Images that change">
                <thead role="rowgroup">
                    <tr role="row">
                        { for ["Key", "Now", "Then"].map(|head| html! { <th role="columnheader" scope="col">{ head }</th> }) }
                    </tr>
                </thead>
                <tbody role="rowgroup">{ for images.changed.iter().chain(&images.added).chain(&images.removed).map(row) }</tbody>
            </table>
        }
    }
}
