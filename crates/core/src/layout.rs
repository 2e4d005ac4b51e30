//! Texts that are YAML, but not as most people write it: there each fix is tried before it is offered.

use crate::diagnostic::Diagnostic;
use crate::fix::{self, Fix};

/// Of a longer text, and of more fixes, the rest is offered untried: trying is checking once more.
const LONGEST: usize = 64 * 1024;
const MOST_TRIES: usize = 64;

/// Anchors, tabs, keys behind a question mark, line breaks that only YAML 1.1 knows, or brackets around everything.
pub fn is_unusual(text: &str) -> bool {
    let breaks = |c| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    let carriage_returns = text.matches('\r').count();
    text.len() <= LONGEST
        && (text.contains('\t')
            || text.contains(" &")
            || text.lines().any(|line| line.trim_start_matches([' ', '-']).starts_with("? "))
            || text.contains(breaks)
            || carriage_returns > 0 && carriage_returns > text.matches("\r\n").count()
            || text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']))
}

/// Leaves out the fixes after which the text reads no more, or the finding is still there.
pub fn keep_sound_fixes(text: &str, diagnostics: &mut [Diagnostic], check: impl Fn(&str) -> Vec<Diagnostic>) {
    let count = |found: &[Diagnostic], code: &str| found.iter().filter(|found| found.code == code).count();
    let counts: Vec<usize> = diagnostics.iter().map(|found| count(diagnostics, found.code)).collect();
    let unreadable = count(diagnostics, UNREADABLE);
    let mut tries = 0;
    for (found, before) in diagnostics.iter_mut().zip(counts) {
        let code = found.code;
        found.fixes.retain(|fix: &Fix| {
            tries += 1;
            if tries > MOST_TRIES {
                return true;
            }
            let after = check(&fix::apply(text, [fix]).0);
            count(&after, code) < before && count(&after, UNREADABLE) <= unreadable
        });
    }
}

/// The rule for what is no YAML.
const UNREADABLE: &str = "D001";
