//! Comments that silence findings: `# drydock: ignore[D201, url-scheme] reason`, and those that only look so.

use crate::text::{Span, line_start};

/// How such a comment is written.
pub const FORM: &str = "# drydock: ignore[CODE]";

#[derive(Debug, PartialEq, Eq)]
pub enum Comment<'t> {
    Ignore(Ignore<'t>),
    /// Meant to silence, but written in another way; what stands behind `ignore`.
    Unclear {
        span: Span,
        rest: &'t str,
    },
}

#[derive(Debug, PartialEq, Eq)]
pub struct Ignore<'t> {
    /// Between the brackets, in order; never empty.
    pub codes: Vec<Code<'t>>,
    /// Bytes of the line whose findings it silences.
    pub line: Span,
    /// What goes with it: the comment too where nothing else is said, and the line too where nothing else stands on it.
    pub whole: Span,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Code<'t> {
    pub code: &'t str,
    pub span: Span,
    /// With the comma that parts it from its neighbour.
    pub with_comma: Span,
}

/// What the comment at this place has to say about findings.
pub fn read(text: &str, comment: Span) -> Vec<Comment<'_>> {
    let mut found = Vec::new();
    let mut from = comment.start;
    while let Some(at) = find(&text[from..comment.end], "drydock") {
        let start = from + at;
        from = start + "drydock".len();
        let named = text[..start].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        if let Some((read, end)) = named.then(|| directive(text, comment, start)).flatten() {
            found.push(read);
            from = end;
        }
    }
    found
}

fn directive(text: &str, comment: Span, start: usize) -> Option<(Comment<'_>, usize)> {
    let behind = &text[start + "drydock".len()..comment.end];
    let word = behind.trim_start_matches([' ', '\t', ':', '-', '_', '.']);
    let separator = &behind[..behind.len() - word.len()];
    let rest = word.get("ignore".len()..).filter(|_| find(word, "ignore") == Some(0))?;
    if rest.starts_with(|next: char| next.is_alphanumeric()) {
        return None;
    }
    let list = rest.trim_start().strip_prefix('[').and_then(|list| Some((list, list.find(']')?)));
    let codes = list.map(|(list, end)| codes(&list[..end], comment.end - list.len())).unwrap_or_default();
    let (Some((list, end)), ":", false) = (list, separator.trim(), codes.is_empty()) else {
        let span = Span::new(start, start + text[start..comment.end].trim_end().len());
        return Some((Comment::Unclear { span, rest }, comment.end));
    };
    let end = comment.end - list.len() + end + 1;
    let line_start = line_start(text, comment.start);
    let alone = text[line_start..comment.start].trim().is_empty();
    let line = if alone { next_line(text, comment.end) } else { Span::new(line_start, comment.start) };
    let whole = whole(text, comment, Span::new(start, end), alone.then_some(line_start));
    Some((Comment::Ignore(Ignore { codes, line, whole }), end))
}

/// `at` is where the list begins.
fn codes(list: &str, mut at: usize) -> Vec<Code<'_>> {
    let mut codes: Vec<Code<'_>> = Vec::new();
    for part in list.split(',') {
        let code = part.trim();
        let start = at + part.len() - part.trim_start().len();
        at += part.len() + 1;
        if code.is_empty() {
            continue;
        }
        let span = Span::new(start, start + code.len());
        let mut with_comma = span;
        if let Some(last) = codes.last_mut() {
            with_comma.start = last.span.end;
            // The first has no comma before it.
            if last.with_comma == last.span {
                last.with_comma.end = start;
            }
        }
        codes.push(Code { code, span, with_comma });
    }
    codes
}

