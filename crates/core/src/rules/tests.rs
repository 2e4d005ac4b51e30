//! Holds every rule to its examples.

use super::*;
use crate::fix;
use crate::plan::Options;
use crate::text::LineIndex;

fn findings(rule: &Rule, text: &str) -> Vec<Diagnostic> {
    crate::check(text, &Options::default()).diagnostics.into_iter().filter(|d| d.code == rule.code).collect()
}

/// The spans under which `before` has a line of `^`.
fn marks(example: &Example) -> Vec<Span> {
    let text = example.text();
    let index = LineIndex::new(&text);
    let mut line = 0;
    let mut spans = Vec::new();
    for raw in example.before.lines() {
        if !is_mark(raw) {
            line += 1;
            continue;
        }
        let start = index.line(line).unwrap().start;
        let column = raw.find('^').unwrap();
        let offset =
            |column: usize| start + text[start..].char_indices().nth(column).map_or(text.len() - start, |(i, _)| i);
        let width = raw[column..].bytes().take_while(|b| *b == b'^').count();
        spans.push(Span::new(offset(column), offset(column + width)));
    }
    spans
}

#[test]
fn every_rule_marks_what_its_examples_mark() {
    for rule in RULES {
        assert!(rule.doc().examples.iter().any(|e| !marks(e).is_empty()), "{}: no example with a mark", rule.code);
        for example in rule.doc().examples {
            let text = example.text();
            let mut want = marks(example);
            want.sort();
            let found = findings(rule, &text);
            let spans: Vec<Span> = found.iter().map(|d| d.span).collect();
            assert_eq!(spans, want, "{} on:\n{text}\nfound: {found:#?}", rule.code);
        }
    }
}

#[test]
fn every_fix_removes_its_finding_and_brings_no_new_error() {
    for rule in RULES {
        for example in rule.doc().examples {
            let text = example.text();
            let found = findings(rule, &text);
            let first: Vec<_> = found.iter().filter_map(|d| d.fixes.first()).collect();
            let Some(after) = example.after else {
                assert!(first.is_empty(), "{}: has a fix, but its example no `after`:\n{text}", rule.code);
                continue;
            };
            assert_eq!(fix::apply(&text, first.iter().copied()).0, after, "{} on:\n{text}", rule.code);
            let before = crate::check(&text, &Options::default()).diagnostics;
            for fix in found.iter().flat_map(|d| &d.fixes) {
                let (fixed, applied) = fix::apply(&text, [fix]);
                assert_eq!(applied, 1);
                assert!(findings(rule, &fixed).len() < found.len(), "{}: still found in\n{fixed}", rule.code);
                let after = crate::check(&fixed, &Options::default()).diagnostics;
                for error in after.iter().filter(|d| d.severity == Severity::Error) {
                    assert!(before.iter().any(|d| d.code == error.code), "{} brings {error:?}\n{fixed}", rule.code);
                }
            }
        }
    }
}

#[test]
fn codes_and_names_are_unique_and_words_are_there() {
    for (index, rule) in RULES.iter().enumerate() {
        assert!(RULES[..index].iter().all(|other| other.code != rule.code && other.name != rule.name), "{}", rule.code);
        assert!(rule.code.len() == 4 && rule.code.starts_with('D'), "{}", rule.code);
        assert!(rule.doc().summary.ends_with('.') && rule.doc().why.len() > 80, "{}: says too little", rule.code);
    }
    assert!(RULES.is_sorted_by_key(|r| r.code), "RULES are listed in the order of their codes");
}

#[test]
fn every_prefix_of_every_example_is_checked_without_panic() {
    for example in RULES.iter().flat_map(|r| r.doc().examples) {
        let text = example.text();
        for (end, _) in text.char_indices() {
            for diagnostic in crate::check(&text[..end], &Options::default()).diagnostics {
                assert!(!diagnostic.span.is_empty() || end == 0, "{diagnostic:?}");
                assert!(text[..end].get(diagnostic.span.range()).is_some(), "{diagnostic:?}");
            }
        }
    }
}
