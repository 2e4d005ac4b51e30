//! What reading and lowering saw: facts with places, no words and no codes. Only rules turn them into words.

use crate::text::Span;
use crate::yaml::Stop;

#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The YAML parser stops; what follows was not read.
    Syntax(Stop),
    /// Nested too deep to be read.
    TooDeep { span: Span, levels: usize },
    /// yaml.v2 parses the text, but no value can be made of it; its words.
    Undecodable { span: Span, error: String },
    /// The configuration stands below Rancher's key; only that was lowered. The first key in Rancher's spelling, and
    /// rke's for it.
    RancherForm { span: Span, respelled: Option<(String, &'static str)> },
    /// rke's state file in place of a cluster.yml.
    StateFile { span: Span },
    /// The items of one list of a cluster.yml, without the key they belong under; rke's error.
    BareList { span: Span, under: &'static str, error: String },
    /// Another program's file in place of a cluster.yml; what it is.
    OtherFile { span: Span, what: String },
    /// A second document, which rke never reads.
    MoreDocuments { span: Span },
    /// A key rke's decoder drops without a word.
    UnknownKey(UnknownKey),
    /// The value does not fit the type; rke refuses the file.
    Mismatch { span: Span, at: String, wanted: &'static str, error: String },
    /// A block that rke decodes a second time is refused there, though its types fit.
    Refused { span: Span, at: String, why: Why, error: String },
    /// Another text than what is written, because rke writes the file again before it decodes it.
    Retyped { span: Span, at: String, becomes: String },
    /// The drain input is replaced, and this key of it lost.
    DrainLost { span: Span, at: String, missing: Vec<&'static str> },
    /// A custom encryption configuration that is decoded and then dropped, because encryption is not enabled.
    EncryptionOff { span: Span, at: String },
    /// The same key twice in one mapping.
    DuplicateKey { span: Span, first: Span, at: String, kept: Kept },
}

/// Why a Kubernetes object is refused; names what rke expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    NoKind(&'static str),
    NoVersion(&'static str),
    OtherKind(&'static str),
    OtherVersion(&'static str),
    /// The key is written, its value is not.
    Null,
}

#[derive(Clone, Debug, PartialEq)]
pub struct UnknownKey {
    /// The key alone.
    pub span: Span,
    /// Key and value.
    pub entry: Span,
    /// Path of the key, as `private_registries[0].ecrCredentialPlugin`.
    pub at: String,
    pub key: String,
    /// The Go struct that has no such key, as `types.PrivateRegistry`.
    pub parent: &'static str,
    /// Keys that stand beside it.
    pub siblings: Vec<String>,
}

/// What yaml.v2 keeps of a key that is written twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Last,
    /// Structs and maps are decoded one on top of the other.
    Merged,
    /// The second is null, which empties the field.
    Nothing,
}
