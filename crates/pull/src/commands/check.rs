//! `pull check`: findings, and what can be done about them.

use drydock_core::diagnostic::{Diagnostic, Severity};
use drydock_core::fix::{self, Fix, Safety};
use drydock_core::plan::Options;
use drydock_core::render::redact::Redactor;
use drydock_core::render::{json, summary};
use drydock_core::rules;
use drydock_core::{Checked, Outcome, check};

use crate::cli::{Check, CheckFormat};
use crate::commands::rule::unknown;
use crate::error::Error;
use crate::human::Painter;
use crate::input::Input;
use crate::save;
use crate::session::Session;

/// A fix may uncover the next fault; a file that needs more rounds than this has rules that undo each other.
const MOST_ROUNDS: usize = 10;
/// Findings drawn for one file; nobody reads more, and JSON has them all.
const MOST_SHOWN: usize = 500;

pub fn run(args: &Check, session: &mut Session<'_>) -> Result<u8, Error> {
    if let Some(code) = args.ignore.iter().find(|code| rules::find(code).is_none()) {
        return Err(unknown(code));
    }
    let (inputs, mut unreadable) = session.read_all(&args.files);
    let read = inputs.len() + unreadable;
    let job = Job { args, options: session.options.clone() };
    let mut all: Vec<Diagnostic> = Vec::new();
    let mut files = Vec::new();
    let mut fixed = 0;
    for input in inputs {
        let (checked, text, count) = match job.treat(&input, session) {
            Ok(treated) => treated,
            Err(error @ Error::Output(_)) => return Err(error),
            Err(error) => {
                session.complain(&error);
                unreadable += 1;
                continue;
            }
        };
        fixed += count;
        if session.verbose {
            let verdict = match &checked.outcome {
                Outcome::Accepted => "accepted",
                Outcome::Refused { .. } => "refused",
                Outcome::Panics { .. } => "crashes rke",
            };
            let plan = &checked.plan;
            let (name, rke, kubernetes) = (input.name(), &plan.rke, &plan.kubernetes_version);
            session.remark(format_args!("{name}: {} bytes, rke {rke}, Kubernetes {kubernetes}: {verdict}", text.len()));
        }
        match args.format {
            CheckFormat::Json => files.push(json::report(&input.path.to_string_lossy(), &text, &checked)),
            CheckFormat::Human if !args.diff => human(&input, &text, &checked, args.fix, session)?,
            CheckFormat::Human => {}
        }
        all.extend(checked.diagnostics);
    }
    if args.format == CheckFormat::Json {
        let report = json::Report::new(files);
        let text = serde_json::to_string_pretty(&report).map_err(std::io::Error::from)?;
        findings(&text, args.fix && reads_stdin(args), session)?;
    }
    if read > unreadable {
        session.remark(closing(&all, fixed, args));
    }
    let least = Severity::from(args.fail_on);
    Ok(match (unreadable, all.iter().any(|diagnostic| diagnostic.severity >= least)) {
        (0, found) => u8::from(found),
        _ => 2,
    })
}

struct Job<'a> {
    args: &'a Check,
    options: Options,
}

