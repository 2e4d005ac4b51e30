//! `pull rule`: what a code means.

use drydock_core::render::rule::page;
use drydock_core::rules::{self, RULES};

use crate::error::Error;
use crate::session::Session;

pub fn run(wanted: Option<&str>, session: &mut Session<'_>) -> Result<u8, Error> {
    let Some(wanted) = wanted else {
        for rule in RULES {
            session.line(format_args!(
                "{}  {:7}  {}: {}",
                rule.code,
                rule.severity.name(),
                rule.name,
                rule.doc().summary
            ))?;
        }
        return Ok(0);
    };
    let rule = rules::find(wanted).ok_or_else(|| unknown(wanted))?;
    session.line(page(rule).trim_end())?;
    Ok(0)
}

/// A code or name that no rule has, with the nearest.
pub fn unknown(wanted: &str) -> Error {
    let names = RULES.iter().flat_map(|rule| [rule.code, rule.name]);
    let nearest = names
        .map(|name| (strsim::osa_distance(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min();
    let help =
        nearest.map_or_else(|| "`pull rule` lists them".to_owned(), |(_, name)| format!("did you mean `{name}`?"));
    Error::Usage(format!("no rule `{wanted}`; {help}"))
}
