//! What the page knows and how it changes: pure, so that it is tested without a browser.

use std::rc::Rc;

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
    /// Asks before the page is left with changes in it.
    GuardLeaving(bool),
    /// By id of the element.
    Focus(String),
    PickFile,
}

pub struct State {
    pub report: Rc<Report>,
    pub options: Options,
    pub tab: Tab,
    pub only_needed: bool,
    pub file: Option<&'static str>,
    /// What the status region says.
    pub status: String,
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
                .and_then(|id| TABS.iter().find(|tab| tab.id() == id))
                .map_or(Tab::Problems, |tab| *tab),
            only_needed: false,
            file: None,
            status: String::new(),
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
                self.status = format!("Opened {name}.");
                self.open(text)
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
            Action::Say(text) => {
                self.status = text;
                Vec::new()
            }
            Action::SayCount => {
                self.status = format!("{}.", self.report.count());
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
        }
        self.status = format!("Done: {}.", fix.title);
        effects.insert(0, Effect::Change(changes));
        effects
    }

    fn fix_all(&mut self) -> Vec<Effect> {
        let (text, count) = self.report.fixed(&self.options);
        self.status = if count == 1 { "1 fix applied.".to_owned() } else { format!("{count} fixes applied.") };
        vec![Effect::Change(self.report.change_to(&text).into_iter().collect())]
    }
}

#[cfg(test)]
mod tests {
    use drydock_core::fix::Edit;

    use super::*;

    fn state() -> State {
        State::new(&Settings::default(), false, None)
    }

    fn typed(text: &str) -> State {
        State::new(&Settings::default(), false, Some(text.to_owned()))
    }

    #[test]
    fn the_address_chooses_example_tab_and_theme_and_nonsense_is_passed_over() {
        let settings = |example: &str, tab: &str, theme: &str| Settings {
            example: Some(example.to_owned()),
            tab: Some(tab.to_owned()),
            theme: Some(theme.to_owned()),
        };
        let asked = State::new(&settings("urls", "images", "dark"), false, None);
        assert_eq!((asked.tab, asked.dark()), (Tab::Images, true));
        assert_eq!(asked.report.text, Sample::by_id("urls").unwrap().text);
        let nonsense = State::new(&settings("?", "?", "?"), true, None);
        assert_eq!((nonsense.tab, nonsense.dark()), (Tab::Problems, true));
        assert_eq!(nonsense.report.text, EXAMPLES[0].text);
    }

    #[test]
    fn what_was_typed_before_the_program_arrived_is_kept() {
        let state = typed("nodes: []\n");
        assert_eq!(state.report.text, "nodes: []\n");
        assert!(state.changed());
    }

    #[test]
    fn keys_walk_around_the_list_of_tabs_and_take_the_focus_along() {
        let mut state = state();
        let focus = |tab: Tab| vec![Effect::Focus(tab.element_id())];
        assert_eq!(state.reduce(Action::TabKey("ArrowLeft".to_owned())), focus(Tab::Files));
        assert_eq!(state.reduce(Action::TabKey("ArrowRight".to_owned())), focus(Tab::Problems));
        assert_eq!(state.reduce(Action::TabKey("End".to_owned())), focus(Tab::Files));
        assert_eq!(state.reduce(Action::TabKey("x".to_owned())), vec![]);
        assert_eq!(state.tab, Tab::Files);
    }

    #[test]
    fn a_change_is_guarded_once_and_until_it_is_undone() {
        let mut state = state();
        let text = state.report.text.clone();
        assert!(state.reduce(Action::Typed(format!("{text}#"))).contains(&Effect::GuardLeaving(true)));
        assert!(!state.reduce(Action::Typed(format!("{text}##"))).contains(&Effect::GuardLeaving(true)));
        assert!(state.reduce(Action::Typed(text)).contains(&Effect::GuardLeaving(false)));
    }

    #[test]
    fn an_opened_file_has_the_line_breaks_of_the_editor() {
        let mut state = state();
        let effects =
            state.reduce(Action::Opened { name: "a.yml".to_owned(), text: "nodes:\r\n- address: a\r".to_owned() });
        assert_eq!(effects[0], Effect::Replace("nodes:\n- address: a\n".to_owned()));
        assert_eq!(state.status, "Opened a.yml.");
        assert!(!state.changed());
    }

    #[test]
    fn a_fix_is_one_change_in_utf16_and_says_what_was_done() {
        let mut state = typed("# 😀\nold: 1\n");
        let at = state.report.text.find("old").unwrap();
        let fix = Fix::new("rename it", Safety::Safe, vec![Edit::replace(Span::new(at, at + 3), "new")]);
        let effects = state.reduce(Action::Fix { revision: state.report.revision, fix });
        assert_eq!(effects, vec![Effect::Change(vec![Change { from: 5, to: 8, insert: "new".to_owned() }])]);
        assert_eq!(state.status, "Done: rename it.");
    }

    #[test]
    fn a_placeholder_is_selected_for_the_author_to_fill_in() {
        let mut state = typed("a: \n");
        let fix = Fix::new("add it", Safety::Placeholder, vec![Edit::insert(3, "USER")]);
        let effects = state.reduce(Action::Fix { revision: state.report.revision, fix });
        assert_eq!(effects[1], Effect::Reveal(3, 7));
    }

    #[test]
    fn a_fix_for_a_text_that_has_moved_on_is_dropped() {
        let mut state = state();
        let fix = Fix::new("late", Safety::Safe, vec![Edit::insert(0, "x")]);
        let revision = state.report.revision;
        state.reduce(Action::Typed("nodes: []\n".to_owned()));
        assert_eq!(state.reduce(Action::Fix { revision, fix }), vec![]);
    }

    #[test]
    fn a_chosen_version_counts_instead_of_the_file_s() {
        let mut state = state();
        state.reduce(Action::VersionChosen(Some("v1.28.14-rancher1-1".to_owned())));
        assert_eq!(state.report.checked.plan.kubernetes_version, "v1.28.14-rancher1-1");
        state.reduce(Action::VersionChosen(None));
        assert_eq!(state.report.checked.plan.kubernetes_version, "v1.30.5-rancher1-1");
    }

    #[test]
    fn a_theme_chosen_by_hand_outlives_the_system_s() {
        let mut state = state();
        assert_eq!(state.reduce(Action::SystemDark(true)), vec![Effect::Dark(true)]);
        assert_eq!(state.reduce(Action::ThemeToggled), vec![Effect::Dark(false)]);
        assert_eq!(state.reduce(Action::SystemDark(true)), vec![Effect::Dark(false)]);
    }

    #[test]
    fn fix_all_leaves_nothing_safe_to_fix_and_every_comment_in_place() {
        let mut state = state();
        assert!(state.report.safe_fixes().count() > 0, "the first example has something to fix");
        let effects = state.reduce(Action::FixAll);
        let [Effect::Change(changes)] = effects.as_slice() else { panic!("one change, not {effects:?}") };
        let mut units: Vec<u16> = state.report.text.encode_utf16().collect();
        units.splice(changes[0].from..changes[0].to, changes[0].insert.encode_utf16());
        let fixed = String::from_utf16(&units).unwrap();
        let comments = |text: &str| text.lines().filter_map(|line| line.split_once('#')).count();
        assert_eq!(comments(&fixed), comments(&state.report.text));
        assert!(fixed.contains("ecr_credential_plugin:"));
        state.reduce(Action::Typed(fixed));
        assert_eq!(state.report.safe_fixes().count(), 0);
    }
}