impl Job<'_> {
    /// Checks one input, fixes it where asked to, and gives the text that the findings are about.
    fn treat(&self, input: &Input, session: &mut Session<'_>) -> Result<(Checked, String, usize), Error> {
        let before = self.check(&input.text);
        if !self.args.fix && !self.args.diff {
            return Ok((before, input.text.clone(), 0));
        }
        let (after, text, count) = self.fixed(&input.text);
        if self.args.diff {
            diff(input, &before, &text, &after, session)?;
            return Ok((before, input.text.clone(), 0));
        }
        if input.is_stdin() {
            session.world.stdout.write_all(&input.encoding.encode(&text))?;
        } else if text != input.text {
            let path = session.world.path(&input.path);
            let old = input.encoding.encode(&input.text);
            let written = save::replace(&path, &old, &input.encoding.encode(&text))
                .map_err(|source| Error::Write { path: input.path.clone(), source })?;
            if !written {
                return Err(Error::Changed { path: input.path.clone() });
            }
        }
        Ok((after, text, count))
    }

    fn check(&self, text: &str) -> Checked {
        let mut checked = check(text, &self.options);
        let ignored = |diagnostic: &Diagnostic| {
            self.args.ignore.iter().any(|code| diagnostic.code.eq_ignore_ascii_case(code) || diagnostic.name == code)
        };
        checked.diagnostics.retain(|diagnostic| !ignored(diagnostic));
        checked
    }

    /// Of each finding its first fix that may be applied, until none is left.
    fn fixed(&self, text: &str) -> (Checked, String, usize) {
        let allowed =
            |fix: &&Fix| fix.safety == Safety::Safe || fix.safety == Safety::Uncertain && self.args.unsafe_fixes;
        let (mut text, mut checked, mut total) = (text.to_owned(), self.check(text), 0);
        for _ in 0..MOST_ROUNDS {
            let fixes = checked.diagnostics.iter().filter_map(|diagnostic| diagnostic.fixes.iter().find(allowed));
            let (changed, count) = fix::apply(&text, fixes);
            if changed == text {
                break;
            }
            total += count;
            checked = self.check(&changed);
            text = changed;
        }
        (checked, text, total)
    }
}

fn reads_stdin(args: &Check) -> bool {
    args.files.iter().any(|file| file.as_os_str() == "-")
}

/// Findings go to standard output unless the fixed text does.
fn findings(text: &str, stdout_is_taken: bool, session: &mut Session<'_>) -> Result<(), Error> {
    let out = if stdout_is_taken { &mut session.world.stderr } else { &mut session.world.stdout };
    Ok(writeln!(out, "{text}")?)
}

fn human(input: &Input, text: &str, checked: &Checked, fix: bool, session: &mut Session<'_>) -> Result<(), Error> {
    let secrets = Redactor::find(text, &checked.cluster);
    let masked = secrets.mask(text);
    let name = input.name();
    let painter = Painter::new(&name, text, secrets, &masked, session.color);
    for diagnostic in checked.diagnostics.iter().take(MOST_SHOWN) {
        findings(&format!("{}\n", painter.paint(diagnostic)), fix && input.is_stdin(), session)?;
    }
    if checked.diagnostics.len() > MOST_SHOWN {
        session.remark(format_args!("{name}: {} findings more are not shown", checked.diagnostics.len() - MOST_SHOWN));
    }
    Ok(())
}

/// Both sides without secrets.
fn diff(input: &Input, before: &Checked, text: &str, after: &Checked, session: &mut Session<'_>) -> Result<(), Error> {
    use clap::builder::styling::AnsiColor;
    let old = Redactor::find(&input.text, &before.cluster).mask(&input.text).text;
    let new = Redactor::find(text, &after.cluster).mask(text).text;
    let name = input.name();
    let diff = similar::TextDiff::from_lines(&old, &new).unified_diff().header(&name, &name).to_string();
    if diff.is_empty() && text != input.text {
        session.remark(format_args!("note: what would change in {name} is within secrets and is not shown"));
    }
    for line in diff.lines() {
        let painted = match line.as_bytes() {
            [b'+', ..] => session.paint(AnsiColor::Green, line),
            [b'-', ..] => session.paint(AnsiColor::Red, line),
            [b'@', ..] => session.paint(AnsiColor::Cyan, line),
            _ => line.to_owned(),
        };
        session.line(painted)?;
    }
    Ok(())
}

fn closing(all: &[Diagnostic], fixed: usize, args: &Check) -> String {
    let mut parts = Vec::new();
    if fixed > 0 {
        parts.push(format!("{fixed} fixed"));
    }
    let found = summary(all);
    parts.push(if found.is_empty() { "no problems".to_owned() } else { found });
    let safe = |diagnostic: &&Diagnostic| diagnostic.fixes.iter().any(|fix| fix.safety == Safety::Safe);
    let fixable = all.iter().filter(safe).count();
    if fixable > 0 && !args.fix {
        parts.push(format!("{fixable} fixable with --fix"));
    }
    parts.join("; ")
}
