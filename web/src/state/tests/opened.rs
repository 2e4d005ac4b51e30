//! Files that are opened and saved.

use super::*;
use crate::examples::EXAMPLES;

fn read(state: &mut State, name: &str, bytes: &[u8]) -> Vec<Effect> {
    state.reduce(Action::FileRead { name: name.to_owned(), bytes: bytes.to_vec() })
}

#[test]
fn a_file_is_saved_with_the_line_breaks_and_the_mark_it_had() {
    let mut state = state();
    read(&mut state, "mine.yml", b"\xef\xbb\xbfnods: []\r\n# kept\r\n");
    assert_eq!(state.report.text, "nods: []\n# kept\n");
    state.reduce(Action::Typed("nodes: []\n# kept\n".to_owned()));
    let saved = Effect::Save { name: "mine.yml".to_owned(), bytes: b"\xef\xbb\xbfnodes: []\r\n# kept\r\n".to_vec() };
    assert_eq!(state.reduce(Action::SaveAsked), [saved]);
    // The next text has a form of its own.
    state.reduce(Action::ExampleChosen(&EXAMPLES[0]));
    let Effect::Save { bytes, .. } = state.reduce(Action::SaveAsked).remove(0) else { panic!("saved") };
    assert_eq!(bytes, EXAMPLES[0].text().into_bytes());
}

#[test]
fn what_is_no_text_is_told_by_name_and_the_editor_keeps_what_it_has() {
    let mut state = typed("nodes: []\n");
    assert_eq!(read(&mut state, "logo.png", b"\x89PNG\r\n\x1a\n\0\0"), [Effect::HushLater]);
    assert_eq!(state.status.text, "logo.png is binary, not text: it holds NUL bytes.");
    read(&mut state, "old.yml", b"a: caf\xe9\n");
    assert!(state.status.text.starts_with("old.yml is not UTF-8: byte 0xE9 in line 1."), "{}", state.status.text);
    assert_eq!(state.report.text, "nodes: []\n");
}

#[test]
fn a_text_opened_from_the_page_of_a_rule_shows_its_problems() {
    let mut state = state();
    state.reduce(Action::Fragment("rule=D301".to_owned()));
    let effects = state.reduce(Action::Opened { name: "D301 example 1.yml".to_owned(), text: "a: 1\n".to_owned() });
    assert!(state.rule.is_none() && state.tab == Tab::Problems);
    assert!(effects.contains(&Effect::ClearFragment) && effects.contains(&Effect::Focus("panel".to_owned())));
}

#[test]
fn what_cannot_be_loaded_is_told_and_tried_again() {
    let mut state = State::new(&Settings::default(), false, None);
    state.reduce(Action::NotArrived);
    assert!(state.later_missing && state.status.text.contains("could not be loaded"));
    let effects = state.reduce(Action::FetchAsked);
    assert!(!state.later_missing && effects.contains(&Effect::FetchSecondModule));
    state.reduce(Action::NoCodeEditor);
    assert!(state.plain && state.status.text.contains("code editor could not be loaded"));
    assert_eq!(state.reduce(Action::PlainToggled), [Effect::Plain(false)]);
}
