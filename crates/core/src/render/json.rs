//! `pull check --format json`.

use serde::Serialize;

use super::explain::{self, Verdict};
use super::redact::Redactor;
use crate::Checked;
use crate::diagnostic::{Diagnostic, Label};
use crate::fix::Fix;
use crate::text::{LineIndex, Span};

/// Grows when a field changes its meaning; new fields do not change it.
pub const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
pub struct Report {
    pub version: u32,
    pub files: Vec<File>,
}

impl Report {
    pub const fn new(files: Vec<File>) -> Self {
        Self { version: VERSION, files }
    }

    /// With the addresses of the rules' pages in the docs at `docs`, an address that ends in `/`, where they are known of.
    pub fn with_docs(mut self, docs: Option<&str>) -> Self {
        for finding in self.files.iter_mut().flat_map(|file| &mut file.findings) {
            finding.url = docs.map(|docs| format!("{docs}rules/{}.html", finding.code));
        }
        self
    }
}

#[derive(Debug, Serialize)]
pub struct File {
    pub path: String,
    pub rke: Verdict,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
pub struct Finding {
    pub code: &'static str,
    pub name: &'static str,
    pub severity: &'static str,
    pub message: String,
    /// As `private_registries[0].ecrCredentialPlugin`; empty for the whole file.
    pub at: String,
    pub start: Place,
    pub end: Place,
    pub related: Vec<Related>,
    pub help: Option<String>,
    /// Page of the rule, where the program knows of docs.
    pub url: Option<String>,
    /// rke's text where it refuses the file for this.
    pub rke_error: Option<String>,
    /// This is the error rke reports.
    pub stops_rke: bool,
    pub fixes: Vec<FixAnswer>,
}

/// Line and column from 1, the column in characters; the offset from 0, in bytes of UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    pub offset: usize,
}

#[derive(Debug, Serialize)]
pub struct Related {
    pub message: String,
    pub start: Place,
    pub end: Place,
}

#[derive(Debug, Serialize)]
pub struct FixAnswer {
    pub title: String,
    /// `safe`, `uncertain` or `placeholder`.
    pub safety: &'static str,
    pub edits: Vec<EditAnswer>,
}

#[derive(Debug, Serialize)]
pub struct EditAnswer {
    pub start: Place,
    pub end: Place,
    pub text: String,
}

/// One file of the report. A fix that writes one of the file's secrets is left out: masked it would spoil the
/// file, unmasked it would show the secret.
pub fn report(path: &str, text: &str, checked: &Checked) -> File {
    let index = LineIndex::new(text);
    let secrets = Redactor::find(text, &checked.cluster);
    let finding = |diagnostic: &Diagnostic| Finding {
        code: diagnostic.code,
        name: diagnostic.name,
        severity: diagnostic.severity.name(),
        message: secrets.hide(&diagnostic.message),
        at: diagnostic.at.clone(),
        start: place(&index, diagnostic.span.start),
        end: place(&index, diagnostic.span.end),
        related: diagnostic.related.iter().map(|label| related(&index, &secrets, label)).collect(),
        help: diagnostic.help.as_deref().map(|help| secrets.hide(help)),
        url: None,
        rke_error: diagnostic.refusal.as_ref().map(|refusal| secrets.hide(&refusal.error)),
        stops_rke: diagnostic.stops_rke,
        fixes: diagnostic.fixes.iter().filter_map(|fix| answer(&index, &secrets, fix)).collect(),
    };
    File {
        path: path.to_owned(),
        rke: explain::verdict(checked, false),
        findings: checked.diagnostics.iter().map(finding).collect(),
    }
}

pub(crate) fn place(index: &LineIndex<'_>, offset: usize) -> Place {
    let position = index.position(offset);
    Place { line: position.line, column: position.column, offset }
}

fn related(index: &LineIndex<'_>, secrets: &Redactor, label: &Label) -> Related {
    let Span { start, end } = label.span;
    Related { message: secrets.hide(&label.message), start: place(index, start), end: place(index, end) }
}

fn answer(index: &LineIndex<'_>, secrets: &Redactor, fix: &Fix) -> Option<FixAnswer> {
    if fix.edits.iter().any(|edit| secrets.occur_in(&edit.text)) {
        return None;
    }
    let edits = fix.edits.iter().map(|edit| EditAnswer {
        start: place(index, edit.span.start),
        end: place(index, edit.span.end),
        text: edit.text.clone(),
    });
    Some(FixAnswer { title: secrets.hide(&fix.title), safety: fix.safety.name(), edits: edits.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outcome;
    use crate::cluster::Cluster;
    use crate::diagnostic::Severity;
    use crate::fix::{Edit, Safety};
    use crate::plan::{Options, Plan};

    #[test]
    fn places_count_lines_characters_and_bytes_and_no_secret_leaves() {
        let text = "ü: 1\npassword: hunter2\n";
        let span = Span::new(text.find("hunter2").unwrap(), text.len() - 1);
        let fix = |text: &str| Fix::new("quote hunter2", Safety::Safe, vec![Edit::replace(span, text)]);
        let diagnostic = Diagnostic {
            code: "D000",
            name: "test",
            severity: Severity::Note,
            span,
            message: "`hunter2` is short".into(),
            at: "a.b".into(),
            related: Vec::new(),
            help: None,
            fixes: vec![fix("'hunter2'"), fix("")],
            refusal: None,
            stops_rke: false,
        };
        let checked = Checked {
            problems: Vec::new(),
            outcome: Outcome::Accepted,
            hostcount_error: None,
            plan: Plan::new(&Cluster::default(), &Options::default()),
            cluster: Cluster::default(),
            diagnostics: vec![diagnostic],
        };
        let file = report("c.yml", text, &checked);
        let documented = Report::new(vec![report("c.yml", text, &checked)]).with_docs(Some("https://d.example/docs/"));
        assert_eq!(documented.files[0].findings[0].url.as_deref(), Some("https://d.example/docs/rules/D000.html"));
        let file = serde_json::to_value(file).unwrap();
        let finding = &file["findings"][0];
        assert_eq!(finding["url"], serde_json::Value::Null);
        assert_eq!(finding["start"], serde_json::json!({"line": 2, "column": 11, "offset": 16}));
        assert_eq!(finding["end"]["column"], 18);
        assert_eq!(finding["severity"], "note");
        assert_eq!(finding["message"], "`***` is short");
        assert_eq!(finding["fixes"].as_array().map(Vec::len), Some(1), "the fix that writes the secret is left out");
        assert_eq!(file["rke"]["outcome"], "ok");
        assert!(!file.to_string().contains("hunter2"));
    }
}
