//! What the first findings do not need, as one table of functions. Their code and texts are the page's second wasm
//! module: `cargo xtask` cuts it from the first by what only they reach. The browser asks for it once the page stands.

use std::fmt;

use drydock_core::image::catalogue::Catalogue;
use drydock_core::rules::Rule;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::prelude::*;

use crate::assist::{self, Offer, Told};
use crate::components;
use crate::state::{Action, Effect, State};

pub struct Later {
    /// Every panel but the problems.
    pub panel: fn(&State, &Callback<Action>) -> Html,
    /// The list of examples.
    pub examples: fn(&Callback<Action>) -> Html,
    pub dialog: fn(&State, &Callback<Action>) -> Html,
    /// Actions beyond typing and looking around.
    pub act: fn(&mut State, Action) -> Vec<Effect>,
    /// Writes the file of the tab Files anew where its sources changed.
    pub write_file: fn(&mut State),
    pub why: fn(&Rule) -> &'static str,
    /// What a page around this one hears, as JSON.
    pub told: fn(&State) -> String,
    /// What a key means.
    pub tell: fn(&str, usize) -> Option<Told>,
    /// What may stand at a place.
    pub offers: fn(&str, usize, &Catalogue) -> Vec<Offer>,
}

pub static TABLE: Later = Later {
    panel: components::tabs::other,
    examples: components::examples::examples,
    dialog: components::dialog::dialog,
    act: State::act_later,
    write_file: State::write_file,
    why: |rule| rule.doc().why,
    told: State::told,
    tell: assist::tell,
    offers: assist::offers,
};

#[wasm_split(later, fallible)]
pub fn fetch() -> Result<&'static Later, SplitLoaderError> {
    Ok(&TABLE)
}

/// There is one.
impl PartialEq for Later {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Later {}

impl fmt::Debug for Later {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Later")
    }
}
