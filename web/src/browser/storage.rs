//! What is kept on the device: choices of how the page looks, and nothing of a text.

use web_sys::Storage;

use super::{address, document, window};

/// The plain text box was chosen.
pub const PLAIN: &str = "drydock.plain";
/// "dark" or "light", where that is not the system's.
pub const THEME: &str = "drydock.theme";

/// Not those of the page as one file: browsers share that storage among all files of the disk.
pub fn keeps_settings() -> bool {
    address().is_some() && document().query_selector("script[type=module][src]").ok().flatten().is_some()
}

fn storage() -> Option<Storage> {
    if keeps_settings() { window().local_storage().ok()? } else { None }
}

pub fn remembered(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Full or forbidden: then it is not remembered.
pub fn remember(name: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    let _ = match value {
        Some(value) => storage.set_item(name, value),
        None => storage.remove_item(name),
    };
}
