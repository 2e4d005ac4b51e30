//! One text and everything known about it, with places as the editor counts them.

use std::cmp::Reverse;

use drydock_core::diagnostic::{Diagnostic, Severity};
use drydock_core::fix::{Edit, Fix, Safety};
use drydock_core::plan::Options;
use drydock_core::problem::Problem;
use drydock_core::render::redact::Redactor;
use drydock_core::render::summary;
use drydock_core::text::{LineIndex, Span};
use drydock_core::{Checked, Outcome, Stage};

/// Of more errors than these it is not said which of them are dropped keys.
const MOST_NAMED: usize = 20;
/// Most findings that the editor marks: more would make each keystroke wait.
pub const MARKED: usize = 500;

pub struct Report {
    pub revision: u32,
    pub text: String,
    pub checked: Checked,
}

/// A text has one report: the revision tells them apart.
impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        self.revision == other.revision
    }
}

/// A range of UTF-16 units and what replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub from: usize,
    pub to: usize,
    pub insert: String,
}

/// A range of UTF-16 units to underline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub from: usize,
    pub to: usize,
    pub severity: Severity,
    pub code: &'static str,
    pub message: String,
    /// Titles, in the order of the finding's fixes.
    pub fixes: Vec<String>,
    pub revision: u32,
}

impl Report {
    pub fn new(revision: u32, text: String, options: &Options) -> Self {
        let checked = drydock_core::check(&text, options);
        Self { revision, text, checked }
    }

