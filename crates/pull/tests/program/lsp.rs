//! `pull lsp`, spoken to message by message.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use drydock_core::fix::{self, Safety};
use drydock_core::plan::Options;
use drydock_core::rules::RULES;
use drydock_core::{check, fix_all};
use expect_test::expect;
use serde_json::{Value, json};

use super::{command, finish, folder};

struct Editor {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    asked: i32,
}

impl Editor {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = command(folder, arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary starts");
        let (stdin, stdout) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        Self { child, stdin, stdout: BufReader::new(stdout), asked: 0 }
    }

    /// Ready to open files.
    fn able(capabilities: Value) -> Self {
        let mut editor = Self::start(Path::new("."), &["lsp", "--stdio"]);
        editor.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": capabilities}));
        editor.tell("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        self.stdin.write_all(&framed(&message.to_string())).expect("the server reads");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// The whole answer.
    fn ask_for(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}));
        let answer = self.hear();
        assert_eq!(answer["id"], self.asked, "{answer}");
        answer
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.ask_for(method, params);
        assert_eq!(answer["error"], Value::Null, "{method}");
        answer["result"].take()
    }

    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stdout.read_line(&mut line).expect("UTF-8");
            match line.trim_end().split_once(": ") {
                Some((_, number)) => length = number.parse().expect("a number"),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.stdout.read_exact(&mut body).expect("the body");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// What is said of a file after it was opened or changed.
    fn findings(&mut self) -> Value {
        let told = self.hear();
        assert_eq!(told["method"], "textDocument/publishDiagnostics", "{told}");
        told["params"].clone()
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    fn change(&mut self, version: i32, changes: Value) {
        let document = json!({"uri": URI, "version": version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    fn actions(&mut self, range: Value, context: Value) -> Vec<Value> {
        let params = json!({"textDocument": {"uri": URI}, "range": range, "context": context});
        self.ask("textDocument/codeAction", params).as_array().expect("a list").clone()
    }

    fn quit(mut self) -> i32 {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.child.wait().expect("it ends").code().expect("a code")
    }
}

const URI: &str = "file:///home/me/cluster.yml";

fn framed(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn range(line: u32, from: u32, to: u32) -> Value {
    json!({"start": {"line": line, "character": from}, "end": {"line": line, "character": to}})
}

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
    let change = |version, text: &str| {
        json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]})
    };
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
    for example in RULES.iter().flat_map(|rule| rule.doc().examples) {
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
          "insertTextMode": 1,
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
            "newText": "services:\n  "
          }
        }"#]].assert_eq(&serde_json::to_string_pretty(&keys[0]).unwrap());
    assert_eq!(editor.quit(), 0);
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
