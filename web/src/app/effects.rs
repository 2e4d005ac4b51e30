//! Carries out what the state decides.

use std::iter;

use yew::prelude::*;

use super::App;
use crate::browser;
use crate::later;
use crate::share;
use crate::state::{Action, Effect};

/// How long typing pauses before the count is spoken.
const SPEAK_AFTER_MS: i32 = 1000;
const HUSH_AFTER_MS: i32 = 5000;

impl App {
    pub(super) fn carry_out(&mut self, ctx: &Context<Self>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Plain(plain) => {
                    let text = self.state.report.text.clone();
                    self.put_editor(ctx, &text);
                    browser::remember_plain(plain);
                }
                Effect::Change(changes) => {
                    if let Some(editor) = &self.editor {
                        editor.change(&changes);
                        self.read_soon(ctx);
                    }
                }
                effect => self.in_browser(effect),
            }
        }
    }

    fn in_browser(&mut self, effect: Effect) {
        let Some(editor) = &self.editor else { return };
        let act = self.act.clone();
        match effect {
            Effect::Plain(_) | Effect::Change(_) => {}
            Effect::FetchSecondModule => browser::when(later::fetch(), move |later| {
                act.emit(later.map_or_else(|_| Action::Say(NOT_FETCHED.to_owned()), Action::Arrived));
            }),
            Effect::Replace(text) => editor.replace(&text),
            Effect::Mark(marks) => {
                editor.mark(&marks);
                let codes = marks.iter().map(|mark| mark.code);
                browser::keep_for_a_crash(&iter::once(env!("CARGO_PKG_VERSION")).chain(codes).collect::<Vec<_>>());
            }
            Effect::Reveal(from, to) => editor.reveal(from, to),
            Effect::Dark(dark) => {
                browser::set_dark(dark);
                editor.set_dark(dark);
            }
            Effect::Side(side) => browser::set_side(side.id()),
            Effect::Copy { what, text } => {
                browser::copy(&text, move |allowed| act.emit(Action::Say(copied(&what, allowed))));
            }
            Effect::Download { name, text } => {
                if browser::download(&name, &text).is_err() {
                    act.emit(Action::Say(format!("The browser refuses to save {name}.")));
                }
            }
            Effect::Pack(text) => browser::pack(&text.clone(), move |bytes| {
                act.emit(Action::Packed { text, packed: bytes.map(|bytes| share::encode(&bytes)) });
            }),
            Effect::Unpack(packed) => unpack(&packed, act),
            Effect::ClearFragment => browser::clear_fragment(),
            Effect::CloseDialog => browser::modal("dialog", false),
            Effect::SayCountLater => {
                self.speech = browser::later(SPEAK_AFTER_MS, self.speech.take(), move || act.emit(Action::SayCount));
            }
            Effect::HushLater => {
                self.hush = browser::later(HUSH_AFTER_MS, self.hush.take(), move || act.emit(Action::Hush));
            }
            // A page around this one decides for itself when it is left.
            Effect::GuardLeaving(on) => browser::guard_leaving(on && self.framed.is_none()),
            Effect::Focus(id) => browser::focus(&id),
            Effect::PickFile => browser::click("file"),
        }
    }
}

fn unpack(packed: &str, act: Callback<Action>) {
    // The length bounds what deflate can unfold to, some thousand times as much.
    let bytes = Some(packed).filter(|packed| packed.len() <= share::LONGEST).and_then(share::decode);
    let Some(bytes) = bytes else { return act.emit(Action::Unpacked(Err(NO_TEXT.to_owned()))) };
    browser::unpack(bytes, move |bytes| {
        let bytes = bytes.filter(|bytes| bytes.len() <= share::LARGEST_TEXT);
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        act.emit(Action::Unpacked(text.ok_or_else(|| NO_TEXT.to_owned())));
    });
}

const NOT_FETCHED: &str = "A part of the page could not be loaded. The next click tries again.";
const NO_TEXT: &str = "This link holds no text that can be read: it may be cut short.";

fn copied(what: &str, allowed: bool) -> String {
    if allowed { format!("Copied {what}.") } else { "The browser does not allow copying here.".to_owned() }
}
