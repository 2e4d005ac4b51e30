use super::{Doc, Example, Facts, Reporter, Rule, find};
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::{Edit, Safety};
use crate::ignore::{self, Code, Comment, FORM, Ignore};
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D007", name: "unused-ignore", severity: Severity::Note, check: |_, _| {} };

pub static DOC: Doc = Doc {
    summary: "A `drydock: ignore` comment silences nothing.",
    why: "`# drydock: ignore[D205]` behind a value silences that rule's findings on its line; alone on a line it \
          stands for the next line that holds a key. Several codes are separated by commas; a reason may follow. One \
          that silences nothing hides the next fault that comes to this line, so it is better removed. What rke itself \
          refuses stays refused.",
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
- url: registry.example.com
",
        ),
    }],
    // Known only after all other rules have run: see `silence`.
};

/// Drops what the file's comments silence and reports comments that silence nothing.
pub fn silence(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let comments: Vec<Comment<'_>> =
        facts.document.comments.iter().flat_map(|comment| ignore::read(facts.text, *comment)).collect();
    if comments.is_empty() {
        return;
    }
    let silences = |ignore: &Ignore<'_>, code: &Code<'_>, d: &Diagnostic| {
        let line = ignore.line.start <= d.span.start && d.span.start <= ignore.line.end;
        line && [d.code, d.name].iter().any(|name| name.eq_ignore_ascii_case(code.code))
    };
    let mut useless = Vec::new();
    for comment in &comments {
        let Comment::Ignore(ignore) = comment else { continue };
        let is_unused = |code: &&Code<'_>| !found.iter().any(|d| silences(ignore, code, d));
        let unused: Vec<&Code<'_>> = ignore.codes.iter().filter(is_unused).collect();
        let none_left = unused.len() == ignore.codes.len();
        let edit = |code: &Code<'_>| Edit::delete(if none_left { ignore.whole } else { code.with_comma });
        useless.extend(unused.into_iter().map(|code| (code, edit(code))));
    }
    found.retain(|d| {
        let silenced = |comment: &Comment<'_>| {
            matches!(comment, Comment::Ignore(ignore) if ignore.codes.iter().any(|code| silences(ignore, code, d)))
        };
        !comments.iter().any(silenced)
    });
    let mut reporter = Reporter { rule: &RULE, text: facts.text, found };
    useless.into_iter().for_each(|(code, edit)| report_useless(code, edit, &mut reporter));
    for comment in &comments {
        if let Comment::Unclear { span, rest } = comment {
            report_unclear(*span, rest, &mut reporter);
        }
    }
}

fn report_useless(code: &Code<'_>, edit: Edit, reporter: &mut Reporter<'_>) {
    let known = find(code.code).is_some();
    let message = if known {
        format!("`{}` finds nothing here to ignore", code.code)
    } else {
        format!("there is no rule `{}` to ignore", code.code)
    };
    let finding = reporter.report(code.span, "", message);
    finding.fix("remove the code", if known { Safety::Safe } else { Safety::Uncertain }, vec![edit]);
}

fn report_unclear(span: Span, rest: &str, reporter: &mut Reporter<'_>) {
    let words = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let codes: Vec<&str> = words.filter_map(find).map(|rule| rule.code).collect();
    let form = if codes.is_empty() { FORM.to_owned() } else { FORM.replace("CODE", &codes.join(", ")) };
    let finding = reporter.report(span, "", "this comment silences nothing as it is written");
    finding.help(format!("write `{form}`"));
}
