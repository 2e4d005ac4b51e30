//! What the page knows and how it changes: pure, so that it is tested without a browser.

mod action;
mod address;
mod dialog;
mod dialogs;
mod message;
mod more;
mod tab;
mod written;

use std::mem;
use std::rc::Rc;

use drydock_core::artifacts::Answers;
use drydock_core::diagnostic::Severity;
use drydock_core::plan::Options;

pub use action::{Action, Effect, Export, Settings};
pub use address::Page;
pub use dialog::{Back, Dialog, Link, Preview, Share};
pub use message::Status;
pub use tab::{Side, TABS, Tab};
pub use written::Written;

use crate::examples::FIRST;
use crate::file::Form;
use crate::later::Later;
use crate::report::Report;
use crate::share;

/// Panels about a text of more bytes wait until typing pauses.
const LARGE: usize = 64 * 1024;
/// Findings that are listed at first, and how many each "Show more" adds: all of thousands would make the page crawl.
const STEP: usize = 200;

pub struct State {
    pub report: Rc<Report>,
    /// What the panels beside the problems show: of a large text not every keystroke.
    pub settled: Rc<Report>,
    pub options: Options,
    /// The file whose metadata answers in place of the built-in one, in words.
    pub metadata: Option<Rc<str>>,
    /// The second module, once it is there.
    pub later: Option<&'static Later>,
    /// It could not be loaded.
    pub later_missing: bool,
    /// What was asked for before that.
    waiting: Vec<Action>,
    pub tab: Tab,
    pub side: Side,
    /// The page of a rule in place of the problems, or the list of all.
    pub rule: Option<Page>,
    /// Severities that the list of problems leaves out.
    pub hidden: Rc<Vec<Severity>>,
    /// How many findings are listed.
    pub most: usize,
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
    /// Of the file that it was opened from.
    form: Form,
    guarded: bool,
    /// Chosen by hand, before too, or in the address; else the system's.
    dark: Option<bool>,
    system_dark: bool,
    /// Of the page, for links to it.
    address: String,
    /// Choices of theme and editor are remembered.
    pub keeps_settings: bool,
    /// Address of the docs beside the page, with its `/`.
    pub docs: Option<String>,
    /// What else the address asks for at the start.
    asked: Vec<Effect>,
}

impl State {
    /// `typed`: what was in the page's text box before the program arrived.
    pub fn new(settings: &Settings, system_dark: bool, typed: Option<String>) -> Self {
        let mut options = Options {
            rke: settings.rke.clone(),
            kubernetes_version: settings.kubernetes.clone(),
            ..Options::default()
        };
        let unknown = address::forget_unknown(&mut options);
        let carried = share::carried(&settings.fragment);
        // The other examples come with the second module.
        let named = settings.example.clone().filter(|id| typed.is_none() && id != FIRST.id);
        // An example would be taken for the text of the link.
        let (named, first) = if carried.is_some() { (None, "") } else { (named, FIRST.text) };
        let opened = if named.is_some() { String::new() } else { first.to_owned() };
        let waiting = named.map(Action::ExampleNamed).into_iter().collect();
        let mut asked: Vec<Effect> =
            unknown.map(|unknown| Effect::Say(format!("{unknown} {OTHER_METADATA}"))).into_iter().collect();
        asked.extend(carried.iter().flat_map(address::open_link));
        let report = Rc::new(Report::new(0, typed.unwrap_or_else(|| opened.clone()), &options));
        let tab = settings.tab.as_deref().and_then(Tab::named);
        let rule = Page::asked(&settings.fragment);
        Self {
            settled: report.clone(),
            report,
            options,
            metadata: None,
            later: None,
            later_missing: false,
            waiting,
            side: if tab.is_some() || rule.is_some() { Side::Answers } else { Side::Edit },
            tab: tab.unwrap_or(Tab::Problems),
            rule,
            hidden: Rc::default(),
            most: STEP,
            only_needed: true,
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
            form: Form::default(),
            guarded: false,
            dark: settings.theme.as_deref().and_then(dark),
            system_dark,
            address: settings.address.clone().unwrap_or_default(),
            keeps_settings: settings.keeps_settings,
            docs: settings.docs.clone(),
            asked,
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
            Effect::InSight(self.tab.element_id()),
        ];
        effects.extend(self.asked.clone());
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
            Action::NotArrived => {
                self.later_missing = true;
                vec![self.say(NOT_ARRIVED.to_owned())]
            }
            Action::FetchAsked => vec![self.fetch(), Effect::Focus(PANEL.to_owned())],
            Action::NoCodeEditor => {
                self.plain = true;
                vec![self.say(NO_CODE_EDITOR.to_owned())]
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
                self.read_again()
            }
            Action::ReleaseChosen(release) => {
                self.options.rke = release;
                self.read_again()
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
            // A text box out of sight takes nothing back.
            Action::UndoAsked if self.plain => vec![self.turn_to(Side::Edit), Effect::Undo],
            Action::UndoAsked => vec![Effect::Undo],
            Action::ProblemAsked { back } => vec![self.turn_to(Side::Edit), Effect::RevealProblem { back }],
            Action::MoreShown => {
                self.most += STEP;
                Vec::new()
            }
            Action::SeveritiesShown => {
                self.hidden = Rc::default();
                Vec::new()
            }
            Action::Settled => {
                self.settled = self.report.clone();
                Vec::new()
            }
            Action::OpenAsked => vec![Effect::PickFile],
            Action::SaveAsked => {
                let bytes = self.form.write(&self.opened, &self.report.text);
                vec![Effect::Save { name: self.name.clone(), bytes }]
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
                vec![Effect::Plain(self.plain)]
            }
            Action::ThemeToggled => {
                let dark = !self.dark();
                self.dark = Some(dark).filter(|_| dark != self.system_dark);
                vec![Effect::Dark(dark), Effect::RememberTheme(self.dark)]
            }
            Action::SystemDark(dark) => {
                self.system_dark = dark;
                vec![Effect::Dark(self.dark())]
            }
            Action::Say(text) => vec![self.say(text)],
            Action::SayCount => {
                self.say_count();
                Vec::new()
            }
            Action::Hush => {
                self.hush();
                Vec::new()
            }
            action => match self.later {
                Some(later) => (later.act)(self, action),
                None => {
                    self.waiting.push(action);
                    vec![self.fetch()]
                }
            },
        }
    }