fn whole(text: &str, comment: Span, directive: Span, alone_from: Option<usize>) -> Span {
    let before = text[comment.start..directive.start].trim_start_matches('#').trim();
    let after = &text[directive.end..comment.end];
    if !after.trim().is_empty() {
        return Span::new(directive.start, comment.end - after.trim_start().len());
    }
    let end = directive.end + after.trim_end_matches(['\r', '\n']).len();
    if !before.is_empty() {
        let kept = text[..directive.start].trim_end_matches([' ', '\t', ';', ',', '-', '|']);
        return Span::new(kept.len(), end);
    }
    match alone_from {
        Some(start) => Span::new(start, text[end..].find('\n').map_or(text.len(), |at| end + at + 1)),
        None => Span::new(text[..comment.start].trim_end_matches([' ', '\t']).len(), end),
    }
}

/// The next line with more than a comment on it.
fn next_line(text: &str, from: usize) -> Span {
    let mut start = text[from..].find('\n').map_or(text.len(), |at| from + at + 1);
    while start < text.len() {
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[start..end].trim_start();
        if !line.is_empty() && !line.starts_with('#') {
            return Span::new(start, end);
        }
        start = end + 1;
    }
    Span::new(text.len(), text.len())
}

/// In whatever case.
fn find(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(line: &str) -> Vec<Comment<'_>> {
        read(line, Span::new(line.find('#').unwrap(), line.len()))
    }

    fn codes_of(line: &str) -> Vec<&str> {
        let of = |comment| match comment {
            Comment::Ignore(ignore) => ignore.codes.into_iter().map(|code| code.code).collect(),
            Comment::Unclear { .. } => Vec::new(),
        };
        comments(line).into_iter().flat_map(of).collect()
    }

    #[test]
    fn case_blanks_and_words_around_it_do_not_matter() {
        for line in [
            "a: b # drydock: ignore[D201]",
            "a: b #drydock:ignore[D201]",
            "a: b # Drydock: Ignore [ D201 ]",
            "a: b # ops; DRYDOCK: ignore[D201] they know",
            "# drydock: ignore[D201,]",
        ] {
            assert_eq!(codes_of(line), ["D201"], "{line}");
        }
        assert_eq!(codes_of("# drydock: ignore[D201, url-scheme] drydock:ignore[D3]"), ["D201", "url-scheme", "D3"]);
    }

    #[test]
    fn what_looks_so_is_told_from_prose() {
        for line in [
            "# drydock: ignore",
            "# drydock ignore[D201]",
            "# drydock-ignore: D201",
            "# drydock: ignore[D201",
            "# drydock: ignore[ , ]",
            "# x; drydock: ignore(D201)",
        ] {
            assert!(matches!(comments(line)[..], [Comment::Unclear { .. }]), "{line}: {:?}", comments(line));
        }
        for line in ["# see drydock", "# mydrydock: ignore[D201]", "# drydock: ignored by ops", "# drydock", "# ü"] {
            assert_eq!(comments(line), [], "{line}");
        }
    }

    #[test]
    fn what_is_taken_away_leaves_no_remains() {
        let without = |line: &str| match &comments(line)[0] {
            Comment::Ignore(ignore) => format!("{}{}", &line[..ignore.whole.start], &line[ignore.whole.end..]),
            Comment::Unclear { .. } => panic!("{line}"),
        };
        for (line, left) in [
            ("a: b # drydock: ignore[D201]", "a: b"),
            ("a: b # drydock: ignore[D201] our proxy", "a: b # our proxy"),
            ("a: b # ops; drydock: ignore[D201]", "a: b # ops"),
            ("  # drydock: ignore[D201]", ""),
        ] {
            assert_eq!(without(line), left);
        }
        let list = "# drydock: ignore[D1, D2 ,D3]";
        let Comment::Ignore(ignore) = &comments(list)[0] else { panic!() };
        let left = |code: &Code<'_>| format!("{}{}", &list[..code.with_comma.start], &list[code.with_comma.end..]);
        let left: Vec<_> = ignore.codes.iter().map(left).collect();
        assert_eq!(left, ["# drydock: ignore[D2 ,D3]", "# drydock: ignore[D1 ,D3]", "# drydock: ignore[D1, D2]"]);
    }
}
