//! Every text is lowered, planned, checked and shown without a panic; findings lie in the text.

#![no_main]

use drydock_core::image::catalogue::BUILT_IN;
use drydock_core::plan::Options;
use drydock_core::render::redact::Redactor;
use drydock_core::render::{explain, json};
use drydock_core::schema::{complete, hover_at};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let checked = drydock_core::check(text, &Options::default());
    for found in &checked.diagnostics {
        assert!(text.get(found.span.range()).is_some() && (text.is_empty() || !found.span.is_empty()), "{found:?}");
    }
    json::report("c.yml", text, &checked);
    explain::record("c.yml", &checked, true);
    let masked = Redactor::find(text, &checked.cluster).mask(text).text;
    assert_eq!(masked.lines().count(), text.lines().count(), "a mask stays within its line");
    let middle = text.len() / 2;
    hover_at(text, middle);
    complete(text, middle, &BUILT_IN);
});
