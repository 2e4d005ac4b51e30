//! What people paste in place of a cluster.yml: Rancher's form of it, rke's state file, templates, other files.

pub mod broken;
pub mod other;
mod rancher;
pub mod template;

pub use rancher::enter_rancher;

use crate::problem::Problem;
use crate::yaml::{Data, Document};

/// The two halves of a `cluster.rkestate`.
const STATES: [&str; 2] = ["desiredState", "currentState"];

/// One finding in place of an unknown key for each half of a state file.
pub fn state(document: &Document, problems: &mut Vec<Problem>) {
    let Some(root) = document.root else { return };
    let found = document.entries(root).iter().find(|entry| {
        let is_block = matches!(document.resolve(entry.value).data, Data::Mapping { .. });
        is_block && document.scalar(entry.key).is_some_and(|key| STATES.contains(&key))
    });
    let Some(entry) = found else { return };
    let is_half = |at: &str| STATES.contains(&at);
    problems.retain(|problem| !matches!(problem, Problem::UnknownKey(unknown) if is_half(&unknown.at)));
    problems.push(Problem::StateFile { span: document.node(entry.key).span });
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::plan::Options;
    use crate::render::redact::Redactor;

    #[test]
    fn a_state_file_is_recognised_and_its_secrets_are_not_shown() {
        let state = r#"{
  "desiredState": {
    "rkeConfig": {"privateRegistries": [{"url": "r.io", "password": "hunter22"}]},
    "certificatesBundle": {"kube-ca": {"keyPEM": "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----\n"}}
  },
  "currentState": {}
}"#;
        let minified = state.replace("\n  ", " ").replace('\n', "");
        for text in [state, &minified] {
            let checked = check(text, &Options::default());
            let codes: Vec<_> = checked.diagnostics.iter().map(|d| d.code).collect();
            assert_eq!(codes, ["D013"], "{text}");
            let masked = Redactor::find(text, &checked.cluster).mask(text).text;
            assert!(!masked.contains("hunter22") && !masked.contains("MIIEabc"), "{masked}");
        }
    }
}
