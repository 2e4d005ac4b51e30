//! `pull check`: findings, and what can be done about them.

use drydock_core::diagnostic::{Diagnostic, Severity};
use drydock_core::fix::Safety;
use drydock_core::plan::Options;
use drydock_core::render::redact::Redactor;
use drydock_core::render::{github, gitlab, json, sarif, summary};
use drydock_core::rules;
use drydock_core::{Checked, Outcome, check, fix_all};

use crate::cli::{Check, CheckFormat};
use crate::commands::diff::{self, Side};
use crate::commands::rule::unknown;
use crate::error::Error;
use crate::human::Painter;
use crate::input::{self, Input};
use crate::save::{self, Replaced};
use crate::session::Session;

/// Findings drawn for one file; nobody reads more, and JSON has them all.
const MOST_SHOWN: usize = 500;

pub fn run(args: &Check, session: &mut Session<'_>) -> Result<u8, Error> {
    if let Some(code) = args.ignore.iter().find(|code| rules::find(code).is_none()) {
        return Err(unknown(code));
    }
    let (inputs, unreadable) =
        if args.fix && !args.diff { to_fix(args, session) } else { session.read_all(&args.files) };
    let mut unreadable = unreadable.len();
    let read = inputs.len() + unreadable;
    let job = Job { args, options: session.options.clone() };
    let mut all: Vec<Diagnostic> = Vec::new();
    let mut files = Vec::new();
    let (mut fixed, mut masked) = (0, false);
    for input in inputs {
        let Treated { checked, text, .. } = match job.treat(&input, session) {
            Ok(treated) => {
                fixed += treated.fixed;
                masked |= treated.masked;
                treated
            }
            Err(error @ Error::Output(_)) => return Err(error),
            Err(error) => {
                session.complain(&error);
                unreadable += 1;
                continue;
            }
        };
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
            CheckFormat::Human if args.diff => {}
            CheckFormat::Human => human(&input, &text, &checked, args.fix, session)?,
            _ => files.push(json::report(&input.path.to_string_lossy(), &text, &checked)),
        }
        all.extend(checked.diagnostics);
    }
    if let Some(text) = for_programs(args.format, json::Report::new(files))? {
        findings(&text, args.fix && reads_stdin(args), session)?;
    }
    if masked {
        session.remark(
            "note: secrets are shown as ***, so this is no patch; --fix makes the changes, --show-secrets writes a patch",
        );
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

/// The whole report at once; none for people, who read it file by file.
fn for_programs(format: CheckFormat, report: json::Report) -> Result<Option<String>, Error> {
    let text = match format {
        CheckFormat::Human => return Ok(None),
        CheckFormat::Json => serde_json::to_string_pretty(&report),
        CheckFormat::Sarif => serde_json::to_string_pretty(&sarif::log(&report, env!("CARGO_PKG_VERSION"))),
        CheckFormat::Gitlab => serde_json::to_string_pretty(&gitlab::issues(&report)),
        CheckFormat::Github => return Ok(Some(github::annotations(&report).trim_end().to_owned())),
    };
    Ok(Some(text.map_err(std::io::Error::from)?))
}

/// One input, and what was done with it.
struct Treated {
    checked: Checked,
    /// What the findings are about.
    text: String,
    fixed: usize,
    /// Secrets are hidden in the changes that were shown.
    masked: bool,
}

struct Job<'a> {
    args: &'a Check,
    options: Options,
}

impl Job<'_> {
    /// Checks one input, and fixes it where asked to.
    fn treat(&self, input: &Input, session: &mut Session<'_>) -> Result<Treated, Error> {
        let before = self.check(&input.text);
        if !self.args.fix && !self.args.diff {
            return Ok(Treated { checked: before, text: input.text.clone(), fixed: 0, masked: false });
        }
        let (after, text, count) = self.fixed(&input.text);
        if self.args.diff {
            let (old, new) = (Side { text: &input.text, checked: &before }, Side { text: &text, checked: &after });
            let masked = diff::write(input, [&old, &new], self.args.show_secrets, session)?;
            return Ok(Treated { checked: before, text: input.text.clone(), fixed: 0, masked });
        }
        if input.is_stdin() {
            session.world.stdout.write_all(&input.encoding.encode(&text))?;
        } else if text != input.text {
            let path = session.world.path(&input.path);
            let old = input.encoding.encode(&input.text);
            let replaced = save::replace(&path, &old, &input.encoding.encode(&text))
                .map_err(|source| Error::Write { path: input.path.clone(), source })?;
            match replaced {
                Replaced::Changed => return Err(Error::Changed { path: input.path.clone() }),
                Replaced::Done { names: 0 | 1 } => {}
                Replaced::Done { names } => session.remark(format_args!(
                    "note: {} is one of {names} names (hard links) of a file; the others keep the old text",
                    input.name()
                )),
            }
        }
        Ok(Treated { checked: after, text, fixed: count, masked: false })
    }

    fn check(&self, text: &str) -> Checked {
        let mut checked = check(text, &self.options);
        checked.diagnostics.retain(|diagnostic| !self.ignores(diagnostic));
        checked
    }

    fn ignores(&self, diagnostic: &Diagnostic) -> bool {
        self.args.ignore.iter().any(|code| diagnostic.code.eq_ignore_ascii_case(code) || diagnostic.name == code)
    }

    fn fixed(&self, text: &str) -> (Checked, String, usize) {
        let may_be_wrong = self.args.unsafe_fixes;
        let (text, count) = fix_all(text, &self.options, |diagnostic, fix| {
            let trusted = fix.safety == Safety::Safe || fix.safety == Safety::Uncertain && may_be_wrong;
            trusted && !self.ignores(diagnostic)
        });
        (self.check(&text), text, count)
    }
}

/// Only a regular file can be replaced; to read another, such as a pipe, might last for ever.
fn to_fix(args: &Check, session: &mut Session<'_>) -> (Vec<Input>, Vec<Error>) {
    let default = [input::default_path(session.world)];
    let files = if args.files.is_empty() { &default[..] } else { &args.files };
    let (mut inputs, mut refused) = (Vec::new(), Vec::new());
    for file in files {
        let special = file.as_os_str() != "-"
            && std::fs::metadata(session.world.path(file)).is_ok_and(|found| !found.is_file() && !found.is_dir());
        if special {
            let error = Error::Usage(format!("{} is no regular file: give `-` to fix standard input", file.display()));
            session.complain(&error);
            refused.push(error);
            continue;
        }
        let (read, unreadable) = session.read_all(std::slice::from_ref(file));
        inputs.extend(read);
        refused.extend(unreadable);
    }
    (inputs, refused)
}

fn reads_stdin(args: &Check) -> bool {
    args.files.iter().any(|file| file.as_os_str() == "-")
}

/// Findings go to standard output unless the fixed text does.
fn findings(text: &str, stdout_is_taken: bool, session: &mut Session<'_>) -> Result<(), Error> {
    if stdout_is_taken {
        session.fault(text);
        return Ok(());
    }
    session.line(text)
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
