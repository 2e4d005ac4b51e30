//! The CodeMirror edge: `web/editor/src/editor.js` as a global, a plain text box where that is missing.
//! Offsets are UTF-16 units.

use std::cell::RefCell;
use std::rc::Rc;

use drydock_core::diagnostic::Severity;
use drydock_core::image::catalogue::Catalogue;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::assist;
use crate::browser::{Element, TextArea};
use crate::embed;
use crate::later::Later;
use crate::report::{Change, Mark};
use crate::state::State;

/// The accessible name of the editor.
const LABEL: &str = "cluster.yml";
/// The hint about keys beside the editor.
pub const HINT: &str = "editor-hint";
/// Name of its global, and where that comes from.
pub const CODE_EDITOR: &str = "DrydockEditor";
pub const CODE_EDITOR_SCRIPT: &str = "editor.js";
/// Admits CodeMirror's `<style>` under the page's policy, which `cargo xtask build` writes with the same word.
const NONCE: &str = "drydock";

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    pub type View;

    #[wasm_bindgen(js_namespace = DrydockEditor, catch)]
    fn create(parent: &Element, options: &Object) -> Result<View, JsValue>;
    #[wasm_bindgen(js_namespace = DrydockEditor)]
    fn text(view: &View) -> String;
    #[wasm_bindgen(js_namespace = DrydockEditor, js_name = setText)]
    fn set_text(view: &View, text: &str);
    #[wasm_bindgen(js_namespace = DrydockEditor, js_name = setDiagnostics)]
    fn set_diagnostics(view: &View, list: &Array);
    #[wasm_bindgen(js_namespace = DrydockEditor)]
    fn reveal(view: &View, from: usize, to: usize);
    #[wasm_bindgen(js_namespace = DrydockEditor, js_name = applyChanges)]
    fn apply_changes(view: &View, changes: &Array);
    #[wasm_bindgen(js_namespace = DrydockEditor, js_name = setTheme)]
    fn set_theme(view: &View, dark: bool);
    #[wasm_bindgen(js_namespace = DrydockEditor)]
    fn focus(view: &View);
    #[wasm_bindgen(js_namespace = DrydockEditor)]
    fn selection(view: &View) -> Vec<u32>;
    #[wasm_bindgen(js_namespace = DrydockEditor)]
    fn undo(view: &View) -> bool;
    #[wasm_bindgen(js_namespace = DrydockEditor)]
    fn destroy(view: &View);
}

pub enum Editor {
    Code(View),
    Plain(TextArea),
}

/// What of the state the editor's questions need: it asks by itself, with no more than its text.
#[derive(Default)]
pub struct Known {
    later: Option<&'static Later>,
    catalogue: Catalogue,
}

impl Known {
    pub fn of(state: &State) -> Self {
        Self { later: state.later, catalogue: state.options.catalogue.clone() }
    }
}

/// What the editor asks the page to do.
pub enum Asked {
    /// The text is not what it was.
    Changed,
    /// A fix of a marked finding: its revision, row and the fix's row.
    Fix(u32, usize, usize),
    /// Fixes at this UTF-16 unit.
    FixHere(usize),
}

impl Editor {
    /// `asked` is called after each change of the text, by whatever hand, and when a fix is asked for.
    pub fn new(
        parent: &Element,
        content: &str,
        dark: bool,
        plain: bool,
        asked: impl Fn(Asked) + Clone + 'static,
        known: Rc<RefCell<Known>>,
    ) -> Self {
        let area = {
            let asked = asked.clone();
            move || {
                let changed = Closure::new(move || asked(Asked::Changed));
                Self::Plain(TextArea::new(parent, LABEL, HINT, content, changed))
            }
        };
        if plain {
            return area();
        }
        create(parent, &options(content, dark, asked, known)).map_or_else(|_| area(), Self::Code)
    }

    pub fn is_plain(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    /// Makes room for another editor.
    pub fn remove(self) {
        match self {
            Self::Code(view) => destroy(&view),
            Self::Plain(area) => area.remove(),
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::Code(view) => text(view),
            Self::Plain(area) => area.text(),
        }
    }

    pub fn replace(&self, content: &str) {
        match self {
            Self::Code(view) => set_text(view, content),
            Self::Plain(area) => area.set_text(content),
        }
    }

    /// Together one step to undo; the plain text box has to be in sight, and takes the focus.
    pub fn change(&self, changes: &[Change]) {
        match self {
            Self::Code(view) => {
                let change = |c: &Change| {
                    object([("from", c.from.into()), ("to", c.to.into()), ("insert", c.insert.as_str().into())])
                };
                apply_changes(view, &changes.iter().map(change).collect());
            }
            Self::Plain(area) => {
                let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return };
                let mut units: Vec<u16> = area.text().encode_utf16().take(last.to).skip(first.from).collect();
                for change in changes.iter().rev() {
                    units.splice(change.from - first.from..change.to - first.from, change.insert.encode_utf16());
                }
                area.type_over(first.from, last.to, &String::from_utf16_lossy(&units));
            }
        }
    }

