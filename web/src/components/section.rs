use yew::prelude::*;

/// Most lines of a list.
const MOST: usize = 200;

/// A list under its title, where there is anything to list.
pub fn section<T>(title: &str, items: &[T], row: fn(&T) -> Html) -> Html {
    html! {
        if !items.is_empty() {
            <>
                <h2>{ title }</h2>
                <ul class="needs" aria-label={title.to_owned()}>
                    { for items.iter().take(MOST).map(|item| html! { <li>{ row(item) }</li> }) }
                    if items.len() > MOST {
                        <li class="quiet">{ format!("{} more are not shown.", items.len() - MOST) }</li>
                    }
                </ul>
            </>
        }
    }
}
