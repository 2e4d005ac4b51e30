//! What the address asks for and the page cannot give.

use super::*;

fn from(rke: &str, kubernetes: &str, fragment: &str) -> State {
    let settings = Settings {
        rke: Some(rke.to_owned()),
        kubernetes: Some(kubernetes.to_owned()),
        fragment: fragment.to_owned(),
        ..Settings::default()
    };
    whole(&settings, false, None)
}

fn said(state: &State) -> Vec<String> {
    let said = |effect| if let Effect::Say(text) = effect { Some(text) } else { None };
    state.start().into_iter().filter_map(said).collect()
}

#[test]
fn versions_that_are_not_known_are_named_and_the_defaults_answer() {
    let state = from("v9.9.9", "bogus", "");
    assert_eq!((&state.options.rke, &state.options.kubernetes_version), (&None, &None));
    assert_eq!(
        said(&state),
        ["rke `v9.9.9` is not known here: v1.6.3 answers. Kubernetes `bogus` is not known to rke v1.6.3: the file's \
          version counts. Open the data.json that has it."]
    );
    assert!(state.report.checked.diagnostics.iter().all(|found| !found.message.contains("bogus")));
    let state = from("v1.5.0", "v1.23.16-rancher2-1", "");
    assert!(state.options.rke.is_some() && state.options.kubernetes_version.is_some());
    assert_eq!(said(&state), [""; 0]);
    // The default by its name, which the menu lists without.
    let state = from("v1.6.3", "", "");
    assert_eq!((&state.options.rke, said(&state).len()), (&None, 0));
}

#[test]
fn a_version_of_another_release_is_given_up_aloud() {
    let mut state = state();
    state.reduce(Action::VersionChosen(Some("v1.30.5-rancher1-1".to_owned())));
    state.reduce(Action::ReleaseChosen(Some("v1.3.0".to_owned())));
    assert_eq!(state.options.kubernetes_version, None);
    assert!(state.status.text.starts_with("Kubernetes `v1.30.5-rancher1-1` is not known to rke v1.3.0"));
}

#[test]
fn a_link_of_a_newer_form_is_told_and_no_example_stands_in_for_its_text() {
    for fragment in ["v2=abc", "v19=abc"] {
        let state = from("", "", fragment);
        assert_eq!(state.report.text, "");
        assert!(state.start().contains(&Effect::ClearFragment));
        assert!(said(&state)[0].starts_with("This link was made by a newer Drydock"));
        let mut state = typed("nodes: []\n");
        let effects = state.reduce(Action::Fragment(fragment.to_owned()));
        assert!(matches!(&effects[..], [Effect::ClearFragment, Effect::Say(_)]), "{effects:?}");
        assert_eq!(state.report.text, "nodes: []\n");
    }
    // A text of this form that cannot be read leaves the editor empty, too.
    let mut state = from("", "", "v1=abc");
    state.reduce(Action::Unpacked(Err("none".to_owned())));
    assert_eq!((state.report.text.as_str(), state.status.text.as_str()), ("", "none"));
    assert!(share::carried("version=1").is_none() && share::carried("rule=D301").is_none());
}
