//! What the page knows and how it changes: pure, so that it is tested without a browser.

mod action;
mod dialog;
mod dialogs;
mod more;
mod tab;
mod written;

use std::mem;
use std::rc::Rc;

use drydock_core::artifacts::Answers;
use drydock_core::diagnostic::Severity;
use drydock_core::plan::Options;
use drydock_core::rules::{self, Rule};

pub use action::{Action, Effect, Export, Settings, Status};
pub use dialog::{Dialog, Link, Preview, Share};
pub use tab::{Side, TABS, Tab};
pub use written::Written;

use crate::examples::{EXAMPLES, Sample};
use crate::later::Later;
use crate::report::Report;
use crate::share;

pub struct State {
    pub report: Rc<Report>,
    pub options: Options,
    /// The second module, once it is there.
    pub later: Option<&'static Later>,
    /// What was asked for before that.
    waiting: Vec<Action>,
    pub tab: Tab,
    pub side: Side,
    /// The page of a rule in place of the problems, or the list of all.
    pub rule: Option<Page>,
    /// Severities that the list of problems leaves out.
    pub hidden: Rc<Vec<Severity>>,
    pub only_needed: bool,
    /// Which images are listed.
    pub search: Rc<str>,
    pub answers: Rc<Answers>,
    /// Of the tab Files, once it was open.
    pub written: Rc<Option<Written>>,
    /// The file as chosen by hand.
    file: Option<&'static str>,
    /// What `written` was made from.
    written_from: Option<(u32, Option<&'static str>, Rc<Answers>)>,
    /// The version that the tab Versions moves to; the newest on offer without.
    pub target: Option<Rc<str>>,
    /// What the tab Explain an error explains.
    pub log: Rc<str>,
    pub dialog: Option<Rc<Dialog>>,
    pub status: Status,
    /// A plain text box in place of the editor.
    pub plain: bool,
    /// Name of the file that was opened.
    name: String,
    /// The text as it was opened.
    opened: String,
    guarded: bool,
    /// Chosen by hand or in the address; else the system's.
    dark: Option<bool>,
    system_dark: bool,
    /// Of the page, for links to it.
    address: String,
    /// Address of the docs beside the page, with its `/`.
    pub docs: Option<String>,
    /// What stands behind `v1=` in the address.
    shared: Option<String>,
}

/// What `#rule=CODE` and `#rules` ask for.
#[derive(Clone, Copy)]
pub enum Page {
    Rule(&'static Rule),
    All,
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        let code = |page: &Self| match page {
            Self::Rule(rule) => rule.code,
            Self::All => "",
        };
        code(self) == code(other)
    }
}

impl State {
    /// `typed`: what was in the page's text box before the program arrived.
    pub fn new(settings: &Settings, system_dark: bool, typed: Option<String>) -> Self {
        let sample = settings.example.as_deref().and_then(Sample::by_id).unwrap_or(&EXAMPLES[0]);
        let options = Options {
            rke: settings.rke.clone(),
            kubernetes_version: settings.kubernetes.clone(),
            ..Options::default()
        };
        let waiting =
            if typed.is_none() && sample.file().is_none() { vec![Action::ExampleChosen(sample)] } else { Vec::new() };
        let opened = sample.file().unwrap_or_default().to_owned();
        let report = Report::new(0, typed.unwrap_or_else(|| opened.clone()), &options);
        let tab = settings.tab.as_deref().and_then(Tab::named);
        let rule = page(&settings.fragment);
        Self {
            report: Rc::new(report),
            options,
            later: None,
            waiting,
            side: if tab.is_some() || rule.is_some() { Side::Answers } else { Side::Edit },
            tab: tab.unwrap_or(Tab::Problems),
            rule,
            hidden: Rc::default(),
            only_needed: false,
            search: Rc::from(""),
            answers: Rc::default(),
            written: Rc::default(),
            file: None,
            written_from: None,
            target: None,
            log: Rc::from(""),
            dialog: None,
            status: Status::default(),
            plain: settings.plain,
            name: "cluster.yml".to_owned(),
            opened,
            guarded: false,
            dark: match settings.theme.as_deref() {
                Some("dark") => Some(true),
                Some("light") => Some(false),
                _ => None,
            },
            system_dark,
            address: settings.address.clone().unwrap_or_default(),
            docs: settings.docs.clone(),
            shared: settings.fragment.strip_prefix(share::VERSION).map(str::to_owned),
        }
    }

    pub fn dark(&self) -> bool {
        self.dark.unwrap_or(self.system_dark)
    }

    pub fn changed(&self) -> bool {
        self.report.text != self.opened
    }

    /// What the browser has to do once, at the start.
    pub fn start(&self) -> Vec<Effect> {
        let marks = self.report.marks();
        let mut effects = vec![
            Effect::Dark(self.dark()),
            Effect::Side(self.side),
            Effect::Mark(marks),
            Effect::SayCountLater,
            Effect::FetchSecondModule,
        ];
        if let Some(shared) = &self.shared {
            effects.extend([Effect::ClearFragment, Effect::Unpack(shared.clone())]);
        }
        effects
    }

    /// The one place where the state changes.
    pub fn reduce(&mut self, action: Action) -> Vec<Effect> {
        let effects = self.act(action);
        if let Some(later) = self.later {
            (later.write_file)(self);
        }
        effects
    }

