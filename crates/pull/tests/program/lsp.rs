//! `pull lsp`, spoken to message by message.

mod actions;
mod editor;

use std::path::Path;

use expect_test::expect;
use serde_json::{Value, json};

use super::{command, finish, folder};
use editor::{Editor, URI, framed, range};

/// Codes with their places, as `D101 3:2-3:10`.
fn told(findings: &Value) -> Vec<String> {
    let place = |at: &Value| format!("{}:{}", at["line"], at["character"]);
    let each = findings["diagnostics"].as_array().expect("a list").iter();
    let code = |it: &Value| it["code"].as_str().expect("a code").to_owned();
    each.map(|it| format!("{} {}-{}", code(it), place(&it["range"]["start"]), place(&it["range"]["end"]))).collect()
}

const WIDE: &str = "private_registries:\n- {url: r.io, user: 'ü😀', username: x}\n";

#[test]
fn columns_are_counted_in_the_units_the_editor_offers() {
    for (capabilities, encoding, at) in [
        (json!({}), "utf-16", 27),
        (json!({"general": {"positionEncodings": ["utf-32", "utf-16"]}}), "utf-16", 27),
        (json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}}), "utf-8", 30),
    ] {
        let mut editor = Editor::start(Path::new("."), &["lsp"]);
        let greeting = editor.ask("initialize", json!({"capabilities": capabilities}));
        assert_eq!(greeting["capabilities"]["positionEncoding"], encoding);
        editor.tell("initialized", json!({}));
        editor.open(URI, WIDE);
        let found = told(&editor.findings());
        assert!(found.contains(&format!("D101 1:{at}-1:{}", at + 8)), "{encoding}: {found:?}");
        let hover = json!({"textDocument": {"uri": URI}, "position": {"line": 1, "character": 15}});
        assert_eq!(editor.ask("textDocument/hover", hover)["range"], range(1, 14, 18));
        assert_eq!(editor.quit(), 0);
    }
}

#[test]
fn changes_are_put_together_as_the_editor_has_them() {
    let mut editor = Editor::able(json!({}));
    editor.open(URI, WIDE);
    let opened = editor.findings();
    assert_eq!((&opened["uri"], &opened["version"]), (&json!(URI), &json!(1)));

    // Behind the pair of UTF-16 units; then in the text that this leaves; then beyond its end.
    let user = json!({"range": range(1, 27, 35), "text": "password"});
    let line = json!({"range": range(0, 0, 0), "text": "# 😀\r\n"});
    let end = json!({"range": {"start": {"line": 9, "character": 9}, "end": {"line": 9, "character": 9}}, "text": "adons: x\n"});
    editor.change(4, json!([user, line, end]));
    let changed = editor.findings();
    assert_eq!(changed["version"], 4);
    let expected = "# 😀\r\nprivate_registries:\n- {url: r.io, user: 'ü😀', password: x}\nadons: x\n";
    let found = told(&changed);
    assert!(found.contains(&"D101 3:0-3:5".to_owned()), "{found:?}");

    editor.change(5, json!([{"text": expected}]));
    assert_eq!(told(&editor.findings()), found, "the same text, sent whole");
    editor.change(6, json!([{"range": range(2, 20, 25), "text": "a"}]));
    assert_eq!(told(&editor.findings()), found, "a character of two units, and quotes");

    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": URI}}));
    assert_eq!(editor.findings(), json!({"uri": URI, "diagnostics": []}));
    assert_eq!(editor.quit(), 0);
}

#[test]
fn other_yaml_is_left_alone_until_it_turns_into_a_cluster() {
    let mut editor = Editor::able(json!({}));
    let uri = "file:///home/me/values.yml";
    editor.open(uri, "services: [\n");
    let at = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 2}});
    for method in ["textDocument/hover", "textDocument/completion"] {
        assert_eq!(editor.ask(method, at.clone()), Value::Null);
    }
    let change = |version, text: &str| json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]});
    editor.tell("textDocument/didChange", change(2, "nodes: []\nadons: ''\n"));
    editor.tell("textDocument/didChange", change(3, "nodes: []\nservices: {}\nadons: ''\n"));
    let found = editor.findings();
    assert_eq!(found["version"], 3);
    assert!(told(&found).contains(&"D101 2:0-2:5".to_owned()), "{found}");
    editor.tell("textDocument/didChange", change(4, "apiVersion: v1\nkind: Pod\n"));
    assert_eq!(editor.findings()["diagnostics"], json!([]));
    assert_eq!(editor.quit(), 0);
}

#[test]
fn findings_say_where_rke_stops_what_belongs_to_them_and_what_is_of_no_use() {
    let publish = json!({"relatedInformation": true, "tagSupport": {"valueSet": [1, 2]}});
    let mut editor = Editor::able(json!({"textDocument": {"publishDiagnostics": publish}}));
    let node = "- {address: 10.0.0.1, user: rke, role: [etcd, controlplane, worker]}\n";
    editor.open(URI, &format!("services: {{etcd: {{image: a/b:1}}}}\nnodes:\n{node}{node}"));
    let found = editor.findings();
    let found = found["diagnostics"].as_array().unwrap();
    let of = |code: &str| found.iter().find(|it| it["code"] == code).unwrap_or_else(|| panic!("{found:?}"));
    let stops = found.iter().find(|it| it["message"].as_str().unwrap().contains("rke stops here: ")).unwrap();
    assert_eq!((&stops["severity"], &stops["source"]), (&json!(1), &json!("drydock")));
    let related = &stops["relatedInformation"][0];
    assert_eq!((&related["location"]["uri"], &related["location"]["range"]["start"]["line"]), (&json!(URI), &json!(2)));
    assert_eq!((&of("D102")["tags"], &of("D102")["severity"]), (&json!([1]), &json!(3)));
    assert_eq!(stops.get("tags"), None);
    assert_eq!(editor.quit(), 0);
}