    pub fn mark(&self, marks: &[Mark]) {
        let Self::Code(view) = self else { return };
        let mark = |mark: &Mark| {
            let severity = match mark.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "info",
            };
            object([
                ("from", mark.from.into()),
                ("to", mark.to.into()),
                ("severity", severity.into()),
                ("message", mark.message.as_str().into()),
                ("revision", mark.revision.into()),
                ("fixes", mark.fixes.iter().map(JsValue::from).collect::<Array>().into()),
            ])
        };
        set_diagnostics(view, &marks.iter().map(mark).collect());
    }

    pub fn reveal(&self, from: usize, to: usize) {
        match self {
            Self::Code(view) => reveal(view, from, to),
            Self::Plain(area) => area.reveal(from, to),
        }
    }

    pub fn focus(&self) {
        match self {
            Self::Code(view) => focus(view),
            Self::Plain(area) => area.focus(),
        }
    }

    pub fn selection(&self) -> (usize, usize) {
        match self {
            Self::Code(view) => match selection(view)[..] {
                [from, to] => (from as usize, to as usize),
                _ => (0, 0),
            },
            Self::Plain(area) => area.selection(),
        }
    }

    /// False where there is nothing to take back.
    pub fn undo(&self) -> bool {
        match self {
            Self::Code(view) => undo(view),
            Self::Plain(area) => area.undo(),
        }
    }

    pub fn set_dark(&self, dark: bool) {
        if let Self::Code(view) = self {
            set_theme(view, dark);
        }
    }
}

fn options(content: &str, dark: bool, asked: impl Fn(Asked) + Clone + 'static, known: Rc<RefCell<Known>>) -> Object {
    let asking = known.clone();
    let tell = move |text: String, at: usize| {
        asking.borrow().later.map_or(JsValue::NULL, |later| tell((later.tell)(&text, at)))
    };
    let offers = move |text: String, at: usize| {
        let Known { later, catalogue } = &*known.borrow();
        later.map_or_else(Array::new, |later| offers((later.offers)(&text, at, catalogue)))
    };
    let changed = asked.clone();
    let changed = Closure::<dyn Fn()>::new(move || changed(Asked::Changed));
    let fix = asked.clone();
    let fix = Closure::<dyn Fn(u32, usize, usize)>::new(move |revision, finding, nth| {
        fix(Asked::Fix(revision, finding, nth));
    });
    let fix_here = Closure::<dyn Fn(usize)>::new(move |at| asked(Asked::FixHere(at)));
    object([
        ("text", content.into()),
        ("label", LABEL.into()),
        ("describedBy", HINT.into()),
        ("nonce", NONCE.into()),
        ("dark", dark.into()),
        ("readOnly", embed::read_only().into()),
        ("changed", changed.into_js_value()),
        ("fix", fix.into_js_value()),
        ("fixHere", fix_here.into_js_value()),
        ("tell", Closure::<dyn Fn(String, usize) -> JsValue>::new(tell).into_js_value()),
        ("offers", Closure::<dyn Fn(String, usize) -> Array>::new(offers).into_js_value()),
    ])
}

fn tell(told: Option<assist::Told>) -> JsValue {
    told.map_or(JsValue::NULL, |told| {
        object([
            ("from", told.from.into()),
            ("to", told.to.into()),
            ("title", told.title.into()),
            ("lines", told.lines.into_iter().map(JsValue::from).collect::<Array>().into()),
        ])
        .into()
    })
}

fn offers(offers: Vec<assist::Offer>) -> Array {
    let offer = |offer: assist::Offer| {
        object([
            ("label", offer.label.into()),
            ("from", offer.from.into()),
            ("to", offer.to.into()),
            ("text", offer.text.into()),
            ("detail", offer.detail.into()),
            ("info", offer.meaning.into()),
        ])
    };
    offers.into_iter().map(offer).collect()
}

fn object<const N: usize>(entries: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    for (key, value) in entries {
        // A plain object takes any key.
        let _ = Reflect::set(&object, &key.into(), &value);
    }
    object
}