    /// Typing and looking around; the rest is in `more.rs`, and waits until that is there.
    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Arrived(later) => {
                self.later = Some(later);
                let waiting = mem::take(&mut self.waiting);
                waiting.into_iter().flat_map(|action| self.act(action)).collect()
            }
            Action::Typed(text) => {
                self.forget_example();
                self.read(text)
            }
            Action::Given(text) => {
                self.forget_example();
                self.open(text)
            }
            Action::VersionChosen(version) => {
                self.options.kubernetes_version = version;
                self.read(self.report.text.clone())
            }
            Action::ReleaseChosen(release) => {
                self.options.rke = release;
                self.read(self.report.text.clone())
            }
            Action::Jump(span) => {
                let [from, to] = self.report.utf16([span.start, span.end]);
                vec![self.turn_to(Side::Edit), Effect::Reveal(from, to)]
            }
            Action::TabChosen(tab) => self.choose(tab),
            Action::TabKey(key) => match self.tab.after_key(&key) {
                Some(tab) => {
                    let mut effects = self.choose(tab);
                    effects.push(Effect::Focus(tab.element_id()));
                    effects
                }
                None => Vec::new(),
            },
            Action::SideChosen(side, tab) => {
                let mut effects = if side == Side::Answers { self.choose(tab) } else { Vec::new() };
                effects.push(self.turn_to(side));
                effects
            }
            Action::SeverityToggled(severity) => {
                let hidden = Rc::make_mut(&mut self.hidden);
                match hidden.iter().position(|known| *known == severity) {
                    Some(at) => drop(hidden.remove(at)),
                    None => hidden.push(severity),
                }
                Vec::new()
            }
            Action::OpenAsked => vec![Effect::PickFile],
            Action::SaveAsked => {
                vec![Effect::Download { name: self.name.clone(), text: self.report.text.clone() }]
            }
            Action::Copy { what, text } => vec![Effect::Copy { what, text }],
            Action::Download { name, text } => vec![Effect::Download { name, text }],
            Action::Fragment(fragment) => self.fragment(&fragment),
            Action::DialogClosed => {
                self.dialog = None;
                Vec::new()
            }
            Action::PlainToggled => {
                self.plain = !self.plain;
                vec![Effect::Plain(self.plain), Effect::Mark(self.report.marks())]
            }
            Action::ThemeToggled => {
                self.dark = Some(!self.dark());
                vec![Effect::Dark(self.dark())]
            }
            Action::SystemDark(dark) => {
                self.system_dark = dark;
                vec![Effect::Dark(self.dark())]
            }
            Action::Say(text) => vec![self.say(text)],
            Action::SayCount => {
                self.status = Status { text: format!("{}.", self.report.count()), shown: false };
                Vec::new()
            }
            Action::Hush => {
                self.status = Status::default();
                Vec::new()
            }
            action => match self.later {
                Some(later) => (later.act)(self, action),
                None => {
                    self.waiting.push(action);
                    vec![Effect::FetchSecondModule]
                }
            },
        }
    }

    /// The one that the address asks for would take the place of what stands there by now.
    fn forget_example(&mut self) {
        self.waiting.retain(|action| !matches!(action, Action::ExampleChosen(_)));
    }

    fn read(&mut self, text: String) -> Vec<Effect> {
        let report = Report::new(self.report.revision.wrapping_add(1), text, &self.options);
        let marks = report.marks();
        self.report = Rc::new(report);
        let mut effects = vec![Effect::Mark(marks), Effect::SayCountLater];
        if self.guarded != self.changed() {
            self.guarded = self.changed();
            effects.push(Effect::GuardLeaving(self.guarded));
        }
        effects
    }

    fn open(&mut self, text: String) -> Vec<Effect> {
        // As editors keep it: every line break is one "\n", or places would differ.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.opened.clone_from(&text);
        // Marks belong to the text before: first the text, then what is known about it.
        let mut effects = vec![Effect::Replace(text.clone())];
        effects.extend(self.read(text));
        effects
    }

    /// Another tab leaves the page of a rule.
    fn choose(&mut self, tab: Tab) -> Vec<Effect> {
        self.tab = tab;
        let mut effects = Vec::new();
        if self.rule.take().is_some() {
            effects.push(Effect::ClearFragment);
        }
        if self.later.is_none() {
            effects.push(Effect::FetchSecondModule);
        }
        effects
    }

    fn turn_to(&mut self, side: Side) -> Effect {
        self.side = side;
        Effect::Side(side)
    }

    fn fragment(&mut self, fragment: &str) -> Vec<Effect> {
        if let Some(packed) = fragment.strip_prefix(share::VERSION) {
            return vec![Effect::ClearFragment, Effect::Unpack(packed.to_owned())];
        }
        self.rule = page(fragment);
        self.tab = Tab::Problems;
        match self.rule {
            Some(_) => vec![self.turn_to(Side::Answers), to_the_panel()],
            None => Vec::new(),
        }
    }

    fn say(&mut self, text: String) -> Effect {
        self.status = Status { text, shown: true };
        Effect::HushLater
    }
}

/// The button that was pressed goes with its finding; the focus must not be lost.
fn to_the_panel() -> Effect {
    Effect::Focus("panel".to_owned())
}

fn page(fragment: &str) -> Option<Page> {
    match fragment.strip_prefix("rule=") {
        Some(code) => rules::find(code).map(Page::Rule),
        None => (fragment == "rules").then_some(Page::All),
    }
}

#[cfg(test)]
mod tests;
