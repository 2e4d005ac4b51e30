//! What people paste in place of a cluster.yml: Rancher's form of it, rke's state file, the items of one of its lists,
//! templates, other files.

pub mod broken;
pub mod other;
mod rancher;
pub mod template;

pub use rancher::enter_rancher;

use crate::problem::Problem;
use crate::schema::suggest::is_same;
use crate::schema::{Kind, Schema};
use crate::yaml::{Data, Document, Entry, NodeId};

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

/// One finding for the items of a list without its key, in place of an error that says nothing to a person.
pub fn list(document: &Document, problems: &mut [Problem]) {
    let Some(root) = document.root else { return };
    let of_root = |problem: &&mut Problem| matches!(problem, Problem::Undecodable { error, .. } if error.contains("cannot unmarshal array into Go value"));
    let Some(problem) = problems.iter_mut().find(of_root) else { return };
    let Problem::Undecodable { error, .. } = problem else { return };
    if is_ansible(document, root) {
        return;
    }
    let entries = || document.items(root).iter().flat_map(|item| document.entries(*item));
    let (Some(first), Some(under)) = (entries().next(), list_of(document, entries())) else { return };
    let (span, error) = (document.node(first.key).span, std::mem::take(error));
    *problem = Problem::BareList { span, under, error };
}

/// Whether the items of a list are plays or tasks.
fn is_ansible(document: &Document, list: NodeId) -> bool {
    let of_ansible = |item| ["hosts", "tasks"].iter().any(|key| document.get(item, key).is_some());
    document.items(list).first().is_some_and(|first| of_ansible(*first))
}

/// The one list of the file whose items have most of these keys; Rancher's spelling of a key will do.
fn list_of<'d>(document: &Document, entries: impl Iterator<Item = &'d Entry>) -> Option<&'static str> {
    let schema = Schema::get();
    let Kind::Struct(root) = schema.root().kind else { return None };
    let written: Vec<&str> = entries.filter_map(|entry| document.scalar(entry.key)).collect();
    let fits = schema.structure(root).keys.iter().filter_map(|key| {
        let Kind::List(item) = &key.ty.kind else { return None };
        let Kind::Struct(index) = item.kind else { return None };
        let structure = schema.structure(index);
        let known = written.iter().filter(|name| structure.keys.iter().any(|key| is_same(name, key.name))).count();
        (2 * known > written.len()).then_some((known, key.name))
    });
    let mut fits: Vec<_> = fits.collect();
    fits.sort_unstable();
    let (most, name) = fits.pop()?;
    fits.last().is_none_or(|(known, _)| *known < most).then_some(name)
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

    #[test]
    fn the_items_of_a_list_belong_where_most_of_their_keys_are_known() {
        let lists = [
            ("- url: r.example.com\n  ecrCredentialPlugin: {}\n", Some("private_registries")),
            ("- address: 10.0.0.1\n  user: ubuntu\n  name: a\n", Some("nodes")),
            ("- hosts: all\n  user: ubuntu\n  roles: [docker]\n", None),
            ("- hosts: all\n  user: ubuntu\n  port: 22\n  tasks: []\n", None),
            ("- name: http\n  port: 80\n", None),
            ("- user: reader\n", None),
        ];
        for (text, under) in lists {
            let found = check(text, &Options::default()).diagnostics;
            let told = found.iter().find(|d| d.code == "D015").map(|d| d.at.as_str());
            assert_eq!(told, under, "{text}{found:#?}");
        }
    }
}
