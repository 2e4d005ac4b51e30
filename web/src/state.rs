//! What the page knows and how it changes: pure, so that it is tested without a browser.

use std::rc::Rc;

use drydock_core::artifacts::Answers;
use drydock_core::fix::{Fix, Safety};
use drydock_core::plan::Options;
use drydock_core::text::Span;

use crate::examples::{EXAMPLES, Sample};
use crate::report::{Change, Mark, Report};

/// The panels beside the editor. A panel is here once it shows something real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Problems,
    Images,
    Registries,
    Files,
}

pub static TABS: &[Tab] = &[Tab::Problems, Tab::Images, Tab::Registries, Tab::Files];

impl Tab {
    /// As in `?tab=images`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Problems => "problems",
            Self::Images => "images",
            Self::Registries => "registries",
            Self::Files => "files",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Problems => "Problems",
            Self::Images => "Images",
            Self::Registries => "Registries",
            Self::Files => "Files",
        }
    }

    pub fn element_id(self) -> String {
        format!("tab-{}", self.id())
    }

    /// The tab a key of the keyboard leads to from this one, as tab lists do.
    pub fn after_key(self, key: &str) -> Option<Self> {
        let at = TABS.iter().position(|tab| *tab == self)?;
        let last = TABS.len() - 1;
        let to = match key {
            "ArrowRight" => (at + 1) % TABS.len(),
            "ArrowLeft" => at.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        Some(TABS[to])
    }
}

/// What the address of the page may ask for: settings only, never the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub example: Option<String>,
    pub tab: Option<String>,
    pub theme: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The editor's text, after any change.
    Typed(String),
    Opened {
        name: String,
        text: String,
    },
    ExampleChosen(&'static Sample),
    /// None: as the file says.
    VersionChosen(Option<String>),
    Jump(Span),
    /// Fixes are for one revision of the text; a stale one is dropped.
    Fix {
        revision: u32,
        fix: Fix,
    },
    FixAll,
    TabChosen(Tab),
    /// A key pressed on the list of tabs.
    TabKey(String),
    OpenAsked,
    OnlyNeeded(bool),
    /// By id of its generator.
    FileChosen(&'static str),
    /// To a question of a generator, by key; an empty answer takes it back.
    Answered {
        key: &'static str,
        value: String,
    },
    Copy {
        what: String,
        text: String,
    },
    Download {
        name: String,
        text: String,
    },
    ThemeToggled,
    SystemDark(bool),
    /// Says a thing in the status region.
    Say(String),
    /// The spoken count is due.
    SayCount,
    /// A message has been there long enough.
    Hush,
}

/// What the browser is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The whole text of the editor.
    Replace(String),
    /// Together one step to undo.
    Change(Vec<Change>),
    Mark(Vec<Mark>),
    /// Selects these UTF-16 units and focuses the editor.
    Reveal(usize, usize),
    Copy {
        what: String,
        text: String,
    },
    Download {
        name: String,
        text: String,
    },
    Dark(bool),
    /// Asks for [`Action::SayCount`] once typing has paused.
    SayCountLater,
    /// Asks for [`Action::Hush`] after a while.
    HushLater,
    /// Asks before the page is left with changes in it.
    GuardLeaving(bool),
    /// By id of the element.
    Focus(String),
    PickFile,
}

/// What the status region says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    pub text: String,
    /// The count is only spoken: it stands under the editor anyway.
    pub shown: bool,
}

pub struct State {
    pub report: Rc<Report>,
    pub options: Options,
    pub tab: Tab,
    pub only_needed: bool,
    pub file: Option<&'static str>,
    pub answers: Rc<Answers>,
    pub status: Status,
    /// The text as it was opened.
    opened: String,
    guarded: bool,
    /// Chosen by hand or in the address; else the system's.
    dark: Option<bool>,
    system_dark: bool,
}

