//! Fixes, where the focus goes then, and what is said meanwhile.

use drydock_core::fix::{Edit, Fix, Safety};
use drydock_core::text::Span;

use super::*;
use crate::report::Change;

#[test]
fn a_fix_is_one_change_in_utf16_and_says_what_was_done() {
    let mut state = typed("# 😀\nold: 1\n");
    let at = state.report.text.find("old").unwrap();
    let fix = Fix::new("rename it", Safety::Safe, vec![Edit::replace(Span::new(at, at + 3), "new")]);
    let effects = state.reduce(Action::Fix { revision: state.report.revision, fix });
    assert_eq!(effects[0], Effect::Change(vec![Change { from: 5, to: 8, insert: "new".to_owned() }]));
    assert_eq!(state.status.text, "Done: rename it. Ctrl+Z undoes it.");
    assert!(state.status.shown);
}

#[test]
fn a_placeholder_is_selected_for_the_author_to_fill_in() {
    let mut state = typed("a: \n");
    let fix = Fix::new("add it", Safety::Placeholder, vec![Edit::insert(3, "USER")]);
    let effects = state.reduce(Action::Fix { revision: state.report.revision, fix });
    assert_eq!(effects[2], Effect::Reveal(3, 7));
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
fn fix_all_is_shown_first_and_leaves_nothing_safe_to_fix_and_every_comment_in_place() {
    let mut state = state();
    assert!(state.report.safe_fixes().count() > 0, "the first example has something to fix");
    assert_eq!(state.reduce(Action::FixAll), vec![]);
    let Some(Dialog::Preview(preview)) = state.dialog.as_deref().cloned() else { panic!("a preview") };
    let effects = state.reduce(Action::DialogAccepted);
    assert_eq!(effects[0], Effect::CloseDialog);
    let Effect::Change(changes) = &effects[1] else { panic!("one change, not {effects:?}") };
    let mut units: Vec<u16> = state.report.text.encode_utf16().collect();
    units.splice(changes[0].from..changes[0].to, changes[0].insert.encode_utf16());
    let fixed = String::from_utf16(&units).unwrap();
    assert_eq!(fixed, preview.after);
    let comments = |text: &str| text.lines().filter_map(|line| line.split_once('#')).count();
    assert_eq!(comments(&fixed), comments(&state.report.text));
    assert!(fixed.contains("ecr_credential_plugin:"));
    state.reduce(Action::Typed(fixed));
    assert_eq!(state.report.safe_fixes().count(), 0);
}

#[test]
fn a_doubtful_fix_is_shown_first_and_dropped_once_the_text_moves_on() {
    let mut state = typed("old: 1\n");
    let fix = Fix::new("rename it", Safety::Uncertain, vec![Edit::replace(Span::new(0, 3), "new")]);
    assert_eq!(state.reduce(Action::Fix { revision: state.report.revision, fix: fix.clone() }), vec![]);
    let effects = state.reduce(Action::DialogAccepted);
    assert_eq!(effects[1], Effect::Change(vec![Change { from: 0, to: 3, insert: "new".to_owned() }]));
    state.reduce(Action::Fix { revision: state.report.revision, fix });
    state.reduce(Action::Typed("other: 1\n".to_owned()));
    assert_eq!(state.reduce(Action::DialogAccepted), vec![Effect::CloseDialog]);
}

#[test]
fn the_caret_asks_for_the_fix_of_its_finding() {
    let mut state = typed("# 😀\nnods: []\n");
    let at = "# 😀\nno".encode_utf16().count();
    let mut effects = state.reduce(Action::FixHere(at));
    if state.dialog.is_some() {
        effects = state.reduce(Action::DialogAccepted);
    }
    assert!(state.status.text.starts_with("Done"), "{}", state.status.text);
    assert!(effects.contains(&Effect::FocusEditor), "{effects:?}");
    assert_eq!(state.reduce(Action::FixHere(0)), vec![Effect::HushLater]);
    assert_eq!(state.status.text, "No fix here.");
}

#[test]
fn after_a_fix_button_the_focus_goes_to_what_is_listed_there_then() {
    let text = "nods: []\nservics: {}\n";
    let mut state = typed(text);
    let found = &state.report.checked.diagnostics;
    let rows: Vec<usize> = (0..found.len()).filter(|row| !found[*row].fixes.is_empty()).collect();
    assert!(rows.len() > 1, "{found:?}");
    let fix = found[rows[1]].fixes[0].clone();
    let mut effects = state.reduce(Action::Fix { revision: state.report.revision, fix });
    if state.dialog.is_some() {
        effects = state.reduce(Action::DialogAccepted);
    }
    assert!(effects.contains(&Effect::FocusProblem(rows[1])), "{effects:?}");
    // The row after, the last one before the end, and the panel where nothing is listed.
    assert_eq!(state.problem_near(0), "problem-0");
    assert_eq!(state.problem_near(99), format!("problem-{}", state.report.checked.diagnostics.len() - 1));
    let severities: Vec<_> = state.report.checked.diagnostics.iter().map(|found| found.severity).collect();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        if severities.contains(&severity) {
            state.reduce(Action::SeverityToggled(severity));
        }
    }
    assert_eq!(state.problem_near(0), "panel");
}
