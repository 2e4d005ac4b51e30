//! What must hold for every text: the rules' examples, whole and spoilt, and texts of chance.

use drydock_core::cluster::generic::{Plain, plain};
use drydock_core::diagnostic::{Diagnostic, Severity};
use drydock_core::fix::{self, Fix, Safety};
use drydock_core::image::reference::Reference;
use drydock_core::plan::Options;
use drydock_core::rules::RULES;
use drydock_core::yaml::Document;
use drydock_core::yaml::emit::Writer;
use drydock_core::{check, fix_all};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Pieces that change what a YAML text means.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "  ",
    "\t",
    "- ",
    ": ",
    "#",
    " # ",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "!!str ",
    "|\n",
    ">-\n",
    "<<: ",
    "---\n",
    "? ",
    "null",
    "true",
    "1",
    "0x1F",
    "\u{feff}",
    "ü",
    "😀",
    "\u{85}",
    "\0",
    "ecrCredentialPlugin",
    "is_default",
    "nodes:\n",
    "https://",
    "v1.30.5-rancher1-1",
    "rancher_kubernetes_engine_config:\n",
];

#[derive(Clone, Debug)]
enum Spoil {
    Insert(Index, &'static str),
    Remove(Index, usize),
    /// A line takes another's place.
    Repeat(Index, Index),
    Swap(Index, Index),
    Indent(Index),
    Cut(Index),
}

fn spoil() -> impl Strategy<Value = Spoil> {
    let index = any::<Index>;
    prop_oneof![
        (index(), select(PIECES)).prop_map(|(at, piece)| Spoil::Insert(at, piece)),
        (index(), 1..9_usize).prop_map(|(at, count)| Spoil::Remove(at, count)),
        (index(), index()).prop_map(|(from, to)| Spoil::Repeat(from, to)),
        (index(), index()).prop_map(|(a, b)| Spoil::Swap(a, b)),
        index().prop_map(Spoil::Indent),
        index().prop_map(Spoil::Cut),
    ]
}

fn spoilt(text: &str, spoil: &Spoil) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = |index: &Index| if characters.is_empty() { 0 } else { index.index(characters.len()) };
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = |index: &Index| (!lines.is_empty()).then(|| index.index(lines.len()));
    match spoil {
        Spoil::Insert(index, piece) => {
            let at = at(index);
            let piece = piece.chars();
            characters[..at].iter().copied().chain(piece).chain(characters[at..].iter().copied()).collect()
        }
        Spoil::Remove(index, count) => {
            let at = at(index);
            characters[..at].iter().chain(characters.iter().skip(at + count)).collect()
        }
        Spoil::Cut(index) => characters[..at(index)].iter().collect(),
        Spoil::Repeat(from, to) => {
            if let (Some(from), Some(to)) = (line(from), line(to)) {
                lines.insert(to, lines[from]);
            }
            lines.concat()
        }
        Spoil::Swap(a, b) => {
            if let (Some(a), Some(b)) = (line(a), line(b)) {
                lines.swap(a, b);
            }
            lines.concat()
        }
        Spoil::Indent(index) => {
            let Some(at) = line(index) else { return String::new() };
            let indented = format!("  {}", lines[at]);
            lines[at] = &indented;
            lines.concat()
        }
    }
}

