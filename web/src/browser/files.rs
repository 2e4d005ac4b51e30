//! Files that come in and go out.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, DragEvent, File, HtmlAnchorElement, HtmlInputElement, Url};

use super::{document, later};

/// A file larger than this is no cluster.yml, and would make the editor crawl.
const LARGEST_FILE: f64 = 10e6;
/// rke's metadata has some 12 MB.
const LARGEST_METADATA: f64 = 50e6;
const REVOKE_AFTER_MS: i32 = 30_000;

/// The file chosen in a picker, which is emptied so that the same file can be chosen again.
pub fn picked_file(input: &HtmlInputElement) -> Option<File> {
    let file = input.files()?.get(0);
    input.set_value("");
    file
}

pub fn drags_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// For the stylesheet: a file hangs over the page.
pub fn set_dragging(on: bool) {
    if let Some(root) = document().document_element() {
        let _ = root.toggle_attribute_with_force("data-dragging", on);
    }
}

/// Day on which the file was last changed, as 2026-11-26.
pub fn changed_on(file: &File) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(file.last_modified()));
    let written = String::from(date.to_iso_string());
    written.split_once('T').map_or(written.clone(), |(day, _)| day.to_owned())
}

/// The file of a drop on the page; the browser would show it in place of the page.
pub fn dropped_file(event: &DragEvent) -> Option<File> {
    let file = event.data_transfer()?.files()?.get(0)?;
    event.prevent_default();
    Some(file)
}

/// `done` gets the name and the content, or why it could not be read.
pub fn read(file: File, done: impl FnOnce(String, Result<Vec<u8>, String>) + 'static) {
    let name = file.name();
    let largest = if name.ends_with(".json") { LARGEST_METADATA } else { LARGEST_FILE };
    if file.size() > largest {
        let fault = format!("{name} is too large.");
        return done(name, Err(fault));
    }
    wasm_bindgen_futures::spawn_local(async move {
        let bytes = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await;
        let bytes = bytes.map(|bytes| Uint8Array::new(&bytes).to_vec()).map_err(|_| format!("{name} cannot be read."));
        done(name, bytes);
    });
}

/// Offers a file to keep.
pub fn download(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/plain;charset=utf-8");
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // At once it would now and then come before the browser has begun to read.
    later(REVOKE_AFTER_MS, None, move || drop(Url::revoke_object_url(&url)));
    Ok(())
}
