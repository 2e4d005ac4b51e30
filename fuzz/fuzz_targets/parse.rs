//! Reading a text never fails, and every node lies in the text.

#![no_main]

use drydock_core::yaml::{Document, NodeId};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (document, _) = Document::parse(text);
    if let Some(root) = document.root {
        walk(&document, root, text);
    }
    for comment in &document.comments {
        assert!(text[comment.range()].starts_with('#'));
    }
});

fn walk(document: &Document, id: NodeId, text: &str) {
    let span = document.node(id).span;
    assert!(text.get(span.range()).is_some(), "{span:?} of {} bytes", text.len());
    // An alias is not followed: it may contain itself.
    match &document.node(id).data {
        drydock_core::yaml::Data::Sequence { items, .. } => items.iter().for_each(|item| walk(document, *item, text)),
        drydock_core::yaml::Data::Mapping { entries, .. } => {
            for entry in entries {
                walk(document, entry.key, text);
                walk(document, entry.value, text);
            }
        }
        _ => {}
    }
}
