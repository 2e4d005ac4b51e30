//! `pull explain --error`: what lines of a log mean, and where the file causes them.

use std::path::Path;

use drydock_core::decoder::{Cause, Decoded};
use drydock_core::encoding::Encoding;
use drydock_core::explain_error;

use super::explain::say;
use crate::cli::{Explain, ExplainFormat};
use crate::error::Error;
use crate::input::{self, Input};
use crate::session::Session;

/// Nothing of the text is known.
const NOT_KNOWN: u8 = 1;

pub fn run(log: &str, explain: &Explain, session: &mut Session<'_>) -> Result<u8, Error> {
    let stdin = Path::new("-");
    if log == "-" && explain.files.iter().any(|file| file == stdin) {
        return Err(Error::Usage("standard input cannot be both the log and the file".to_owned()));
    }
    let log = if log == "-" { input::read(stdin, session.world)?.text } else { log.to_owned() };
    let file = file(explain, session)?;
    let checked = drydock_core::check(&file.text, &session.options);
    let decoded = explain_error(&log, &file.text, &checked);
    for (number, message) in decoded.iter().enumerate() {
        match explain.format {
            ExplainFormat::Jsonl => session.json(message, false)?,
            ExplainFormat::Human => {
                if number > 0 {
                    session.line("")?;
                }
                human(message, &file.name(), session)?;
            }
        }
    }
    if decoded.is_empty() {
        session.remark("no message of this text is known");
        return Ok(NOT_KNOWN);
    }
    Ok(0)
}

/// The file the log is of. A log says much without one: the default may be missing, a named file may not.
fn file(explain: &Explain, session: &mut Session<'_>) -> Result<Input, Error> {
    match session.read_one(explain.files.first()) {
        Err(Error::Read { path, source })
            if explain.files.is_empty() && source.kind() == std::io::ErrorKind::NotFound =>
        {
            session.remark(format_args!("there is no {}: causes in a file are not looked for", path.display()));
            Ok(Input { path, text: String::new(), encoding: Encoding::Utf8 })
        }
        read => read,
    }
}

fn human(message: &Decoded, name: &str, session: &mut Session<'_>) -> Result<(), Error> {
    let rule = message.rule.map_or(String::new(), |code| format!(" [{code}]"));
    let times = if message.count > 1 { format!(", {} times", message.count) } else { String::new() };
    let about = message.about.as_deref().map_or(String::new(), |about| format!(": {about}"));
    say(session, format_args!("{}{rule}{about} (line {}{times})", message.id, message.line))?;
    say(session, format_args!("  | {}", message.excerpt))?;
    say(session, format_args!("  {}", message.means))?;
    for cause in &message.causes {
        let Cause { at, start, .. } = cause;
        let code = cause.code.map_or(String::new(), |code| format!("[{code}] "));
        say(session, format_args!("  {name}:{}:{}: {code}{at}: {}", start.line, start.column, cause.message))?;
        if let Some(help) = cause.help.as_deref().filter(|help| *help != message.remedy) {
            say(session, format_args!("    {help}"))?;
        }
    }
    for told in &message.story {
        say(session, format_args!("  - {told}"))?;
    }
    say(session, format_args!("  help: {}", message.remedy))?;
    say(session, format_args!("  source: {}", message.source))
}
