//! Draws the state, and hears what people do.

mod effects;

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use crate::browser::{self, Element};
use crate::components::header::header;
use crate::components::prose::prose;
use crate::components::sides::sides;
use crate::components::status::status;
use crate::components::tabs::tabs;
use crate::editor::{Asked, Editor, Known};
use crate::embed;
use crate::state::{Action, State};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What was typed before the program arrived, and where the caret was.
    pub typed: Option<String>,
    pub selection: Option<(usize, usize)>,
}

pub enum Message {
    Act(Action),
    /// By the editor.
    Asked(Asked),
    Read,
}

/// A quarter of a frame.
const QUICK_MS: f64 = 4.0;

pub struct App {
    state: State,
    editor: Option<Editor>,
    framed: Option<embed::Host>,
    host: NodeRef,
    /// The text will be read at once.
    reading_due: bool,
    speech: Option<i32>,
    hush: Option<i32>,
    /// Of the last change of the text: its check, the marks for the editor, and the file where the tab Files was open.
    milliseconds: f64,
    act: Callback<Action>,
    known: Rc<RefCell<Known>>,
}

impl Component for App {
    type Message = Message;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let act = ctx.link().callback(Message::Act);
        let heard = act.clone();
        let system_dark = browser::system_dark(move |dark| heard.emit(Action::SystemDark(dark)));
        let heard = act.clone();
        browser::on_fragment(move |fragment| heard.emit(Action::Fragment(fragment)));
        listen_to_keys(act.clone());
        let before = browser::now();
        let state = State::new(&browser::settings(), system_dark, ctx.props().typed.clone());
        Self {
            state,
            editor: None,
            framed: embed::Host::find(&act),
            host: NodeRef::default(),
            reading_due: false,
            speech: None,
            hush: None,
            milliseconds: browser::now() - before,
            act,
            known: Rc::default(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Asked(Asked::Changed) => {
                self.read_soon(ctx);
                false
            }
            Message::Asked(Asked::Fix(revision, finding, fix)) => {
                self.meet(ctx, Action::FixOf { revision, finding, fix })
            }
            Message::Asked(Asked::FixHere(at)) => self.meet(ctx, Action::FixHere(at)),
            Message::Read => {
                self.reading_due = false;
                self.read(ctx)
            }
            Message::Act(action) => self.meet(ctx, action),
        }
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let Self { state, act, .. } = self;
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
                { header(state, act) }
                <input id="file" type="file" hidden=true accept=".yml,.yaml,.json,text/*" {onchange} />
                { sides(state, act) }
                <main>
                    <section class="editor" aria-label="Editor">
                        <div class="code" ref={self.host.clone()}></div>
                        { status(state, self.milliseconds, act) }
                    </section>
                    { tabs(state, act) }
                </main>
                { state.later.map_or_else(Html::default, |later| (later.dialog)(state, act)) }
                <p class={if state.status.shown { "said" } else { "spoken" }} role="status">{ prose(&state.status.text) }</p>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        browser::modal("dialog", self.state.dialog.is_some());
        if !first {
            return;
        }
        self.put_editor(ctx, &self.state.report.text.clone());
        if let (Some((from, to)), Some(editor)) = (ctx.props().selection, &self.editor) {
            editor.reveal(from, to);
        }
        let effects = self.state.start();
        self.carry_out(ctx, effects);
        if let Some(framed) = &self.framed {
            framed.ready();
        }
    }
}

impl App {
    fn put_editor(&mut self, ctx: &Context<Self>, text: &str) {
        if let Some(editor) = self.editor.take() {
            editor.remove();
        }
        let Some(host) = self.host.cast::<Element>() else { return };
        let asked = ctx.link().callback(Message::Asked);
        let asked = move |what| asked.emit(what);
        self.editor = Some(Editor::new(&host, text, self.state.dark(), self.state.plain, asked, self.known.clone()));
    }

    /// Once the editor is done with what changed it: the next frame then shows what is found. Where checks are slow,
    /// changes up to that frame share one.
    fn read_soon(&mut self, ctx: &Context<Self>) {
        if !self.reading_due {
            self.reading_due = true;
            let link = ctx.link().clone();
            let read = move || link.send_message(Message::Read);
            if self.milliseconds < QUICK_MS {
                browser::when(async {}, move |()| read());
            } else {
                browser::next_frame(read);
            }
        }
    }

    fn read(&mut self, ctx: &Context<Self>) -> bool {
        let text = self.editor.as_ref().map(Editor::text).filter(|text| *text != self.state.report.text);
        let Some(text) = text else { return false };
        self.reduce(ctx, Action::Typed(text));
        true
    }

    /// What was typed in this frame comes first, so that the action meets the text people see.
    fn meet(&mut self, ctx: &Context<Self>, action: Action) -> bool {
        if self.reading_due {
            self.read(ctx);
        }
        self.reduce(ctx, action);
        true
    }

    fn reduce(&mut self, ctx: &Context<Self>, action: Action) {
        let (revision, before) = (self.state.report.revision, browser::now());
        // Each fetch that was asked for meanwhile brings it again.
        let arrived = self.state.later.is_none() && matches!(action, Action::Arrived(_));
        let effects = self.state.reduce(embed::allowed(action));
        let changed = self.state.report.revision != revision;
        if changed {
            self.milliseconds = browser::now() - before;
        }
        *self.known.borrow_mut() = Known::of(&self.state);
        if let (Some(framed), Some(later)) = (&self.framed, self.state.later.filter(|_| changed || arrived)) {
            framed.tell(&(later.told)(&self.state), self.state.report.revision == 0);
        }
        self.carry_out(ctx, effects);
    }
}

/// Few, and none that a browser or a screen reader needs: save as everywhere, and the list of them.
fn listen_to_keys(act: Callback<Action>) {
    browser::on_key(move |event| {
        let action = match event.key().as_str() {
            "s" | "S" if (event.ctrl_key() || event.meta_key()) && !event.shift_key() => Action::SaveAsked,
            "?" if !browser::writes(event) => Action::HelpAsked,
            _ => return false,
        };
        act.emit(action);
        true
    });
}

fn open(file: browser::File, act: Callback<Action>) {
    browser::read(file, move |name, text| {
        act.emit(match text {
            Ok(text) => Action::Opened { name, text },
            Err(fault) => Action::Say(fault),
        });
    });
}
