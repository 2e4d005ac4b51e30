use yew::prelude::*;

/// Words of the core: what stands between backticks is code.
pub fn prose(text: &str) -> Html {
    let part = |(index, part): (usize, &str)| {
        if index % 2 == 1 {
            html! { <code>{ part }</code> }
        } else {
            html! { part }
        }
    };
    text.split('`').enumerate().map(part).collect()
}

/// The name of an image, its registry in the background and cut short, with places where a line may break.
pub fn image_name(name: &str, prefix: Option<&str>) -> Html {
    let registry = prefix.filter(|prefix| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/')));
    let (registry, rest) = name.split_at(registry.map_or(0, |prefix| prefix.len() + 1));
    html! {
        <>
            if !registry.is_empty() {
                <span class="registry" title={name.to_owned()}>{ registry }</span>
            }
            { breakable(rest, &['/', ':']) }
        </>
    }
}

/// A line may break after any of these.
pub fn breakable(text: &str, after: &[char]) -> Html {
    text.split_inclusive(after).map(|part| html! { <>{ part }<wbr /></> }).collect()
}
