//! `pull check --diff`: what `--fix` would change.
//!
//! It is a patch unless a secret is masked in it. Then its headings are none that `patch` or `git apply` take: `patch`
//! would forgive masked lines around a change, and write masked ones into the file.

use clap::builder::styling::AnsiColor;
use drydock_core::Checked;
use drydock_core::render::redact::Redactor;
use similar::{Change, ChangeTag, TextDiff};

use crate::error::Error;
use crate::input::Input;
use crate::session::Session;

/// A text before or after the fixes.
pub struct Side<'a> {
    pub text: &'a str,
    pub checked: &'a Checked,
}

impl Side<'_> {
    /// The text as it may be shown. A mask stays within its line, so its lines are those of the text.
    fn shown(&self, show_secrets: bool) -> String {
        if show_secrets {
            return self.text.to_owned();
        }
        Redactor::find(self.text, &self.checked.cluster).mask(self.text).text
    }
}

/// Lines with their ends; a lone carriage return ends none, as programs for patches have it.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Says whether secrets are masked in what it writes.
pub fn write(
    input: &Input,
    [old, new]: [&Side<'_>; 2],
    show_secrets: bool,
    session: &mut Session<'_>,
) -> Result<bool, Error> {
    let shown = [old, new].map(|side| side.shown(show_secrets));
    let [old, new] = [old, new].map(|side| lines(side.text));
    let [shown_old, shown_new] = shown.each_ref().map(|text| lines(text));
    // The texts themselves are compared: a change within a secret is one, though both sides look alike.
    let compared = TextDiff::from_slices(&old, &new);
    let mut unified = compared.unified_diff();
    let hunks: Vec<_> = unified.context_radius(3).iter_hunks().collect();
    let as_shown = |change: &Change<&str>| match (change.old_index(), change.new_index()) {
        (Some(line), _) => shown_old.get(line).copied().unwrap_or_default(),
        (None, line) => line.and_then(|line| shown_new.get(line).copied()).unwrap_or_default(),
    };
    let masked =
        hunks.iter().flat_map(|hunk| hunk.iter_changes()).any(|change| as_shown(&change) != *change.value_ref());
    let name = input.name();
    // A blank would end the name.
    let end = if name.contains(' ') { "\t" } else { "" };
    for (number, hunk) in hunks.iter().enumerate() {
        if number == 0 {
            session.line(session.paint(AnsiColor::Red, &format!("--- {name}{end}")))?;
            session.line(session.paint(AnsiColor::Green, &format!("+++ {name}{end}")))?;
        }
        let first = hunk.ops().first().map_or(0, |op| op.old_range().start + 1);
        let heading = if masked { format!("@@ from line {first} @@") } else { hunk.header().to_string() };
        session.line(session.paint(AnsiColor::Cyan, &heading))?;
        for change in hunk.iter_changes() {
            let text = as_shown(&change);
            let line = format!("{}{}", change.tag(), text.strip_suffix('\n').unwrap_or(text));
            session.line(match change.tag() {
                ChangeTag::Insert => session.paint(AnsiColor::Green, &line),
                ChangeTag::Delete => session.paint(AnsiColor::Red, &line),
                ChangeTag::Equal => line,
            })?;
            if !text.ends_with('\n') {
                session.line("\\ No newline at end of file")?;
            }
        }
    }
    Ok(masked)
}
