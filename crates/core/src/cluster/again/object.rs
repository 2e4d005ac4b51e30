//! Kubernetes objects inside cluster.yml: found by kind and apiVersion, then decoded with exact names.

use super::decode::{Case, Decoded, decode};
use super::json::{Json, Shape, is_named};
use crate::cluster::quoted::quote;
use crate::cluster::value::Value;
use crate::problem::{Problem, Why};
use crate::schema::again::Table;
use crate::text::Span;

/// Every group has these beside its own kinds.
const COMMON: [&str; 7] =
    ["CreateOptions", "DeleteOptions", "GetOptions", "ListOptions", "PatchOptions", "UpdateOptions", "WatchEvent"];
/// Found under every version.
const UNVERSIONED: [&str; 5] = ["APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status"];

/// Where Kubernetes registers its kinds, as it names itself in errors; the front depends on where rke was built.
const SCHEME: &str = "apimachinery/pkg/runtime/scheme.go:100";

/// One object rke expects at one place.
pub struct Object {
    pub group: &'static str,
    /// As `audit.k8s.io/v1`.
    pub version: &'static str,
    pub kind: &'static str,
    /// Further kinds of that version.
    pub others: &'static [&'static str],
    pub go: &'static str,
    /// kind and apiVersion that are not written are taken for the expected ones, and other kinds converted.
    pub into: bool,
    /// Opens rke's errors.
    pub prefix: &'static str,
}

pub static AUDIT_POLICY: Object = Object {
    group: "audit.k8s.io",
    version: "audit.k8s.io/v1",
    kind: "Policy",
    others: &["Event", "EventList", "PolicyList"],
    go: "v1.Policy",
    into: true,
    prefix: "error decoding audit policy: ",
};

pub static ADMISSION: Object = Object {
    group: "apiserver.config.k8s.io",
    version: "apiserver.config.k8s.io/v1",
    kind: "AdmissionConfiguration",
    others: &["EncryptionConfiguration"],
    go: "v1.AdmissionConfiguration",
    into: false,
    prefix: "error decoding data: ",
};

/// Why an object is refused before or after its fields are decoded.
struct Refusal {
    /// The key below the object to blame, where it is written.
    key: &'static str,
    why: Why,
    error: String,
}

impl Object {
    /// `key` is where the object's own key stands.
    pub fn decode(&self, json: &Json, at: &str, key: Span) -> Decoded {
        let refused = |problem: Problem, error: String| {
            let error = Some(format!("{}{error}", self.prefix));
            Decoded { value: Value::default(), problems: vec![problem], error }
        };
        let (names, bad) = names(json, at);
        if let Some((problem, error)) = bad {
            return refused(problem, format!("couldn't get version/kind; json parse error: {error}"));
        }
        let mut decoded = Decoded { value: Value::default(), problems: Vec::new(), error: None };
        let mut refusal = self.unknown(json, &names);
        if refusal.is_none() && names.kind.as_deref().is_none_or(|kind| kind == self.kind) {
            decoded = decode(json, &Table::get().ty(self.go), Case::Exact, at);
            decoded.error = decoded.error.map(|error| format!("{}{error}", self.prefix));
        }
        if refusal.is_none() && decoded.error.is_none() {
            refusal = self.other(json, &names);
        }
        if let Some(Refusal { key: name, why, error }) = refusal {
            let (span, at) = match json.member(name) {
                Some(member) => (member.value.span, format!("{at}.{name}")),
                None => (key, at.to_owned()),
            };
            let error = if self.into || !error.starts_with("unexpected type") {
                format!("{}{error}", self.prefix)
            } else {
                error
            };
            decoded.problems.push(Problem::Refused { span, at, why, error: error.clone() });
            decoded.error = Some(error);
        }
        decoded
    }

    /// No such kind in no such version.
    fn unknown(&self, json: &Json, names: &Names) -> Option<Refusal> {
        let refuse = |key, why, error| Some(Refusal { key, why, error });
        let missing = |what: &str| {
            let mut body = String::new();
            json.write(&mut body);
            format!("Object '{what}' is missing in '{body}'")
        };
        let mut version = names.version.as_deref().unwrap_or_default();
        if version.matches('/').count() > 1 {
            let error = format!("unexpected GroupVersion string: {version}");
            return refuse("apiVersion", Why::OtherVersion(self.version), error);
        }
        version = version.strip_prefix('/').unwrap_or(version);
        if self.into && (version.is_empty() || version.strip_suffix('/') == Some(self.group)) {
            version = self.version;
        }
        let kind = match names.kind.as_deref() {
            None if !self.into => return refuse("kind", Why::NoKind(self.kind), missing("Kind")),
            kind => kind.unwrap_or(self.kind),
        };
        if version.is_empty() || version.ends_with('/') {
            return refuse("apiVersion", Why::NoVersion(self.version), missing("apiVersion"));
        }
        let own = kind == self.kind || self.others.contains(&kind) || COMMON.contains(&kind);
        if version == self.version && own || UNVERSIONED.contains(&kind) {
            return None;
        }
        let error =
            format!("no kind {} is registered for version {} in scheme {SCHEME:?}", quote(kind), quote(version));
        match version == self.version {
            true => refuse("kind", Why::OtherKind(self.kind), error),
            false => refuse("apiVersion", Why::OtherVersion(self.version), error),
        }
    }

    /// A kind that is known, but not the one that is wanted here.
    fn other(&self, json: &Json, names: &Names) -> Option<Refusal> {
        let refuse = |why, error| Some(Refusal { key: "kind", why, error });
        match names.kind.as_deref() {
            Some(kind) if kind != self.kind && self.into => {
                let error = format!("converting (v1.{kind}) to (v1.{}): unknown conversion", self.kind);
                refuse(Why::OtherKind(self.kind), error)
            }
            Some(kind) if kind != self.kind => {
                refuse(Why::OtherKind(self.kind), format!("unexpected type: *v1.{kind}"))
            }
            // The kind is found in any spelling, but decoded only in the right one; rke prints an error that is none.
            _ if self.into
                && json.member("kind").is_none_or(|m| m.value.shape != Shape::Text(self.kind.to_owned())) =>
            {
                refuse(Why::NoKind(self.kind), "<nil>".to_owned())
            }
            _ => None,
        }
    }
}

/// What an object says it is; none where nothing or empty text is written.
struct Names {
    version: Option<String>,
    kind: Option<String>,
}

/// apiVersion and kind in any spelling, as encoding/json reads them, and the first that is no text.
fn names(json: &Json, at: &str) -> (Names, Option<(Problem, String)>) {
    let mut names = Names { version: None, kind: None };
    let mut bad = None;
    for member in json.members() {
        let (name, out) = match &member.name {
            name if is_named(name, "apiVersion") => ("apiVersion", &mut names.version),
            name if is_named(name, "kind") => ("kind", &mut names.kind),
            _ => continue,
        };
        match &member.value.shape {
            Shape::Text(text) => *out = Some(text.clone()).filter(|text| !text.is_empty()),
            Shape::Null => {}
            _ => {
                let found = member.value.kind();
                let error = format!("json: cannot unmarshal {found} into Go struct field .{name} of type string");
                let (span, at) = (member.value.span, format!("{at}.{}", member.name));
                bad.get_or_insert((Problem::Mismatch { span, at, wanted: "text", error: error.clone() }, error));
            }
        }
    }
    (names, bad)
}
