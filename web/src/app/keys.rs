//! Keys of the whole page: few, and none that a browser or a screen reader needs.

use yew::Callback;

use crate::browser;
use crate::state::Action;

/// What the editor does with a key itself comes first.
pub fn listen(act: Callback<Action>) {
    browser::on_key(move |event| {
        let control = event.ctrl_key() || event.meta_key();
        let action = match event.key().as_str() {
            "s" | "S" if control && !event.shift_key() => Action::SaveAsked,
            "?" if !browser::writes(event) => Action::HelpAsked,
            _ if browser::in_dialog() => return false,
            "z" | "Z" if control && !event.shift_key() && !browser::has_undo(event) => Action::UndoAsked,
            "F8" if !control && !event.alt_key() => Action::ProblemAsked { back: event.shift_key() },
            _ => return false,
        };
        act.emit(action);
        true
    });
}
