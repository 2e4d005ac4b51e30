//! Rules: one file and one line each. A rule turns what was seen into words.

use crate::cluster::Cluster;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::Plan;

/// One fault that can be found.
pub struct Rule {
    pub code: &'static str,
    pub name: &'static str,
    pub severity: Severity,
    /// One sentence.
    pub summary: &'static str,
    /// What rke does, why it hurts, and where that is known from.
    pub why: &'static str,
    pub examples: &'static [Example],
    pub check: fn(&Facts<'_>, &mut Reporter<'_>),
}

/// A file with the fault, the span marked by `^` under it; `after` is the file once fixed.
pub struct Example {
    pub before: &'static str,
    pub after: Option<&'static str>,
}

/// Everything a rule may look at.
pub struct Facts<'a> {
    pub text: &'a str,
    pub cluster: &'a Cluster,
    pub plan: &'a Plan,
}

/// Collects what one rule finds.
pub struct Reporter<'a> {
    pub rule: &'static Rule,
    pub found: &'a mut Vec<Diagnostic>,
}

pub static RULES: &[&Rule] = &[];
