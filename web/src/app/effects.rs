//! Carries out what the state decides.

use std::iter;

use yew::prelude::*;

use super::{App, Message};
use crate::browser::{self, PLAIN, THEME};
use crate::components::message::MESSAGE;
use crate::editor::{CODE_EDITOR, CODE_EDITOR_SCRIPT};
use crate::later;
use crate::share;
use crate::state::{Action, Effect, PANEL, Side, theme};

/// How long typing pauses before the count is spoken.
const SPEAK_AFTER_MS: i32 = 1000;
const HUSH_AFTER_MS: i32 = 5000;
/// Long messages stay longer.
const HUSH_AFTER_MS_A_LETTER: i32 = 60;
/// How long typing in a large text pauses before the panels follow.
const SETTLE_AFTER_MS: i32 = 500;

impl App {
    pub(super) fn carry_out(&mut self, ctx: &Context<Self>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Plain(plain) => {
                    browser::remember(PLAIN, plain.then_some("1"));
                    if plain || browser::has_global(CODE_EDITOR) {
                        self.put_editor(ctx);
                    } else {
                        let link = ctx.link().clone();
                        browser::load_script(CODE_EDITOR_SCRIPT, move || link.send_message(Message::EditorLoaded));
                    }
                }
                // Read at once: what follows is about the text as it is then.
                Effect::Change(changes) => {
                    if let Some(editor) = &self.editor {
                        browser::set_side(Side::Edit.id());
                        editor.change(&changes);
                        browser::set_side(self.state.side.id());
                    }
                    self.read(ctx);
                }
                Effect::Focus(id) => self.focus = Some(id),
                Effect::FocusProblem(row) => self.focus = Some(self.state.problem_near(row)),
                effect => self.in_browser(effect),
            }
        }
    }

    fn in_browser(&mut self, effect: Effect) {
        let Some(editor) = &self.editor else { return };
        let act = self.act.clone();
        match effect {
            Effect::Plain(_) | Effect::Change(_) | Effect::Focus(_) | Effect::FocusProblem(_) => {}
            Effect::FetchSecondModule => browser::when(later::fetch(), move |later| {
                act.emit(later.map_or(Action::NotArrived, Action::Arrived));
            }),
            Effect::Replace(text) => editor.replace(&text),
            Effect::Mark(marks) => {
                editor.mark(&marks);
                let codes = marks.iter().map(|mark| mark.code);
                browser::keep_for_a_crash(&iter::once(env!("CARGO_PKG_VERSION")).chain(codes).collect::<Vec<_>>());
            }
            Effect::Reveal(from, to) => editor.reveal(from, to),
            Effect::RevealProblem { back } => match self.state.report.next_to(editor.selection(), back) {
                Some((from, to)) => editor.reveal(from, to),
                None => act.emit(Action::Say("No problems.".to_owned())),
            },
            Effect::FocusEditor => editor.focus(),
            Effect::Undo => {
                // The button goes with its message.
                if browser::has_focus_in(MESSAGE) {
                    self.focus = Some(PANEL.to_owned());
                }
                let undone = if editor.undo() { "Undone." } else { "Nothing to undo." };
                act.emit(Action::Say(undone.to_owned()));
            }
            Effect::Dark(dark) => {
                browser::set_dark(dark);
                editor.set_dark(dark);
            }
            Effect::Side(side) => browser::set_side(side.id()),
            Effect::Copy { what, text } => {
                browser::copy(&text, move |allowed| act.emit(Action::Say(copied(&what, allowed))));
            }
            Effect::Download { name, text } => save(&name, text.as_bytes(), &act),
            Effect::Save { name, bytes } => save(&name, &bytes, &act),
            Effect::Say(text) => act.emit(Action::Say(text)),
            Effect::RememberTheme(dark) => browser::remember(THEME, dark.map(theme)),
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
                let long = self.state.status.text.len() as i32 * HUSH_AFTER_MS_A_LETTER;
                self.hush = browser::later(HUSH_AFTER_MS.max(long), self.hush.take(), move || act.emit(Action::Hush));
            }
            // A page around this one decides for itself when it is left.
            Effect::GuardLeaving(on) => browser::guard_leaving(on && self.framed.is_none()),
            Effect::InSight(id) => browser::scroll_into_sight(&id),
            Effect::PickFile => browser::click("file"),
            Effect::PickMetadata => browser::click("metadata"),
            Effect::SettleLater => {
                self.settling =
                    browser::later(SETTLE_AFTER_MS, self.settling.take(), move || act.emit(Action::Settled));
            }
        }
    }
}

fn save(name: &str, bytes: &[u8], act: &Callback<Action>) {
    if browser::download(name, bytes).is_err() {
        act.emit(Action::Say(format!("The browser refuses to save {name}.")));
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

const NO_TEXT: &str = "This link holds no text that can be read: it may be cut short.";

fn copied(what: &str, allowed: bool) -> String {
    if allowed { format!("Copied {what}.") } else { "The browser does not allow copying here.".to_owned() }
}
