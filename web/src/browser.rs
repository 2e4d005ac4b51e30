//! Every call into the browser; nothing here knows what the page is about.

mod files;
pub mod framed;
mod storage;
mod text_area;

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo::utils::{document, window};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, Event, HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement,
    KeyboardEvent, ReadableWritablePair, Response, UrlSearchParams,
};

pub use files::{changed_on, download, drags_files, dropped_file, picked_file, read, set_dragging};
pub use storage::{PLAIN, THEME, keeps_settings, remember};
pub use text_area::TextArea;
pub use web_sys::{Element, File};

use crate::state::Settings;

/// What the static page holds until the program arrives.
pub struct Shell {
    pub root: Element,
    /// The text typed there, if any.
    pub typed: Option<String>,
    /// The caret, where the text box has the focus.
    pub selection: Option<(usize, usize)>,
}

impl Shell {
    pub fn find() -> Self {
        let root = document().get_element_by_id("page").expect("index.html has #page");
        let area = document().get_element_by_id("shell-text").and_then(|e| e.dyn_into::<HtmlTextAreaElement>().ok());
        let focused = document().active_element().is_some_and(|e| e.id() == "shell-text");
        let selection = area.as_ref().filter(|_| focused).map(|area| {
            let at = |offset: Result<Option<u32>, JsValue>| offset.ok().flatten().unwrap_or(0) as usize;
            (at(area.selection_start()), at(area.selection_end()))
        });
        Self { root, typed: area.map(|area| area.value()).filter(|text| !text.is_empty()), selection }
    }
}

pub fn settings() -> Settings {
    let search = window().location().search().unwrap_or_default();
    let Ok(params) = UrlSearchParams::new_with_str(&search) else {
        return Settings::default();
    };
    Settings {
        example: params.get("example"),
        tab: params.get("tab"),
        theme: params.get("theme").or_else(|| storage::remembered(THEME)),
        rke: params.get("rke"),
        kubernetes: params.get("kubernetes"),
        fragment: fragment(),
        address: address(),
        docs: framed::docs(),
        plain: storage::remembered(PLAIN).is_some(),
        keeps_settings: keeps_settings(),
    }
}

/// Of the address, without `#`.
fn fragment() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// Takes the fragment out of the address without a new entry in the history.
pub fn clear_fragment() {
    let location = window().location();
    let address = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    if let Ok(history) = window().history() {
        // Refused for an address of another origin, which this is not.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

/// Calls `changed` with each new fragment.
pub fn on_fragment(changed: impl Fn(String) + 'static) {
    listen("hashchange", move |_: Event| changed(fragment()));
}

/// Calls `pressed` for each key that nothing on the page has taken; it says whether the key is taken now.
pub fn on_key(pressed: impl Fn(&KeyboardEvent) -> bool + 'static) {
    listen("keydown", move |event: Event| {
        if !event.default_prevented() && event.dyn_ref::<KeyboardEvent>().is_some_and(&pressed) {
            event.prevent_default();
        }
    });
}

/// A key pressed here writes a letter.
pub fn writes(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    element.is_content_editable() || ["INPUT", "TEXTAREA", "SELECT"].contains(&element.tag_name().as_str())
}

/// Undo means what was written here.
pub fn has_undo(event: &KeyboardEvent) -> bool {
    let target = event.target();
    let input = target.as_ref().and_then(|target| target.dyn_ref::<HtmlInputElement>());
    let ticks = input.is_some_and(|input| ["checkbox", "radio", "file"].contains(&input.type_().as_str()));
    let chooses = target.is_some_and(|target| target.has_type::<HtmlSelectElement>());
    writes(event) && !ticks && !chooses
}

/// A dialog stands in front of the page.
pub fn in_dialog() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// A listener may keep the browser from doing what it does by itself.
const MAY_PREVENT: EventListenerOptions = EventListenerOptions { phase: EventListenerPhase::Bubble, passive: false };

fn listen(event: &str, heard: impl Fn(Event) + 'static) {
    EventListener::new_with_options(&window(), event.to_owned(), MAY_PREVENT, move |event| heard(event.clone()))
        .forget();
}

/// The page's address without settings and fragment; none for a file, which lies elsewhere on every machine.
pub fn address() -> Option<String> {
    let location = window().location();
    let origin = location.origin().ok().filter(|origin| origin.starts_with("http"))?;
    Some(origin + &location.pathname().ok()?)
}

/// Which side a narrow page shows.
pub fn set_side(side: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-side", side);
    }
}

/// Opens or closes the dialog in front of the page.
pub fn modal(id: &str, open: bool) {
    let Some(dialog) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlDialogElement>().ok()) else {
        return;
    };
    match (open, dialog.open()) {
        (true, false) => drop(dialog.show_modal()),
        (false, true) => dialog.close(),
        _ => {}
    }
}

/// `text` deflated, as it stands in a link.
pub fn pack(text: &str, done: impl FnOnce(Option<Vec<u8>>) + 'static) {
    let bytes = text.as_bytes().to_vec();
    wasm_bindgen_futures::spawn_local(async move { done(through(&bytes, compression(true)).await.ok()) });
}

pub fn unpack(bytes: Vec<u8>, done: impl FnOnce(Option<Vec<u8>>) + 'static) {
    wasm_bindgen_futures::spawn_local(async move { done(through(&bytes, compression(false)).await.ok()) });
}

