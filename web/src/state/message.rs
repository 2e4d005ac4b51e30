//! What the page's one status region says.

use super::{Effect, State};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub text: String,
    /// The count is only spoken: it stands under the editor anyway.
    pub shown: bool,
    /// It tells of a change of the text, which can be taken back.
    pub undo: bool,
    /// The count is spoken once the message has been there long enough.
    pub count_waits: bool,
}

impl State {
    pub(super) fn say(&mut self, text: String) -> Effect {
        self.status = Status { text, shown: true, ..Status::default() };
        Effect::HushLater
    }

    /// `done`: of a change of the text.
    pub(super) fn say_undoable(&mut self, done: &str) -> Effect {
        let hush = self.say(format!("{done} Ctrl+Z undoes it."));
        self.status.undo = true;
        hush
    }

    /// A message is never cut short by the count.
    pub(super) fn say_count(&mut self) {
        if self.status.shown {
            self.status.count_waits = true;
        } else {
            self.status = Status { text: format!("{}.", self.report.count()), ..Status::default() };
        }
    }

    pub(super) fn hush(&mut self) {
        let count_waits = self.status.count_waits;
        self.status = Status::default();
        if count_waits {
            self.say_count();
        }
    }
}
