//! The browser's own text box: the editor where CodeMirror is missing or not wanted.

use wasm_bindgen::prelude::*;
use web_sys::{HtmlDocument, HtmlTextAreaElement};

use super::{Element, document};

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
        self.focus();
        let _ = self.0.set_selection_range(from as u32, to as u32);
    }

    pub fn focus(&self) {
        let _ = self.0.focus();
    }

    pub fn selection(&self) -> (usize, usize) {
        let at = |offset: Result<Option<u32>, JsValue>| offset.ok().flatten().unwrap_or(0) as usize;
        (at(self.0.selection_start()), at(self.0.selection_end()))
    }

    /// Takes the focus. One step to undo: only what is put in as if it were typed keeps the steps before, too.
    pub fn type_over(&self, from: usize, to: usize, insert: &str) {
        self.reveal(from, to);
        let typed = match insert {
            "" => self.command("delete", ""),
            insert => self.command("insertText", insert),
        };
        if !typed {
            let _ = self.0.set_range_text_with_start_and_end(insert, from as u32, to as u32);
        }
    }

    /// Takes the focus. False where there is nothing to take back.
    pub fn undo(&self) -> bool {
        self.focus();
        self.command("undo", "")
    }

    /// A command goes to whatever has the focus.
    fn command(&self, name: &str, value: &str) -> bool {
        let document = document();
        let focused = document.active_element().is_some_and(|element| element == *self.0.unchecked_ref::<Element>());
        let document: HtmlDocument = document.unchecked_into();
        focused && document.exec_command_with_show_ui_and_value(name, false, value).unwrap_or(false)
    }
}
