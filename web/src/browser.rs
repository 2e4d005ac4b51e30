//! Every call into the browser; nothing here knows what the page is about.

pub mod framed;

use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo::utils::{document, window};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    Blob, BlobPropertyBag, DragEvent, Event, HtmlAnchorElement, HtmlDialogElement, HtmlElement, HtmlInputElement,
    HtmlSelectElement, HtmlTextAreaElement, KeyboardEvent, ReadableWritablePair, Response, Storage, Url,
    UrlSearchParams,
};

pub use web_sys::{Element, File};

use crate::state::Settings;

/// A file larger than this is no cluster.yml, and would make the editor crawl.
const LARGEST_FILE: f64 = 10e6;
/// rke's metadata has some 12 MB.
const LARGEST_METADATA: f64 = 50e6;

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
        theme: params.get("theme"),
        rke: params.get("rke"),
        kubernetes: params.get("kubernetes"),
        fragment: fragment(),
        address: address(),
        docs: framed::docs(),
        plain: storage().and_then(|storage| storage.get_item(PLAIN).ok()?).is_some(),
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

/// Calls `pressed` for each key; it says whether the key is taken.
pub fn on_key(pressed: impl Fn(&KeyboardEvent) -> bool + 'static) {
    listen("keydown", move |event: Event| {
        if event.dyn_ref::<KeyboardEvent>().is_some_and(&pressed) {
            event.prevent_default();
        }
    });
}

/// A key pressed here writes a letter.
pub fn writes(event: &KeyboardEvent) -> bool {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    element.is_content_editable() || ["INPUT", "TEXTAREA", "SELECT"].contains(&element.tag_name().as_str())
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

/// Name of the one setting that is kept.
const PLAIN: &str = "drydock.plain";

/// None for a file: browsers share that storage among all files of the disk.
fn storage() -> Option<Storage> {
    address()?;
    window().local_storage().ok()?
}

pub fn remember_plain(plain: bool) {
    let Some(storage) = storage() else { return };
    // Full or forbidden: then it is not remembered.
    let _ = if plain { storage.set_item(PLAIN, "1") } else { storage.remove_item(PLAIN) };
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

const REVOKE_AFTER_MS: i32 = 30_000;

/// Offers `text` as a file to keep.
pub fn download(name: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/plain;charset=utf-8");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // At once it would now and then come before the browser has begun to read.
    later(REVOKE_AFTER_MS, None, move || drop(Url::revoke_object_url(&url)));
    Ok(())
}

fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

pub fn click(id: &str) {
    if let Some(element) = by_id(id) {
        element.click();
    }
}

pub fn focus(id: &str) {
    if let Some(element) = by_id(id) {
        let _ = element.focus();
    }
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

/// The file chosen in a picker, which is emptied so that the same file can be chosen again.
pub fn picked_file(input: &HtmlInputElement) -> Option<File> {
    let file = input.files()?.get(0);
    input.set_value("");
    file
}

/// The file of a drop on the page; the browser would show it in place of the page.
pub fn dropped_file(event: &DragEvent) -> Option<File> {
    let file = event.data_transfer()?.files()?.get(0)?;
    event.prevent_default();
    Some(file)
}

/// `done` gets the name and the text, or why it could not be read.
pub fn read(file: File, done: impl FnOnce(String, Result<String, String>) + 'static) {
    let name = file.name();
    let largest = if name.ends_with(".json") { LARGEST_METADATA } else { LARGEST_FILE };
    if file.size() > largest {
        let fault = format!("{name} is too large.");
        return done(name, Err(fault));
    }
    wasm_bindgen_futures::spawn_local(async move {
        let text = wasm_bindgen_futures::JsFuture::from(file.text()).await;
        let text = text.ok().and_then(|text| text.as_string()).ok_or_else(|| format!("{name} cannot be read."));
        done(name, text);
    });
}

/// The browser's own text box: the editor where CodeMirror is missing.
pub struct TextArea(HtmlTextAreaElement);

impl TextArea {
    pub fn new(parent: &Element, label: &str, described_by: &str, text: &str, changed: Closure<dyn Fn()>) -> Self {
        let area: HtmlTextAreaElement =
            document().create_element("textarea").expect("textarea is an element").unchecked_into();
        area.set_class_name("plain");
        area.set_value(text);
        area.set_spellcheck(false);
        let _ = area.set_attribute("aria-label", label);
        let _ = area.set_attribute("aria-describedby", described_by);
        let _ = area.add_event_listener_with_callback("input", changed.into_js_value().unchecked_ref());
        let _ = parent.append_child(&area);
        Self(area)
    }

    pub fn remove(&self) {
        self.0.remove();
    }

    pub fn text(&self) -> String {
        self.0.value()
    }

    pub fn set_text(&self, text: &str) {
        self.0.set_value(text);
    }

    pub fn reveal(&self, from: usize, to: usize) {
        let _ = self.0.focus();
        let _ = self.0.set_selection_range(from as u32, to as u32);
    }
}
