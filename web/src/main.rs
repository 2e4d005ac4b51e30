use yew::prelude::*;

#[component]
fn App() -> Html {
    html! { <main>{ "Drydock" }</main> }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