impl State {
    /// `typed`: what was in the page's text box before the program arrived.
    pub fn new(settings: &Settings, system_dark: bool, typed: Option<String>) -> Self {
        let sample = settings.example.as_deref().and_then(Sample::by_id).unwrap_or(&EXAMPLES[0]);
        let options = Options::default();
        let report = Report::new(0, typed.unwrap_or_else(|| sample.text.to_owned()), &options);
        Self {
            report: Rc::new(report),
            options,
            tab: settings
                .tab
                .as_deref()
                .and_then(|name| {
                    TABS.iter().find(|tab| [tab.id(), tab.title()].iter().any(|n| n.eq_ignore_ascii_case(name)))
                })
                .map_or(Tab::Problems, |tab| *tab),
            only_needed: false,
            file: None,
            answers: Rc::default(),
            status: Status::default(),
            opened: sample.text.to_owned(),
            guarded: false,
            dark: match settings.theme.as_deref() {
                Some("dark") => Some(true),
                Some("light") => Some(false),
                _ => None,
            },
            system_dark,
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
        vec![Effect::Dark(self.dark()), Effect::Mark(self.report.marks()), Effect::SayCountLater]
    }

    /// The one place where the state changes.
    pub fn reduce(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Typed(text) => self.read(text),
            Action::Opened { name, text } => {
                let mut effects = self.open(text);
                effects.push(self.say(format!("Opened {name}.")));
                effects
            }
            Action::ExampleChosen(sample) => self.open(sample.text.to_owned()),
            Action::VersionChosen(version) => {
                self.options.kubernetes_version = version;
                self.read(self.report.text.clone())
            }
            Action::Jump(span) => {
                let [from, to] = self.report.utf16([span.start, span.end]);
                vec![Effect::Reveal(from, to)]
            }
            Action::Fix { revision, fix } if revision == self.report.revision => self.fix(&fix),
            Action::Fix { .. } => Vec::new(),
            Action::FixAll => self.fix_all(),
            Action::TabChosen(tab) => {
                self.tab = tab;
                Vec::new()
            }
            Action::TabKey(key) => match self.tab.after_key(&key) {
                Some(tab) => {
                    self.tab = tab;
                    vec![Effect::Focus(tab.element_id())]
                }
                None => Vec::new(),
            },
            Action::OpenAsked => vec![Effect::PickFile],
            Action::OnlyNeeded(only) => {
                self.only_needed = only;
                Vec::new()
            }
            Action::FileChosen(id) => {
                self.file = Some(id);
                Vec::new()
            }
            Action::Answered { key, value } => match Rc::make_mut(&mut self.answers).set(key, &value) {
                Ok(()) => Vec::new(),
                Err(error) => vec![self.say(error.to_string())],
            },
            Action::Copy { what, text } => vec![Effect::Copy { what, text }],
            Action::Download { name, text } => vec![Effect::Download { name, text }],
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
        }
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

    /// The editor reports the changed text back, as if it had been typed.
    fn fix(&mut self, fix: &Fix) -> Vec<Effect> {
        let changes = self.report.changes(&fix.edits);
        let mut effects = Vec::new();
        if fix.safety == Safety::Placeholder
            && let Some(first) = changes.first()
        {
            let end = first.from + first.insert.encode_utf16().count();
            effects.push(Effect::Reveal(first.from, end));
        } else {
            effects.push(to_the_panel());
        }
        effects.insert(0, Effect::Change(changes));
        effects.push(self.say(format!("Done: {}.", fix.title)));
        effects
    }

    fn fix_all(&mut self) -> Vec<Effect> {
        let (text, count) = self.report.fixed(&self.options);
        let said = self.say(if count == 1 { "1 fix applied.".to_owned() } else { format!("{count} fixes applied.") });
        vec![Effect::Change(self.report.change_to(&text).into_iter().collect()), to_the_panel(), said]
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

#[cfg(test)]
mod tests;
