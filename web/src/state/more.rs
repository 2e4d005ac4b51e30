//! Actions beyond typing and looking around: the second module's.

use std::rc::Rc;

use drydock_core::image::catalogue::Catalogue;

use super::address::forget_unknown;
use super::{Action, Back, Dialog, Effect, PANEL, State, Tab, Written};
use crate::examples::{EXAMPLES, Sample};
use crate::file::{self, Coding};

impl State {
    pub fn act_later(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Opened { name, text } => self.opened(name, text, Coding::default()),
            Action::FileRead { name, bytes } => match file::decode(bytes) {
                Ok((text, coding)) => self.opened(name, text, coding),
                Err(fault) => vec![self.say(format!("{name} {fault}"))],
            },
            Action::MetadataAsked => vec![Effect::PickMetadata],
            Action::MetadataOpened { name, day, text } => match Catalogue::read(&text) {
                Ok(catalogue) => self.answer_from(catalogue, &name, format!("{name}, a file of {day}")),
                Err(error) => vec![self.say(format!("{name} is no data.json of rke's metadata: {error}."))],
            },
            Action::ExampleChosen(sample) => self.open(sample.text()),
            Action::ExampleNamed(id) => self.open(Sample::by_id(&id).unwrap_or(&EXAMPLES[0]).text()),
            Action::Fix { revision, fix } => {
                let row = self.report.checked.diagnostics.iter().position(|found| found.fixes.contains(&fix));
                self.fix(revision, &fix, Back::Problem(row.unwrap_or_default()))
            }
            Action::FixOf { revision, finding, fix } => {
                let found = self.report.checked.diagnostics.get(finding).and_then(|found| found.fixes.get(fix));
                found.cloned().map(|fix| self.fix(revision, &fix, Back::Editor)).unwrap_or_default()
            }
            Action::FixHere(at) => self.fix_here(at),
            Action::FixAll => self.fix_all(),
            Action::OnlyNeeded(only) => {
                self.only_needed = only;
                Vec::new()
            }
            Action::ImagesSearched(search) => {
                self.search = Rc::from(search.trim());
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
            Action::TargetChosen(version) => {
                self.target = Some(Rc::from(version));
                Vec::new()
            }
            Action::LogTyped(log) => {
                self.log = Rc::from(log);
                Vec::new()
            }
            Action::Export(export) => vec![self.export(export)],
            Action::ShareAsked => self.share(false),
            Action::StandInsChosen(stand_ins) => self.share(stand_ins),
            Action::Packed { text, packed } => self.packed(&text, packed),
            Action::Unpacked(Ok(text)) => {
                let mut effects = self.open(text);
                effects.push(self.say("Opened the text of the link.".to_owned()));
                effects
            }
            Action::Unpacked(Err(fault)) => vec![self.say(fault)],
            Action::StartAsked => self.show(Dialog::Start(Default::default())),
            Action::StartAnswered { key, value } => {
                if let Some(Dialog::Start(start)) = self.dialog.as_mut().map(Rc::make_mut) {
                    start.set(key, &value);
                }
                Vec::new()
            }
            Action::HelpAsked => self.show(Dialog::Help),
            Action::DialogAccepted => self.accept(),
            // Those of state.rs: named, so that one without a handler does not compile.
            Action::Arrived(_)
            | Action::Typed(_)
            | Action::Given(_)
            | Action::VersionChosen(_)
            | Action::ReleaseChosen(_)
            | Action::Jump(_)
            | Action::TabChosen(_)
            | Action::TabKey(_)
            | Action::SideChosen(..)
            | Action::SeverityToggled(_)
            | Action::MoreShown
            | Action::SeveritiesShown
            | Action::Settled
            | Action::OpenAsked
            | Action::SaveAsked
            | Action::UndoAsked
            | Action::ProblemAsked { .. }
            | Action::NotArrived
            | Action::FetchAsked
            | Action::NoCodeEditor
            | Action::Copy { .. }
            | Action::Download { .. }
            | Action::Fragment(_)
            | Action::DialogClosed
            | Action::PlainToggled
            | Action::ThemeToggled
            | Action::SystemDark(_)
            | Action::Say(_)
            | Action::SayCount
            | Action::Hush => Vec::new(),
        }
    }

    /// `known`: the file and what is known of its age.
    fn answer_from(&mut self, catalogue: Catalogue, name: &str, known: String) -> Vec<Effect> {
        self.options.catalogue = catalogue;
        self.metadata = Some(Rc::from(known));
        let unknown = forget_unknown(&mut self.options).map_or_else(String::new, |unknown| format!(" {unknown}"));
        let mut effects = self.read(self.report.text.clone());
        effects.push(self.say(format!("Versions and images come from {name} now.{unknown}")));
        effects
    }

    fn opened(&mut self, name: String, text: String, coding: Coding) -> Vec<Effect> {
        if let Some(catalogue) = metadata(&name, &text) {
            return self.answer_from(catalogue, &name, name.clone());
        }
        let mut effects = self.open(text);
        self.form.coding = coding;
        // The page of a rule would stand in front of what is found.
        if self.rule.is_some() {
            effects.extend(self.choose(Tab::Problems));
            effects.push(Effect::Focus(PANEL.to_owned()));
        }
        effects.push(self.say(format!("Opened {name}.")));
        self.name = name;
        effects
    }

    /// Only while the tab is open: what nobody sees is not written.
    pub fn write_file(&mut self) {
        let from = (self.settled.revision, self.file, self.answers.clone());
        if self.tab != Tab::Files || self.written_from.as_ref() == Some(&from) {
            return;
        }
        let plan = &self.settled.checked.plan;
        self.written = Rc::new(Written::new(self.file, plan, &self.answers, self.written.as_ref().as_ref()));
        self.file = self.written.as_ref().as_ref().map(|written| written.id);
        self.written_from = Some((from.0, self.file, from.2));
    }
}

/// A newer data.json may be opened and dropped like any other file.
fn metadata(name: &str, text: &str) -> Option<Catalogue> {
    name.ends_with(".json").then(|| Catalogue::read(text).ok())?
}
