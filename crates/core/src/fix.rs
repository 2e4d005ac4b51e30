//! Changes to the text: the only place where it is changed.

use crate::text::Span;

/// How far a fix can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// Means what the author meant; part of "Fix all".
    Safe,
    /// May change what the author meant: shown before it is applied.
    Uncertain,
    /// Leaves a placeholder for the author to fill in.
    Placeholder,
}

impl Safety {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Uncertain => "uncertain",
            Self::Placeholder => "placeholder",
        }
    }
}

/// Replaces the bytes of `span` by `text`; an empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

impl Edit {
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }

    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(Span::new(offset, offset), text)
    }
}

/// A named change; its edits are sorted and do not overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub safety: Safety,
    pub edits: Vec<Edit>,
}

impl Fix {
    pub fn new(title: impl Into<String>, safety: Safety, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        debug_assert!(edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "edits overlap: {edits:?}");
        Self { title: title.into(), safety, edits }
    }
}

/// Applies the edits of several fixes at once. A fix that overlaps an earlier one is left out whole.
///
/// Returns the new text and how many fixes were applied. Every byte outside the edits is kept.
pub fn apply<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> (String, usize) {
    let mut taken: Vec<&Edit> = Vec::new();
    let mut applied = 0;
    for fix in fixes {
        let clash =
            |edit: &Edit| edit.span.end > text.len() || taken.iter().any(|other| overlap(edit.span, other.span));
        if fix.edits.iter().any(clash) {
            continue;
        }
        taken.extend(&fix.edits);
        applied += 1;
    }
    taken.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in taken {
        out.push_str(&text[at..edit.span.start]);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(&text[at..]);
    (out, applied)
}

/// Two insertions at one place overlap too: their order would be a guess.
fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end || a.start == b.start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_that_overlaps_an_earlier_one_waits_for_the_next_round() {
        let first =
            Fix::new("first", Safety::Safe, vec![Edit::replace(Span::new(0, 1), "A"), Edit::delete(Span::new(3, 4))]);
        let clash = Fix::new("clash", Safety::Safe, vec![Edit::insert(1, "x"), Edit::replace(Span::new(3, 4), "D")]);
        let other = Fix::new("other", Safety::Safe, vec![Edit::insert(2, "-")]);
        assert_eq!(apply("abcd", [&first, &clash, &other]), ("Ab-c".to_owned(), 2));
    }
}