    /// The one that the address asks for would take the place of what stands there by now.
    fn forget_example(&mut self) {
        self.waiting.retain(|action| !matches!(action, Action::ExampleNamed(_)));
    }

    fn read(&mut self, text: String) -> Vec<Effect> {
        let report = Report::new(self.report.revision.wrapping_add(1), text, &self.options);
        let marks = report.marks();
        self.report = Rc::new(report);
        let mut effects = vec![Effect::Mark(marks), Effect::SayCountLater];
        if self.report.text.len() > LARGE {
            effects.push(Effect::SettleLater);
        } else {
            self.settled = self.report.clone();
        }
        if self.guarded != self.changed() {
            self.guarded = self.changed();
            effects.push(Effect::GuardLeaving(self.guarded));
        }
        effects
    }

    /// With other versions.
    fn read_again(&mut self) -> Vec<Effect> {
        let unknown = address::forget_unknown(&mut self.options);
        let mut effects = self.read(self.report.text.clone());
        effects.extend(unknown.map(|unknown| self.say(unknown)));
        effects
    }

    fn open(&mut self, text: String) -> Vec<Effect> {
        let (form, text) = Form::of(&text);
        self.form = form;
        self.opened.clone_from(&text);
        (self.hidden, self.most) = (Rc::default(), STEP);
        // Marks belong to the text before: first the text, then what is known about it.
        let mut effects = vec![Effect::Replace(text.clone())];
        effects.extend(self.read(text));
        effects
    }

    /// Another tab leaves the page of a rule.
    fn choose(&mut self, tab: Tab) -> Vec<Effect> {
        self.tab = tab;
        self.settled = self.report.clone();
        let mut effects = Vec::new();
        if self.rule.take().is_some() {
            effects.push(Effect::ClearFragment);
        }
        if self.later.is_none() {
            effects.push(self.fetch());
        }
        effects
    }

    fn fetch(&mut self) -> Effect {
        self.later_missing = false;
        Effect::FetchSecondModule
    }

    fn turn_to(&mut self, side: Side) -> Effect {
        self.side = side;
        Effect::Side(side)
    }

    /// Id of the element that lists the problem in this row, or the last before it; the panel where none is listed.
    pub fn problem_near(&self, row: usize) -> String {
        let listed = |row: &usize| !self.hidden.contains(&self.report.checked.diagnostics[*row].severity);
        let mut rows = (0..self.report.checked.diagnostics.len()).filter(listed);
        let after = rows.clone().find(|other| *other >= row);
        after.or(rows.next_back()).map_or_else(|| PANEL.to_owned(), |row| format!("problem-{row}"))
    }
}

/// Name of a theme, as in the address.
pub fn theme(dark: bool) -> &'static str {
    if dark { "dark" } else { "light" }
}

fn dark(theme: &str) -> Option<bool> {
    [true, false].into_iter().find(|dark| self::theme(*dark) == theme)
}

const NOT_ARRIVED: &str = "A part of the page could not be loaded. The next click tries again.";
const NO_CODE_EDITOR: &str =
    "The code editor could not be loaded: a plain text box stands in its place. `Code editor` tries again.";
const OTHER_METADATA: &str = "Open the data.json that has it.";

/// Id of the element under the tabs.
pub const PANEL: &str = "panel";

#[cfg(test)]
mod tests;