    pub fn lines(&self) -> LineIndex<'_> {
        LineIndex::new(&self.text)
    }

    pub fn utf16<const N: usize>(&self, offsets: [usize; N]) -> [usize; N] {
        let lines = self.lines();
        offsets.map(|offset| lines.utf16(offset))
    }

    pub fn marks(&self) -> Vec<Mark> {
        let lines = self.lines();
        let mark = |found: &Diagnostic| Mark {
            from: lines.utf16(found.span.start),
            to: lines.utf16(found.span.end),
            severity: found.severity,
            code: found.code,
            message: found.message.clone(),
            fixes: found.fixes.iter().map(|fix| fix.title.clone()).collect(),
            revision: self.revision,
        };
        self.checked.diagnostics.iter().take(MARKED).map(mark).collect()
    }

    /// Nothing but comments and blank lines.
    pub fn is_blank(&self) -> bool {
        let says_nothing = |line: &str| line.is_empty() || line.starts_with('#') || line == "---";
        self.text.lines().map(str::trim).all(says_nothing)
    }

    /// Where rke's reading of the file ends with an error: then it knows nothing of the rest either.
    pub fn unread(&self) -> Option<Span> {
        let Outcome::Refused { stage: Stage::Parse, .. } = self.checked.outcome else { return None };
        let stop = self.checked.diagnostics.iter().find(|found| found.stops_rke);
        Some(stop.map_or(Span::default(), |found| found.span))
    }

    /// How many of the errors are keys that rke drops without a word.
    pub fn dropped_keys(&self) -> usize {
        let is_dropped = |span: Span| {
            self.checked.problems.iter().any(|p| matches!(p, Problem::UnknownKey(unknown) if unknown.span == span))
        };
        let errors = self.checked.diagnostics.iter().filter(|found| found.severity == Severity::Error);
        errors.take(MOST_NAMED).filter(|found| is_dropped(found.span)).count()
    }

    /// How the findings are listed, by index: the one that stops rke, then line by line, the worst of a line first.
    pub fn listed(&self) -> Vec<usize> {
        let found = &self.checked.diagnostics;
        let lines = self.lines();
        // Sorted by place already, but for those of one line.
        let rank = |index: usize| {
            let found = &found[index];
            (!found.stops_rke, lines.position(found.span.start).line, Reverse(found.severity))
        };
        let mut listed: Vec<usize> = Vec::with_capacity(found.len());
        for index in 0..found.len() {
            let behind = listed.iter().rev().take_while(|before| rank(**before) > rank(index)).count();
            listed.insert(listed.len() - behind, index);
        }
        listed
    }

    /// The problem after a selection of UTF-16 units, or the one before it; from the last on to the first.
    pub fn next_to(&self, selection: (usize, usize), back: bool) -> Option<(usize, usize)> {
        let mut places: Vec<_> = self.marks().iter().map(|mark| (mark.from, mark.to)).collect();
        places.sort_unstable();
        let found = match (back, selection) {
            (true, selection) => places.iter().rfind(|place| **place < selection).or(places.last()),
            // A caret in front of a problem has not met it yet.
            (false, (from, to)) if from == to => places.iter().find(|place| place.0 >= from).or(places.first()),
            (false, selection) => places.iter().find(|place| **place > selection).or(places.first()),
        };
        found.copied()
    }

    pub fn changes(&self, edits: &[Edit]) -> Vec<Change> {
        let lines = self.lines();
        let change = |edit: &Edit| Change {
            from: lines.utf16(edit.span.start),
            to: lines.utf16(edit.span.end),
            insert: edit.text.clone(),
        };
        edits.iter().map(change).collect()
    }

    /// As people say it: "2 errors, 1 warning".
    pub fn count(&self) -> String {
        let summary = summary(&self.checked.diagnostics);
        if summary.is_empty() { "No problems".to_owned() } else { summary }
    }

    /// How many findings there are of a severity.
    pub fn of(&self, severity: Severity) -> usize {
        self.checked.diagnostics.iter().filter(|found| found.severity == severity).count()
    }

    /// The findings for an issue or a chat, without secrets.
    pub fn markdown(&self) -> String {
        let secrets = Redactor::find(&self.text, &self.checked.cluster);
        let lines = self.lines();
        let mut out = format!("rke {}, Kubernetes {}\n\n", self.checked.plan.rke, self.checked.plan.kubernetes_version);
        for found in &self.checked.diagnostics {
            let line = lines.position(found.span.start).line;
            let (severity, code) = (found.severity.name(), found.code);
            out.push_str(&format!("- **{severity}**, line {line}: {} ({code})\n", secrets.hide(&found.message)));
            if let Some(help) = &found.help {
                out.push_str(&format!("  - {}\n", secrets.hide(help)));
            }
        }
        out
    }

    /// What "Fix all" would apply at once: one safe fix of each finding, its others are alternatives.
    pub fn safe_fixes(&self) -> impl Iterator<Item = &Fix> {
        let found = self.checked.diagnostics.iter();
        found.filter_map(|found| found.fixes.iter().find(|fix| fix.safety == Safety::Safe))
    }

    /// The text with every safe fix in it, round by round until none is left, and how many that were.
    pub fn fixed(&self, options: &Options) -> (String, usize) {
        drydock_core::fix_all(&self.text, options, |_, fix| fix.safety == Safety::Safe)
    }

    /// The smallest single change that leads to `text`; none where nothing differs.
    pub fn change_to(&self, text: &str) -> Option<Change> {
        let (old, new) = (self.text.as_str(), text);
        if old == new {
            return None;
        }
        let head: usize = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        let tail: usize = old[head..]
            .chars()
            .rev()
            .zip(new[head..].chars().rev())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len_utf8())
            .sum();
        let [from, to] = self.utf16([head, old.len() - tail]);
        Some(Change { from, to, insert: new[head..new.len() - tail].to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use drydock_core::text::Span;

    use super::*;

    fn report(text: &str, findings: &[(Severity, Span)]) -> Report {
        let mut report = Report::new(0, text.to_owned(), &Options::default());
        let finding = |(severity, span): &(Severity, Span)| Diagnostic {
            code: "D000",
            name: "test",
            severity: *severity,
            span: *span,
            message: "a fault".to_owned(),
            at: String::new(),
            related: Vec::new(),
            help: None,
            fixes: Vec::new(),
            refusal: None,
            stops_rke: false,
        };
        report.checked.diagnostics = findings.iter().map(finding).collect();
        report
    }

    #[test]
    fn marks_are_in_utf16_units() {
        let report = report("ü: 😀 x\n", &[(Severity::Error, Span::new(9, 10))]);
        assert_eq!(&report.text[9..10], "x");
        let mark = &report.marks()[0];
        assert_eq!((mark.from, mark.to), (6, 7));
    }

    #[test]
    fn the_next_problem_is_after_the_selection_and_the_first_after_the_last() {
        let at = |from, to| (Severity::Note, Span::new(from, to));
        let none = report("a", &[]);
        let report = report("abcdefghij", &[at(1, 3), at(1, 5), at(7, 8)]);
        assert_eq!(report.next_to((0, 0), false), Some((1, 3)));
        assert_eq!(report.next_to((1, 1), false), Some((1, 3)));
        assert_eq!(report.next_to((1, 3), false), Some((1, 5)));
        assert_eq!(report.next_to((7, 8), false), Some((1, 3)));
        assert_eq!(report.next_to((7, 8), true), Some((1, 5)));
        assert_eq!(report.next_to((1, 3), true), Some((7, 8)));
        assert_eq!(none.next_to((0, 0), false), None);
    }

    #[test]
    fn the_count_leaves_out_what_is_not_there() {
        let at = Span::new(0, 1);
        assert_eq!(report("a", &[]).count(), "No problems");
        assert_eq!(report("a", &[(Severity::Error, at)]).count(), "1 error");
        let many = report("a", &[(Severity::Note, at), (Severity::Error, at), (Severity::Error, at)]);
        assert_eq!(many.count(), "2 errors, 1 note");
    }

    #[test]
    fn the_finding_that_stops_rke_is_listed_first_and_the_worst_of_a_line_before_the_rest() {
        let mut report = report(
            "a b\nc\n",
            &[
                (Severity::Note, Span::new(0, 1)),
                (Severity::Error, Span::new(2, 3)),
                (Severity::Warning, Span::new(4, 5)),
            ],
        );
        assert_eq!(report.listed(), [1, 0, 2]);
        report.checked.diagnostics[2].stops_rke = true;
        assert_eq!(report.listed(), [2, 1, 0]);
    }

    #[test]
    fn comments_say_nothing_and_a_broken_file_is_unread() {
        let of = |text: &str| Report::new(0, text.to_owned(), &Options::default());
        assert!(of("").is_blank() && of("---\n\n  # nodes: []\n").is_blank() && !of("nodes: []\n").is_blank());
        assert_eq!(of("nodes: []\n").unread(), None);
        assert_eq!(of("kubernetes_version: 1.2\n").unread(), None);
        let broken = of("cluster_name: a\nnodes: [\n");
        assert_eq!(broken.lines().position(broken.unread().unwrap().start).line, 2);
    }

    #[test]
    fn the_change_to_another_text_is_the_smallest() {
        let report = report("😀 aab b\n", &[]);
        let change = report.change_to("😀 aaab b\n").unwrap();
        assert_eq!(change, Change { from: 5, to: 5, insert: "a".to_owned() });
        assert_eq!(report.change_to("😀 aab b\n"), None);
        let change = report.change_to("😀 \n").unwrap();
        assert_eq!(change, Change { from: 3, to: 8, insert: String::new() });
    }
}
