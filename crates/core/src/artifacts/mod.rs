//! Generators: one file and one line each. A generator reads the plan and writes one named file.

use crate::plan::Plan;

/// Writes one file for the person to take away.
pub struct Generator {
    /// As in `pull generate ID`.
    pub id: &'static str,
    pub title: &'static str,
    /// Name of the file when it is downloaded.
    pub file: &'static str,
    /// For highlighting: `yaml`, `sh`, `text`.
    pub language: &'static str,
    /// Why these lines, and what the person must add.
    pub why: fn(&Plan) -> String,
    pub write: fn(&Plan) -> String,
}

pub static GENERATORS: &[&Generator] = &[];
