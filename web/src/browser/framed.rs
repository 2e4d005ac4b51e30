//! Calls into the browser of a page that is framed in another one, and of one that has docs beside it.

use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, UrlSearchParams};

use super::{document, window};

/// One setting of the address; empty where it has no value.
pub fn setting(name: &str) -> Option<String> {
    UrlSearchParams::new_with_str(&window().location().search().ok()?).ok()?.get(name)
}

/// For the stylesheet.
pub fn mark_page(attribute: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(attribute, "");
    }
}

/// Texts in messages of this type, from the page that this one is framed in if it is of this origin.
pub fn hear(origin: &str, kind: &str, heard: impl Fn(String) + 'static) {
    let (origin, kind) = (origin.to_owned(), kind.to_owned());
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let of = |holder: &JsValue, key: &str| js_sys::Reflect::get(holder, &key.into()).unwrap_or_default();
        let parent = window().parent().ok().flatten();
        let ours = event.origin() == origin
            && parent.is_some_and(|parent| js_sys::Object::is(&of(&event, "source"), &parent))
            && of(&event.data(), "type") == kind.as_str();
        if let Some(text) = of(&event.data(), "text").as_string().filter(|_| ours) {
            heard(text);
        }
    });
    let _ = window().add_event_listener_with_callback("message", listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Sends JSON as an object to the page that this one is framed in; the browser drops it where the origin is another.
pub fn tell(origin: &str, message: &str) {
    let parent = window().parent().ok().flatten().filter(|parent| *parent != window());
    if let (Some(parent), Ok(message)) = (parent, js_sys::JSON::parse(message)) {
        let _ = parent.post_message(&message, origin);
    }
}

/// Address of the docs that `cargo xtask build` leaves beside the page, with its `/`.
pub fn docs() -> Option<String> {
    let link = document().query_selector("link[rel=help]").ok()??;
    let start = js_sys::Reflect::get(&link, &"href".into()).ok()?.as_string()?;
    start.strip_suffix("index.html").map(str::to_owned)
}
