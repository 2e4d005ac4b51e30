//! Fixes as code actions.

use drydock_core::fix::{self, Safety};
use drydock_core::plan::Options;
use drydock_core::rules::RULES;
use drydock_core::{check, fix_all};
use serde_json::{Value, json};

use super::editor::{Editor, URI, range};

/// As an editor without wide characters would apply them.
fn applied(text: &str, edits: &Value) -> String {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let offset = |at: &Value| {
        let line = at["line"].as_u64().expect("a line") as usize;
        let column = at["character"].as_u64().expect("a column") as usize;
        let rest = &text[starts[line]..];
        let mut units = 0;
        let within = rest.char_indices().find(|(_, c)| {
            units += c.len_utf16();
            units > column
        });
        starts[line] + within.map_or(rest.len(), |(at, _)| at)
    };
    let mut changed = text.to_owned();
    // From the end, so that places stay.
    for edit in edits.as_array().expect("edits").iter().rev() {
        let places = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        changed.replace_range(places, edit["newText"].as_str().expect("a text"));
    }
    changed
}

#[test]
fn every_fix_of_every_example_reaches_the_editor_as_it_is() {
    let mut editor = Editor::able(json!({"workspace": {"workspaceEdit": {"documentChanges": true}}}));
    let whole = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}});
    let options = Options::default();
    let mut compared = 0;
    // A list at the top and another program's file are left alone: the editor hears nothing of them.
    let told = |code| !["D015", "D016"].contains(&code);
    for example in RULES.iter().filter(|rule| told(rule.code)).flat_map(|rule| rule.doc().examples) {
        for text in [example.text(), example.text().replace('\n', "\r\n")] {
            editor.open(URI, &text);
            let version = editor.findings()["version"].clone();
            let offered = editor.actions(whole.clone(), json!({"diagnostics": []}));
            let edits = |action: &Value| {
                let change = &action["edit"]["documentChanges"][0];
                assert_eq!(change["textDocument"], json!({"uri": URI, "version": version}));
                applied(&text, &change["edits"])
            };
            let checked = check(&text, &options);
            let mut expected: Vec<(String, bool)> = Vec::new();
            for found in &checked.diagnostics {
                let safe = found.fixes.iter().position(|fix| fix.safety == Safety::Safe);
                let each = found.fixes.iter().enumerate();
                expected.extend(each.map(|(number, it)| (fix::apply(&text, [it]).0, safe == Some(number))));
            }
            let quick: Vec<_> = offered.iter().filter(|it| it["kind"] == "quickfix").collect();
            let got: Vec<_> = quick.iter().map(|it| (edits(it), it["isPreferred"] == true)).collect();
            assert_eq!(got, expected, "{text}");
            let all = offered.iter().find(|it| it["kind"] == "source.fixAll.drydock");
            let (fixed, _) = fix_all(&text, &options, |_, fix| fix.safety == Safety::Safe);
            assert_eq!(all.map_or(text.clone(), edits), fixed);
            compared += expected.len();
        }
    }
    assert!(compared > 50, "only {compared} fixes were compared");
    assert_eq!(editor.quit(), 0);
}

#[test]
fn actions_are_those_asked_for() {
    let mut editor = Editor::able(json!({}));
    editor.open(URI, "adons: x\nprivate_registries:\n- {url: r.io, usr: a, username: b}\n");
    let found = editor.findings()["diagnostics"].clone();
    let user = found.as_array().unwrap().iter().find(|it| it["range"] == range(2, 22, 30)).unwrap().clone();
    let kinds = |actions: Vec<Value>| -> Vec<String> {
        actions.iter().map(|action| action["kind"].as_str().unwrap().to_owned()).collect()
    };
    let nothing = json!([]);
    let at_user = editor.actions(range(2, 25, 25), json!({"diagnostics": nothing, "only": ["quickfix"]}));
    assert_eq!(at_user[0]["diagnostics"], json!([user]));
    assert_eq!(at_user[0]["edit"]["changes"][URI][0]["range"], user["range"], "{at_user:?}");
    let elsewhere = editor.actions(range(2, 0, 0), json!({"diagnostics": nothing, "only": ["quickfix"]}));
    assert_eq!(kinds(elsewhere), [""; 0]);
    let named = editor.actions(range(2, 0, 0), json!({"diagnostics": [user], "only": ["quickfix"]}));
    assert_eq!(named, at_user, "found at another place of the line");
    for (only, expected) in [("source.fixAll", 1), ("source", 1), ("source.fixAll.drydock", 1), ("source.fix", 0)] {
        let actions = editor.actions(range(0, 0, 0), json!({"diagnostics": nothing, "only": [only]}));
        assert_eq!(actions.len(), expected, "{only}");
    }
    assert_eq!(editor.quit(), 0);
}