// Web-sys has these behind a switch for what is not yet settled, which every build would have to set.
#[wasm_bindgen]
extern "C" {
    type CompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<CompressionStream, JsValue>;

    type DecompressionStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;
}

/// The browser's compressor, or the way back.
fn compression(compress: bool) -> Result<ReadableWritablePair, JsValue> {
    Ok(if compress {
        CompressionStream::new(FORMAT)?.unchecked_into()
    } else {
        DecompressionStream::new(FORMAT)?.unchecked_into()
    })
}

const FORMAT: &str = "deflate-raw";

async fn through(bytes: &[u8], stream: Result<ReadableWritablePair, JsValue>) -> Result<Vec<u8>, JsValue> {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?;
    let answer = Response::new_with_opt_readable_stream(Some(&blob.stream().pipe_through(&stream?)))?;
    let buffer = wasm_bindgen_futures::JsFuture::from(answer.array_buffer()?).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Calls `done` with what comes of `work`.
pub fn when<T>(work: impl Future<Output = T> + 'static, done: impl FnOnce(T) + 'static) {
    wasm_bindgen_futures::spawn_local(async move { done(work.await) });
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

pub fn next_frame(work: impl FnOnce() + 'static) {
    let work = Closure::once_into_js(work);
    // Only a window that is gone refuses.
    let _ = window().request_animation_frame(work.unchecked_ref());
}

/// Runs `work` after a while, in place of what was to run under `earlier`.
pub fn later(milliseconds: i32, earlier: Option<i32>, work: impl FnOnce() + 'static) -> Option<i32> {
    if let Some(id) = earlier {
        window().clear_timeout_with_handle(id);
    }
    let work = Closure::once_into_js(work);
    window().set_timeout_with_callback_and_timeout_and_arguments_0(work.unchecked_ref(), milliseconds).ok()
}

/// Whether the system asks for dark colours; `changed` hears of it later.
pub fn system_dark(changed: impl Fn(bool) + 'static) -> bool {
    let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") else {
        return false;
    };
    let now = query.clone();
    EventListener::new(&query, "change", move |_| changed(now.matches())).forget();
    query.matches()
}

pub fn set_dark(dark: bool) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", if dark { "dark" } else { "light" });
    }
}

/// Version and codes, for the report of `editor/src/crash.js`: a program that has crashed can no longer tell them.
pub fn keep_for_a_crash(words: &[&str]) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-known", &words.join(" "));
    }
}

/// Makes the browser ask before the page is left.
pub fn guard_leaving(on: bool) {
    let ask = Closure::<dyn Fn(Event)>::new(|event: Event| event.prevent_default());
    let ask = ask.into_js_value();
    window().set_onbeforeunload(on.then(|| ask.unchecked_ref()));
}

/// Puts `text` on the clipboard; `done` hears whether that was allowed.
pub fn copy(text: &str, done: impl FnOnce(bool) + 'static) {
    // Absent where the page is not trusted: plain http from another machine.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).unwrap_or_default();
    if clipboard.is_undefined() {
        return done(false);
    }
    let written = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::spawn_local(async move {
        done(wasm_bindgen_futures::JsFuture::from(written).await.is_ok());
    });
}

pub fn has_global(name: &str) -> bool {
    js_sys::Reflect::has(&window(), &name.into()).unwrap_or(false)
}

/// Runs a script of the site that could not be loaded before; `done` whether it is there then or not.
pub fn load_script(file: &str, done: impl Fn() + 'static) {
    let Ok(script) = document().create_element("script") else { return done() };
    // Of a file that failed some browsers keep the failure.
    let _ = script.set_attribute("src", &format!("{file}?again={}", now()));
    let done = Closure::<dyn Fn()>::new(done).into_js_value();
    for outcome in ["load", "error"] {
        let _ = script.add_event_listener_with_callback(outcome, done.unchecked_ref());
    }
    let _ = document().document_element().map(|root| root.append_child(&script));
}

fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

pub fn click(id: &str) {
    if let Some(element) = by_id(id) {
        element.click();
    }
}

/// Sideways and no further than needed; the page itself stays where it is.
pub fn scroll_into_sight(id: &str) {
    let Some(element) = by_id(id) else { return };
    let Some(list) = element.parent_element() else { return };
    let (start, width) = (element.offset_left() - list.client_left(), element.offset_width());
    let most = start.min(list.scroll_left());
    list.set_scroll_left(most.max(start + width - list.client_width()));
}

/// Whether the focus is on this element or in it.
pub fn has_focus_in(id: &str) -> bool {
    let focused = document().active_element();
    by_id(id).zip(focused).is_some_and(|(element, focused)| element.contains(Some(&focused)))
}

/// False where there is no such element.
pub fn focus(id: &str) -> bool {
    by_id(id).is_some_and(|element| element.focus().is_ok())
}

/// The value of the `<select>`, `<input>` or `<textarea>` that changed.
pub fn value(event: &Event) -> Option<String> {
    let target = event.target()?;
    if let Some(select) = target.dyn_ref::<HtmlSelectElement>() {
        return Some(select.value());
    }
    if let Some(area) = target.dyn_ref::<HtmlTextAreaElement>() {
        return Some(area.value());
    }
    Some(target.dyn_ref::<HtmlInputElement>()?.value())
}
