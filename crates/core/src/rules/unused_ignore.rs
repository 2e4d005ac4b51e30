use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::{Edit, Safety};
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D007", name: "unused-ignore", severity: Severity::Note, check: |_, _| {} };

pub static DOC: Doc = Doc {
    summary: "A `drydock: ignore` comment silences nothing.",
    why: "`# drydock: ignore[D205]` behind a value silences that rule's findings on its line; alone on a line it \
          stands for the next line that holds a key. Several codes are separated by commas. One that silences \
          nothing hides the next fault that comes to this line, so it is better removed. What rke itself refuses \
          stays refused.",
    examples: &[Example {
        before: "\
private_registries:
- url: myregistry # drydock: ignore[D205]
- url: registry.example.com # drydock: ignore[D205]
                                              ^^^^
",
        after: Some(
            "\
private_registries:
- url: myregistry # drydock: ignore[D205]
- url: registry.example.com # drydock: ignore[]
",
        ),
    }],
    // Known only after all other rules have run: see `silence`.
};

/// One code of an ignore comment, and the line it speaks of.
struct Ignore<'t> {
    code: &'t str,
    span: Span,
    /// Bytes of the line whose findings it silences.
    line: Span,
}

/// Drops what the file's comments silence and reports comments that silence nothing.
pub fn silence(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let ignores: Vec<Ignore<'_>> =
        facts.document.comments.iter().flat_map(|comment| read(facts.text, *comment)).collect();
    if ignores.is_empty() {
        return;
    }
    let silences = |ignore: &Ignore<'_>, d: &Diagnostic| {
        let line = ignore.line.start <= d.span.start && d.span.start <= ignore.line.end;
        line && (d.code.eq_ignore_ascii_case(ignore.code) || d.name == ignore.code)
    };
    let unused: Vec<&Ignore<'_>> = ignores.iter().filter(|ignore| !found.iter().any(|d| silences(ignore, d))).collect();
    found.retain(|d| !ignores.iter().any(|ignore| silences(ignore, d)));
    let mut reporter = Reporter { rule: &RULE, text: facts.text, found };
    for ignore in unused {
        reporter.report(ignore.span, "", format!("`{}` finds nothing here to ignore", ignore.code)).fix(
            "remove the code",
            Safety::Safe,
            vec![Edit::delete(ignore.span)],
        );
    }
}

fn read(text: &str, comment: Span) -> Vec<Ignore<'_>> {
    let written = &text[comment.range()];
    let body = written.trim_start_matches('#').trim_start();
    let Some(list) = body.strip_prefix("drydock: ignore[").and_then(|rest| rest.split(']').next()) else {
        return Vec::new();
    };
    let line_start = text[..comment.start].rfind('\n').map_or(0, |i| i + 1);
    let alone = text[line_start..comment.start].trim().is_empty();
    let line = if alone { next_line(text, comment.end) } else { Span::new(line_start, comment.start) };
    let mut at = comment.start + written.len() - body.len() + "drydock: ignore[".len();
    let mut ignores = Vec::new();
    for part in list.split(',') {
        let code = part.trim();
        let start = at + part.len() - part.trim_start().len();
        if !code.is_empty() {
            ignores.push(Ignore { code, span: Span::new(start, start + code.len()), line });
        }
        at += part.len() + 1;
    }
    ignores
}

/// The next line with more than a comment on it.
fn next_line(text: &str, from: usize) -> Span {
    let mut start = text[from..].find('\n').map_or(text.len(), |i| from + i + 1);
    while start < text.len() {
        let end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let line = text[start..end].trim_start();
        if !line.is_empty() && !line.starts_with('#') {
            return Span::new(start, end);
        }
        start = end + 1;
    }
    Span::new(text.len(), text.len())
}
