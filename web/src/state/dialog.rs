//! What the page asks before it does something, or shows in front of everything.

use drydock_core::start::Start;

use super::Effect;
use crate::report::Change;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    Preview(Preview),
    Share(Share),
    Start(Start),
    Help,
}

/// A change of the text before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub title: String,
    /// Of the text that the changes are for.
    pub revision: u32,
    pub changes: Vec<Change>,
    pub before: String,
    pub after: String,
    /// What is said once it is done.
    pub done: String,
    pub back: Back,
}

/// Where a fix was asked for, and the focus goes on once it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    Editor,
    /// The list, at this row.
    Problem(usize),
}

impl Back {
    pub fn focus(self) -> Effect {
        match self {
            Self::Editor => Effect::FocusEditor,
            Self::Problem(row) => Effect::FocusProblem(row),
        }
    }
}

/// A link to the text without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub text: String,
    pub hidden: usize,
    /// How many addresses and names have stand-ins, and in how many places; none where they were to stay.
    pub stood_in: Option<(usize, usize)>,
    /// Settings and text, to stand behind the address of the page.
    pub link: Link,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    Pending,
    Ready(String),
    /// In words for a person.
    Refused(&'static str),
}
