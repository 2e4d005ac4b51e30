//! What is said about a text.

use crate::fix::Fix;
use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    /// rke stops, or the cluster cannot do what the file says.
    Error,
}

impl Severity {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A second place that belongs to a finding ("first declared here").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub message: String,
}

/// One finding. Its span is never empty unless the text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable, as in `# drydock: ignore[D101]`.
    pub code: &'static str,
    /// The rule's name: the fault in a few words, kebab-case.
    pub name: &'static str,
    pub severity: Severity,
    pub span: Span,
    /// The fault first; names the value and the place.
    pub message: String,
    /// Path of the key to blame, as `private_registries[0].url`; empty for the whole file.
    pub at: String,
    pub related: Vec<Label>,
    /// The remedy.
    pub help: Option<String>,
    pub fixes: Vec<Fix>,
    /// rke's own text where it refuses the file for this.
    pub rke_error: Option<String>,
    /// rke reports only its first error; this is the one.
    pub stops_rke: bool,
}
