//! What is said about a text.

use crate::fix::{Edit, Fix, Safety};
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

/// What rke says when it refuses the file for a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub step: Step,
    /// Which of several at the same step: the smallest is met first.
    pub nth: usize,
    /// rke's exact text, prefixes included; of the Go runtime where it crashes.
    pub error: String,
    /// rke does not refuse the file but crashes on it.
    pub panic: bool,
}

/// The checks of rke in the order in which it makes them; it stops at the first that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Reading and decoding the file.
    Parse,
    /// kubernetes_version is no version.
    Version,
    ServiceRange,
    CloudProvider,
    /// The role of a node is unknown.
    Roles,
    /// Version unknown and images missing: the first check of ValidateCluster.
    Images,
    DuplicateNodes,
    Hosts,
    Authentication,
    Network,
    Ingress,
    CriDockerd,
    PodSecurity,
    Services,
    /// Only once the hosts are reached: rke has accepted the file by then.
    HostCount,
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
    /// Where rke refuses the file for this.
    pub refusal: Option<Refusal>,
    /// rke reports only its first error; this is the one.
    pub stops_rke: bool,
}

impl Diagnostic {
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    pub fn label(&mut self, span: Span, message: impl Into<String>) -> &mut Self {
        self.related.push(Label { span, message: message.into() });
        self
    }

    /// A fix without edits is no fix and is left out.
    pub fn fix(&mut self, title: impl Into<String>, safety: Safety, edits: Vec<Edit>) -> &mut Self {
        if !edits.is_empty() {
            self.fixes.push(Fix::new(title, safety, edits));
        }
        self
    }

    pub fn refused(&mut self, step: Step, nth: usize, error: impl Into<String>) -> &mut Self {
        self.refusal = Some(Refusal { step, nth, error: error.into(), panic: false });
        self
    }

    /// rke follows a pointer to nothing there.
    pub fn crashes_rke(&mut self, step: Step, nth: usize) -> &mut Self {
        let error = "runtime error: invalid memory address or nil pointer dereference".to_owned();
        self.refusal = Some(Refusal { step, nth, error, panic: true });
        self
    }

    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }
}