fn example() -> impl Strategy<Value = String> {
    let examples: Vec<String> =
        RULES.iter().flat_map(|rule| rule.doc().examples).map(|example| example.text()).collect();
    (prop::collection::vec(select(examples), 1..3), prop::collection::vec(spoil(), 0..4)).prop_map(|(texts, spoils)| {
        let text = texts.concat();
        spoils.iter().fold(text, |text, spoil| spoilt(&text, spoil))
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => example(),
        1 => prop::collection::vec(select(PIECES), 0..40).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

fn findings(text: &str) -> Vec<Diagnostic> {
    check(text, &Options::default()).diagnostics
}

/// Rules whose fixes make rke read what it did not read before, so that its faults count only then.
const UNCOVERING: [(&str, &str); 8] = [
    ("D002", "a value of the wrong type is dropped"),
    ("D003", "of two equal keys only one counts"),
    ("D014", "behind a second byte order mark other keys are read"),
    ("D101", "a key by another name is dropped"),
    ("D103", "a value that means nothing asks for nothing"),
    ("D301", "a key by another name is dropped"),
    ("D503", "an address without its port may be another node's"),
    ("D607", "a plugin that is none has no options"),
];

/// An error that a fix for `code` has brought: of its rule there is one more than there were findings before.
fn new_error<'a>(before: &[Diagnostic], code: &str, after: &'a [Diagnostic]) -> Option<&'a Diagnostic> {
    let count = |found: &[Diagnostic], code: &str| found.iter().filter(|found| found.code == code).count();
    // Where the text breaks off nobody knows what follows.
    if count(before, "D001") > 0 {
        return None;
    }
    let errors = after.iter().filter(|found| found.severity == Severity::Error);
    let allowed = |error: &Diagnostic| error.code != "D001" && UNCOVERING.iter().any(|(rule, _)| *rule == code);
    let mut new = errors.filter(|error| count(after, error.code) > count(before, error.code) && !allowed(error));
    new.next()
}

fn is_safe(_: &Diagnostic, fix: &Fix) -> bool {
    fix.safety == Safety::Safe
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn places_lie_in_the_text_and_split_no_character(text in text()) {
        for found in findings(&text) {
            prop_assert!(!found.span.is_empty() || text.is_empty(), "{found:?}");
            let labels = found.related.iter().map(|label| label.span);
            let edits = found.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
            for span in labels.chain(edits).chain([found.span]) {
                prop_assert!(text.get(span.range()).is_some(), "{span:?} in {found:?}");
            }
        }
    }

    #[test]
    fn fix_all_ends_where_nothing_safe_is_left(text in text()) {
        let options = Options::default();
        let (fixed, _) = fix_all(&text, &options, is_safe);
        let (again, count) = fix_all(&fixed, &options, is_safe);
        prop_assert_eq!((&again, count), (&fixed, 0), "from {:?}", text);
    }

    #[test]
    fn a_fix_keeps_what_stands_outside_its_edits_and_brings_no_new_error(text in text()) {
        let found = findings(&text);
        for (code, fix) in found.iter().flat_map(|found| found.fixes.iter().map(|fix| (found.code, fix))) {
            let (fixed, applied) = fix::apply(&text, [fix]);
            prop_assert_eq!(applied, 1);
            let mut rest = fixed.as_str();
            let mut kept_to = 0;
            for edit in &fix.edits {
                let kept = format!("{}{}", &text[kept_to..edit.span.start], edit.text);
                prop_assert!(rest.starts_with(&kept), "{code} {fix:?}");
                rest = &rest[kept.len()..];
                kept_to = edit.span.end;
            }
            prop_assert_eq!(rest, &text[kept_to..]);
            if let Some(error) = new_error(&found, code, &findings(&fixed)) {
                prop_assert!(false, "{code} {fix:?} brings\n{error:#?}\nfrom:\n{text}\nto:\n{fixed}");
            }
        }
    }

    #[test]
    fn a_text_that_is_written_is_read_as_it_was(texts in prop::collection::vec(any::<String>(), 1..5)) {
        // Only the newline, of all breaks, is kept inside a block scalar.
        let texts: Vec<String> = texts.iter().map(|text| text.replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n")).collect();
        let mut writer = Writer::default();
        writer.start_sequence();
        texts.iter().for_each(|text| writer.text(text));
        writer.end_sequence();
        let written = writer.finish();
        let (document, problems) = Document::parse(&written);
        prop_assert!(problems.is_empty(), "{problems:?} in {written:?}");
        let items = document.items(document.root.unwrap());
        let read: Vec<Plain> = items.iter().map(|item| plain(&document, *item)).collect();
        prop_assert_eq!(read, texts.into_iter().map(Plain::Text).collect::<Vec<_>>(), "{}", written);
    }

    #[test]
    fn a_reference_is_its_own_name(
        host in "[a-z][a-z0-9-]{0,8}[a-z0-9](\\.[a-z0-9]{1,5}){1,2}(:[0-9]{1,5})?",
        path in "[a-z0-9]{1,8}(([._]|__|-{1,3})[a-z0-9]{1,8}){0,2}(/[a-z0-9]{1,8}){0,3}",
        tag in prop::option::of("[A-Za-z0-9_][A-Za-z0-9._-]{0,20}"),
        digest in prop::option::of("[0-9a-f]{64}"),
    ) {
        let tagged = tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
        let digested = digest.as_ref().map(|digest| format!("@sha256:{digest}")).unwrap_or_default();
        let read = Reference::parse(&format!("{host}/{path}{tagged}{digested}")).unwrap();
        let digest = digest.map(|digest| format!("sha256:{digest}"));
        prop_assert_eq!(read, Reference { host, path, tag, digest });
    }

    #[test]
    fn any_name_is_read_or_refused(name in any::<String>()) {
        if let Ok(reference) = Reference::parse(&name) {
            prop_assert!(!reference.path.is_empty());
        }
    }
}

#[test]
fn what_a_fault_hides_is_found_beside_it() {
    let codes = |text: &str| -> Vec<&str> {
        let errors = findings(text).into_iter().filter(|found| found.severity == Severity::Error);
        errors.map(|found| found.code).collect()
    };
    for (text, both) in [
        ("kubernetes_version: 1.30.5-rancher1-1\ncloud_provider: {name: aws}\n", ["D401", "D605"]),
        ("kubernetes_version: v1.99.0-rancher1-1 # c\nnetwork: {plugin: weave}\n", ["D402", "D609"]),
        ("kubernetes_version: vv1.2.3\n", ["D401", "D402"]),
        ("private_registries: [{url: 'https://a_b?c', is_default: true}]\n", ["D201", "D206"]),
        ("private_registries: [{url: 'https://mirror', is_default: true}]\n", ["D201", "D205"]),
        ("nodes: [{address: a, user: u, role: [master]}]\n", ["D502", "D701"]),
        ("ingress: {network_mode: hostport, http_port: 70000}\n", ["D613", "D614"]),
    ] {
        let found = codes(text);
        assert!(both.iter().all(|code| found.contains(code)), "{found:?} in {text}");
    }
}

#[test]
fn in_an_unusual_layout_only_fixes_that_work_are_offered() {
    let fixes = |text: &str| findings(text).into_iter().flat_map(|found| found.fixes).count();
    let removed = "ssh_key_path: &key ~/.ssh/a\nssh_key_path: ~/.ssh/b\nnodes: [{address: a, user: u, role: [etcd], ssh_key_path: *key}]\n";
    assert_eq!(fixes(removed), 0, "the anchor would be gone");
    assert!(fixes(&removed.replace("&key ", "").replace("*key", "c")) > 0);
}
