//! Draws the state, and hears what people do.

mod effects;
mod keys;

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use crate::browser::{self, Element};
use crate::components::header::header;
use crate::components::message::{MESSAGE, message};
use crate::components::sides::sides;
use crate::components::status::status;
use crate::components::tabs::tabs;
use crate::editor::{Asked, Editor, Known};
use crate::embed;
use crate::state::{Action, Effect, PANEL, State};

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
    /// Its script, or it is missing still.
    EditorLoaded,
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
    /// Id of the element that gets the focus once it is drawn.
    focus: Option<String>,
    settling: Option<i32>,
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
        keys::listen(act.clone());
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
            focus: None,
            settling: None,
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
            Message::EditorLoaded => {
                self.put_editor(ctx);
                false
            }
            // Not from under the hand.
            Message::Act(Action::Hush) if browser::has_focus_in(MESSAGE) => {
                self.carry_out(ctx, vec![Effect::HushLater]);
                false
            }
            Message::Act(action) => self.meet(ctx, action),
        }
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let Self { state, act, .. } = self;
        let dragged = Callback::from(|event: DragEvent| {
            event.prevent_default();
            browser::set_dragging(browser::drags_files(&event));
        });
        let ondragleave = Callback::from(|event: DragEvent| {
            if event.related_target().is_none() {
                browser::set_dragging(false);
            }
        });
        let dropped = act.clone();
        let ondrop = Callback::from(move |event: DragEvent| {
            browser::set_dragging(false);
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
        let read = act.clone();
        let onmetadata = Callback::from(move |event: Event| {
            if let Some(file) = event.target_dyn_into().as_ref().and_then(browser::picked_file) {
                open_metadata(file, read.clone());
            }
        });
        html! {
            <div class="page" ondragover={dragged} {ondragleave} {ondrop}>
                { header(state, act) }
                <input id="file" type="file" hidden=true accept=".yml,.yaml,.json,text/*" {onchange} />
                <input id="metadata" type="file" hidden=true accept=".json,application/json" onchange={onmetadata} />
                { sides(state, act) }
                <main>
                    <section class="editor" aria-label="Editor">
                        <div class="code" ref={self.host.clone()}></div>
                        { status(state, self.milliseconds, act) }
                    </section>
                    { tabs(state, act) }
                </main>
                { state.later.map_or_else(Html::default, |later| (later.dialog)(state, act)) }
                { message(&state.status, act) }
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        browser::modal("dialog", self.state.dialog.is_some());
        // A long list of problems is not drawn to its end.
        if let Some(id) = self.focus.take()
            && !browser::focus(&id)
        {
            browser::focus(PANEL);
        }
        if !first {
            return;
        }
        self.put_editor(ctx);
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
    fn put_editor(&mut self, ctx: &Context<Self>) {
        if let Some(editor) = self.editor.take() {
            editor.remove();
        }
        let State { report, plain, .. } = &self.state;
        let Some(host) = self.host.cast::<Element>() else { return };
        let asked = ctx.link().callback(Message::Asked);
        let asked = move |what| asked.emit(what);
        let editor = Editor::new(&host, &report.text, self.state.dark(), *plain, asked, self.known.clone());
        editor.mark(&report.marks());
        if !plain && editor.is_plain() {
            self.act.emit(Action::NoCodeEditor);
        }
        self.editor = Some(editor);
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

fn open_metadata(file: browser::File, act: Callback<Action>) {
    let day = browser::changed_on(&file);
    browser::read(file, move |name, bytes| {
        act.emit(match bytes {
            Ok(bytes) => Action::MetadataOpened { name, day, text: String::from_utf8_lossy(&bytes).into_owned() },
            Err(fault) => Action::Say(fault),
        });
    });
}

fn open(file: browser::File, act: Callback<Action>) {
    browser::read(file, move |name, bytes| {
        act.emit(match bytes {
            Ok(bytes) => Action::FileRead { name, bytes },
            Err(fault) => Action::Say(fault),
        });
    });
}
