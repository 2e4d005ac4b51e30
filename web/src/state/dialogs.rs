//! Fixes, exports, links and the guided start: what a dialog shows before it is done.

use std::rc::Rc;

use drydock_core::fix::{self, Fix, Safety};
use drydock_core::render::redact::Redactor;
use drydock_core::render::{json, sarif, stand_ins};
use drydock_core::start::PLACEHOLDER;

use super::{Back, Dialog, Effect, Export, Link, Preview, Share, State};
use crate::share;

impl State {
    pub(super) fn show(&mut self, dialog: Dialog) -> Vec<Effect> {
        self.dialog = Some(Rc::new(dialog));
        Vec::new()
    }

    /// The editor reports the changed text back, as if it had been typed.
    pub(super) fn fix(&mut self, revision: u32, fix: &Fix, back: Back) -> Vec<Effect> {
        if revision != self.report.revision {
            return Vec::new();
        }
        let changes = self.report.changes(&fix.edits);
        let done = format!("Done: {}.", fix.title);
        match (fix.safety, changes.first()) {
            (Safety::Uncertain, _) => {
                let (after, _) = fix::apply(&self.report.text, [fix]);
                self.preview(sentence(&fix.title), changes, after, done, back)
            }
            (Safety::Placeholder, Some(first)) => {
                let end = first.from + first.insert.encode_utf16().count();
                let select = Effect::Reveal(first.from, end);
                vec![self.turn_to(super::Side::Edit), Effect::Change(changes), select, self.say_undoable(&done)]
            }
            _ => vec![Effect::Change(changes), back.focus(), self.say_undoable(&done)],
        }
    }

    /// The only fix of the finding under the caret, or the list of findings to choose from.
    pub(super) fn fix_here(&mut self, at: usize) -> Vec<Effect> {
        let report = self.report.clone();
        let found = &report.checked.diagnostics;
        let lines = report.lines();
        let touches = |from: usize, to: usize| lines.utf16(from) <= at && at <= lines.utf16(to);
        let here = found.iter().position(|found| touches(found.span.start, found.span.end) && !found.fixes.is_empty());
        match here.map(|index| (index, &found[index].fixes[..])) {
            None => vec![self.say("No fix here.".to_owned())],
            Some((_, [fix])) => self.fix(report.revision, fix, Back::Editor),
            Some((index, _)) => {
                let mut effects = self.choose(super::Tab::Problems);
                effects.extend([self.turn_to(super::Side::Answers), Effect::Focus(format!("problem-{index}"))]);
                effects
            }
        }
    }

    pub(super) fn fix_all(&mut self) -> Vec<Effect> {
        let (after, count) = self.report.fixed(&self.options);
        let fixes = if count == 1 { "1 fix".to_owned() } else { format!("{count} fixes") };
        let left = match drydock_core::check(&after, &self.options).diagnostics.len() {
            0 => String::new(),
            1 => ", 1 more needs a look".to_owned(),
            left => format!(", {left} more need a look"),
        };
        let changes = self.report.change_to(&after).into_iter().collect();
        self.preview(format!("Fix all: {fixes}{left}"), changes, after, format!("{fixes} applied."), Back::Problem(0))
    }

    fn preview(
        &mut self,
        title: String,
        changes: Vec<crate::report::Change>,
        after: String,
        done: String,
        back: Back,
    ) -> Vec<Effect> {
        let (revision, before) = (self.report.revision, self.report.text.clone());
        self.show(Dialog::Preview(Preview { title, revision, changes, before, after, done, back }))
    }