#[test]
fn keys_and_versions_are_offered_as_the_flags_say() {
    let data = r#"{"K8sVersionRKESystemImages": {"v1.33.1-rancher1-1": {"etcd": "e:1"}}}"#;
    let folder = folder(&[("data.json", data)]);
    let mut editor = Editor::start(folder.path(), &["lsp", "--metadata", "data.json"]);
    editor.ask("initialize", json!({"capabilities": {}}));
    editor.open(URI, "serv\nkubernetes_version: \n");
    editor.findings();
    let mut offered = |line: u32, character: u32| {
        let at = json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}});
        editor.ask("textDocument/completion", at)
    };
    let versions = offered(1, 20);
    assert_eq!(versions.as_array().unwrap().len(), 1);
    assert_eq!(versions[0]["textEdit"], json!({"range": range(1, 20, 20), "newText": "v1.33.1-rancher1-1"}));
    let keys = offered(0, 4);
    expect![[r#"
        {
          "label": "services",
          "kind": 10,
          "detail": "block",
          "documentation": "Settings of the Kubernetes components: etcd, kube-api, kube-controller, scheduler, kubelet, kubeproxy.",
          "sortText": "0000",
          "textEdit": {
            "range": {
              "start": {
                "line": 0,
                "character": 0
              },
              "end": {
                "line": 0,
                "character": 4
              }
            },
            "newText": "services:"
          }
        }"#]].assert_eq(&serde_json::to_string_pretty(&keys[0]).unwrap());
    assert_eq!(editor.quit(), 0);
}

#[test]
fn blocks_are_completed_with_their_first_line_unless_all_are_taken_as_they_are() {
    let modes = |modes: Value| json!({"textDocument": {"completion": {"completionItem": {"insertTextModeSupport": {"valueSet": modes}}}}});
    let at = json!({"textDocument": {"uri": URI}, "position": {"line": 0, "character": 3}});
    for (able, text, mode) in [
        (json!({}), "nodes:", Value::Null),
        (modes(json!([2])), "nodes:", Value::Null),
        (modes(json!([1, 2])), "nodes:\n- ", json!(1)),
    ] {
        let mut editor = Editor::able(able);
        editor.open(URI, "nod");
        editor.findings();
        let offered = editor.ask("textDocument/completion", at.clone());
        let edit = json!({"range": range(0, 0, 3), "newText": text});
        assert_eq!((&offered[0]["textEdit"], &offered[0]["insertTextMode"]), (&edit, &mode));
        assert_eq!(editor.quit(), 0);
    }
}

#[test]
fn no_secret_is_told() {
    let secret = "canary-secret-key";
    let ecr = include_str!("../../../../tests/samples/ecr-plugin-ignored.yml");
    let mut editor = Editor::able(json!({"textDocument": {"publishDiagnostics": {"relatedInformation": true}}}));
    editor.open(URI, ecr);
    let mut all = editor.findings().to_string();
    for (line, text) in (0_u32..).zip(ecr.lines()) {
        let at = json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": text.len()}});
        for method in ["textDocument/hover", "textDocument/completion"] {
            all += &editor.ask(method, at.clone()).to_string();
        }
    }
    assert!(all.contains("D301") && !all.contains(secret) && !all.contains("AKIACANARYCANARY"), "{all}");
    assert_eq!(editor.quit(), 0);
}

#[test]
fn the_life_cycle_is_that_of_the_protocol() {
    let mut editor = Editor::start(Path::new("."), &["lsp"]);
    let code = |answer: Value| answer["error"]["code"].clone();
    assert_eq!(code(editor.ask_for("textDocument/hover", json!({}))), -32002);
    editor.open(URI, "adons: x\n");
    // What cannot be read of the editor's abilities counts as nothing; the file opened too early was not heard of.
    editor.ask("initialize", json!({"capabilities": {"general": 7}}));
    assert_eq!(code(editor.ask_for("initialize", json!({}))), -32600);
    assert_eq!(code(editor.ask_for("textDocument/definition", json!({}))), -32601);
    assert_eq!(code(editor.ask_for("textDocument/hover", json!({"position": "secret"}))), -32602);
    editor.tell("$/setTrace", json!({"value": "off"}));
    editor.tell("textDocument/didOpen", json!({"no": "file"}));
    editor.change(2, json!([{"text": "of no open file"}]));
    assert_eq!(editor.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(code(editor.ask_for("textDocument/hover", json!({}))), -32600);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_end_without_a_shutdown_and_what_is_no_message_have_their_exit_codes() {
    let exit = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
    let cut = &exit[..exit.len() - 3];
    let secret = framed(r#"{"text": "password: hunter22""#);
    let garbled = "error: standard input is not the Language Server Protocol; an editor starts `pull lsp`\n";
    for (input, code, stderr) in [
        (&exit[..], 1, ""),
        (b"", 1, ""),
        (cut, 2, "error: standard input ends within a message\n"),
        (b"password: hunter22\n", 2, garbled),
        (b"Content-Length: many\r\n\r\n{}", 2, garbled),
        (b"\r\n\r\n", 2, garbled),
        (b"\xff\xfe\n", 2, garbled),
        (&secret, 2, garbled),
        (&framed("[1, 2]"), 2, garbled),
    ] {
        let run = finish(command(Path::new("."), &["lsp"]), input);
        assert_eq!((run.code, run.stderr.as_str(), run.stdout.as_str()), (code, stderr, ""), "{input:?}");
    }
}
