//! Carries out what the state decides, and draws it.

use yew::prelude::*;

use crate::browser::{self, Element};
use crate::components::header::Header;
use crate::components::prose::prose;
use crate::components::status::Status;
use crate::components::tabs::Tabs;
use crate::editor::Editor;
use crate::state::{Action, Effect, State};

/// How long typing pauses before the count is spoken.
const SPEAK_AFTER_MS: i32 = 1000;
const HUSH_AFTER_MS: i32 = 5000;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What was typed before the program arrived, and where the caret was.
    pub typed: Option<String>,
    pub selection: Option<(usize, usize)>,
}

pub enum Message {
    Act(Action),
    /// The editor's text is not what it was.
    Changed,
    Frame,
}

pub struct App {
    state: State,
    editor: Option<Editor>,
    host: NodeRef,
    /// A frame is asked for in which the text will be read.
    frame_due: bool,
    speech: Option<i32>,
    hush: Option<i32>,
    /// Of the last check.
    milliseconds: f64,
    act: Callback<Action>,
}

impl Component for App {
    type Message = Message;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let act = ctx.link().callback(Message::Act);
        let heard = act.clone();
        let system_dark = browser::system_dark(move |dark| heard.emit(Action::SystemDark(dark)));
        let before = browser::now();
        let state = State::new(&browser::settings(), system_dark, ctx.props().typed.clone());
        Self {
            state,
            editor: None,
            host: NodeRef::default(),
            frame_due: false,
            speech: None,
            hush: None,
            milliseconds: browser::now() - before,
            act,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Changed => {
                self.read_in_next_frame(ctx);
                false
            }
            Message::Frame => {
                self.frame_due = false;
                self.read(ctx)
            }
            Message::Act(action) => {
                // What was typed in this frame comes first, so that the action meets the text people see.
                if self.frame_due {
                    self.read(ctx);
                }
                self.reduce(ctx, action);
                true
            }
        }
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let state = &self.state;
        let act = &self.act;
        let dragged = Callback::from(|event: DragEvent| event.prevent_default());
        let dropped = act.clone();
        let ondrop = Callback::from(move |event: DragEvent| {
            if let Some(file) = browser::dropped_file(&event) {
                open(file, dropped.clone());
            }
        });
        let picked = act.clone();
        let onchange = Callback::from(move |event: Event| {
            if let Some(file) = event.target_dyn_into().as_ref().and_then(browser::picked_file) {
                open(file, picked.clone());
            }
        });
        html! {
            <div class="page" ondragover={dragged} {ondrop}>
                <Header
                    rke={state.report.checked.plan.rke.clone()}
                    in_force={state.report.checked.plan.kubernetes_version.clone()}
                    chosen={state.options.kubernetes_version.clone()}
                    dark={state.dark()}
                    act={act.clone()}
                />
                <input id="file" type="file" hidden=true accept=".yml,.yaml,text/*" {onchange} />
                <main>
                    <section class="editor" aria-label="Editor">
                        <div class="code" ref={self.host.clone()}></div>
                        <Status report={state.report.clone()} milliseconds={self.milliseconds} />
                    </section>
                    <Tabs
                        report={state.report.clone()}
                        tab={state.tab}
                        only_needed={state.only_needed}
                        file={state.file}
                        answers={state.answers.clone()}
                        act={act.clone()}
                    />
                </main>
                <p class={if state.status.shown { "said" } else { "spoken" }} role="status">{ prose(&state.status.text) }</p>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let Some(host) = self.host.cast::<Element>().filter(|_| first) else { return };
        let changed = ctx.link().callback(|()| Message::Changed);
        let editor = Editor::new(&host, &self.state.report.text, self.state.dark(), move || changed.emit(()));
        if let Some((from, to)) = ctx.props().selection {
            editor.reveal(from, to);
        }
        self.editor = Some(editor);
        let effects = self.state.start();
        self.carry_out(ctx, effects);
    }
}

impl App {
    fn read_in_next_frame(&mut self, ctx: &Context<Self>) {
        if !self.frame_due {
            self.frame_due = true;
            let link = ctx.link().clone();
            browser::next_frame(move || link.send_message(Message::Frame));
        }
    }

    fn read(&mut self, ctx: &Context<Self>) -> bool {
        let text = self.editor.as_ref().map(Editor::text).filter(|text| *text != self.state.report.text);
        let Some(text) = text else { return false };
        self.reduce(ctx, Action::Typed(text));
        true
    }

    fn reduce(&mut self, ctx: &Context<Self>, action: Action) {
        let (revision, before) = (self.state.report.revision, browser::now());
        let effects = self.state.reduce(action);
        if self.state.report.revision != revision {
            self.milliseconds = browser::now() - before;
        }
        self.carry_out(ctx, effects);
    }

    fn carry_out(&mut self, ctx: &Context<Self>, effects: Vec<Effect>) {
        for effect in effects {
            let Some(editor) = &self.editor else { return };
            match effect {
                Effect::Replace(text) => editor.replace(&text),
                Effect::Change(changes) => {
                    editor.change(&changes);
                    self.read_in_next_frame(ctx);
                }
                Effect::Mark(marks) => editor.mark(&marks),
                Effect::Reveal(from, to) => editor.reveal(from, to),
                Effect::Dark(dark) => {
                    browser::set_dark(dark);
                    editor.set_dark(dark);
                }
                Effect::Copy { what, text } => {
                    let act = self.act.clone();
                    browser::copy(&text, move |allowed| act.emit(Action::Say(copied(&what, allowed))));
                }
                Effect::Download { name, text } => {
                    if browser::download(&name, &text).is_err() {
                        self.act.emit(Action::Say(format!("The browser refuses to save {name}.")));
                    }
                }
                Effect::SayCountLater => {
                    let act = self.act.clone();
                    self.speech =
                        browser::later(SPEAK_AFTER_MS, self.speech.take(), move || act.emit(Action::SayCount));
                }
                Effect::HushLater => {
                    let act = self.act.clone();
                    self.hush = browser::later(HUSH_AFTER_MS, self.hush.take(), move || act.emit(Action::Hush));
                }
                Effect::GuardLeaving(on) => browser::guard_leaving(on),
                Effect::Focus(id) => browser::focus(&id),
                Effect::PickFile => browser::click("file"),
            }
        }
    }
}

fn open(file: browser::File, act: Callback<Action>) {
    browser::read(file, move |name, text| {
        act.emit(match text {
            Ok(text) => Action::Opened { name, text },
            Err(fault) => Action::Say(fault),
        });
    });
}

fn copied(what: &str, allowed: bool) -> String {
    if allowed { format!("Copied {what}.") } else { "The browser does not allow copying here.".to_owned() }
}