    pub(super) fn accept(&mut self) -> Vec<Effect> {
        // Closed first: it gives the focus back, which then goes on.
        let mut effects = vec![Effect::CloseDialog];
        match self.dialog.take().as_deref() {
            Some(Dialog::Preview(preview)) if preview.revision == self.report.revision => {
                effects.extend([
                    Effect::Change(preview.changes.clone()),
                    preview.back.focus(),
                    self.say_undoable(&preview.done),
                ]);
            }
            Some(Dialog::Share(Share { link: Link::Ready(link), .. })) => {
                effects.push(Effect::Copy { what: "the link".to_owned(), text: link.clone() });
            }
            Some(Dialog::Start(start)) => {
                effects.extend(self.open(start.write(&self.options)));
                // What is left to write is next.
                let first = self.report.text.find(PLACEHOLDER).map_or([0, 0], |at| [at, at + PLACEHOLDER.len()]);
                let [from, to] = self.report.utf16(first);
                effects.extend([self.turn_to(super::Side::Edit), Effect::Reveal(from, to)]);
            }
            _ => {}
        }
        effects
    }

    pub(super) fn share(&mut self, with_stand_ins: bool) -> Vec<Effect> {
        let report = &self.report;
        let secrets = Redactor::find(&report.text, &report.checked.cluster);
        let masked = secrets.mask_scalars(&report.text);
        let hidden = masked.count();
        let stood_in = with_stand_ins.then(|| stand_ins::stand_in(&masked, &report.checked.cluster));
        let counts = stood_in.as_ref().map(|stood_in| (stood_in.names, stood_in.places));
        let text = stood_in.map_or(masked.text, |stood_in| stood_in.text);
        // What was hidden in one place and stands in another: a text that cannot be read all over.
        let leaks = secrets.occur_in(&text);
        let link = if leaks { Link::Refused("A secret would remain in this text.") } else { Link::Pending };
        let effects = if leaks { Vec::new() } else { vec![Effect::Pack(text.clone())] };
        self.show(Dialog::Share(Share { text, hidden, stood_in: counts, link }));
        effects
    }

    /// Only for the text that is shown now: the one before may have held the names that were to go.
    pub(super) fn packed(&mut self, text: &str, packed: Option<String>) -> Vec<Effect> {
        let settings = share::query(&[
            ("rke", self.options.rke.as_deref()),
            ("kubernetes", self.options.kubernetes_version.as_deref()),
        ]);
        if let Some(Dialog::Share(share)) = self.dialog.as_mut().map(Rc::make_mut)
            && share.text == text
        {
            share.link = match packed {
                None => Link::Refused("This browser cannot pack the text."),
                Some(packed) => match format!("{}{settings}#{}{packed}", self.address, share::VERSION) {
                    link if link.len() > share::LONGEST => {
                        Link::Refused("The text is too long for a link: send the file instead.")
                    }
                    link => Link::Ready(link),
                },
            };
        }
        Vec::new()
    }

    pub(super) fn export(&self, export: Export) -> Effect {
        let report = &self.report;
        match export {
            Export::Markdown => Effect::Copy { what: "the problems".to_owned(), text: report.markdown() },
            Export::Command => Effect::Copy { what: "the command".to_owned(), text: self.command() },
            Export::Json => self.file("problems.json", &self.findings()),
            Export::Sarif => self.file("problems.sarif", &sarif::log(&self.findings(), env!("CARGO_PKG_VERSION"))),
        }
    }

    /// What a page around this one hears of a check: the findings as JSON.
    pub fn told(&self) -> String {
        // Only texts and numbers, which JSON can always hold.
        serde_json::to_string(&self.findings()).unwrap_or_default()
    }

    fn findings(&self) -> json::Report {
        let report = json::Report::new(vec![json::report(&self.name, &self.report.text, &self.report.checked)]);
        report.with_docs(self.docs.as_deref())
    }

    fn file(&self, name: &str, content: &impl serde::Serialize) -> Effect {
        let text = serde_json::to_string_pretty(content).unwrap_or_default();
        Effect::Download { name: name.to_owned(), text: format!("{text}\n") }
    }

    /// The same check in a terminal.
    fn command(&self) -> String {
        let mut command = "pull check".to_owned();
        for (option, value) in
            [(" --rke ", &self.options.rke), (" --kubernetes-version ", &self.options.kubernetes_version)]
        {
            if let Some(value) = value {
                command.push_str(option);
                command.push_str(value);
            }
        }
        format!("{command} cluster.yml")
    }
}

/// `write x` as the title of a dialog.
fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
