use super::*;
use crate::examples::{EXAMPLES, Sample};
use crate::later::TABLE;

mod address;
mod fixes;
mod opened;

fn state() -> State {
    whole(&Settings::default(), false, None)
}

fn typed(text: &str) -> State {
    whole(&Settings::default(), false, Some(text.to_owned()))
}

/// With the second module.
fn whole(settings: &Settings, system_dark: bool, typed: Option<String>) -> State {
    let mut state = State::new(settings, system_dark, typed);
    state.reduce(Action::Arrived(&TABLE));
    state
}

#[test]
fn what_needs_the_second_module_waits_for_it() {
    let mut state = State::new(&Settings { example: Some("D502".to_owned()), ..Settings::default() }, false, None);
    assert_eq!(state.report.text, "");
    assert_eq!(state.reduce(Action::HelpAsked), vec![Effect::FetchSecondModule]);
    assert!(state.dialog.is_none());
    let effects = state.reduce(Action::Arrived(&TABLE));
    assert!(matches!(&effects[0], Effect::Replace(text) if text.contains("Controlplane")), "{effects:?}");
    assert_eq!(state.dialog.as_deref(), Some(&Dialog::Help));
}

#[test]
fn what_was_typed_meanwhile_is_not_taken_for_the_example_of_the_address() {
    let mut state = State::new(&Settings { example: Some("D502".to_owned()), ..Settings::default() }, false, None);
    state.reduce(Action::Typed("nodes: []\n".to_owned()));
    state.reduce(Action::Arrived(&TABLE));
    assert_eq!(state.report.text, "nodes: []\n");
}

#[test]
fn the_address_chooses_example_tab_and_theme_and_nonsense_is_passed_over() {
    let settings = |example: &str, tab: &str, theme: &str| Settings {
        example: Some(example.to_owned()),
        tab: Some(tab.to_owned()),
        theme: Some(theme.to_owned()),
        ..Settings::default()
    };
    let asked = whole(&settings("urls", "images", "dark"), false, None);
    assert_eq!((asked.tab, asked.dark()), (Tab::Images, true));
    assert_eq!(asked.report.text, Sample::by_id("urls").unwrap().text());
    let nonsense = whole(&settings("?", "?", "?"), true, None);
    assert_eq!((nonsense.tab, nonsense.dark()), (Tab::Problems, true));
    assert_eq!(nonsense.report.text, EXAMPLES[0].text());
}

#[test]
fn what_was_typed_before_the_program_arrived_is_kept() {
    let state = typed("nodes: []\n");
    assert_eq!(state.report.text, "nodes: []\n");
    assert!(state.changed());
}

#[test]
fn keys_walk_around_the_list_of_tabs_and_take_the_focus_along() {
    let mut state = state();
    let focus = |tab: Tab| vec![Effect::Focus(tab.element_id())];
    assert_eq!(state.reduce(Action::TabKey("ArrowLeft".to_owned())), focus(Tab::Explain));
    assert_eq!(state.reduce(Action::TabKey("ArrowRight".to_owned())), focus(Tab::Problems));
    assert_eq!(state.reduce(Action::TabKey("End".to_owned())), focus(Tab::Explain));
    assert_eq!(state.reduce(Action::TabKey("x".to_owned())), vec![]);
    assert_eq!(state.tab, Tab::Explain);
}

#[test]
fn a_change_is_guarded_once_and_until_it_is_undone() {
    let mut state = state();
    let text = state.report.text.clone();
    assert!(state.reduce(Action::Typed(format!("{text}#"))).contains(&Effect::GuardLeaving(true)));
    assert!(!state.reduce(Action::Typed(format!("{text}##"))).contains(&Effect::GuardLeaving(true)));
    assert!(state.reduce(Action::Typed(text)).contains(&Effect::GuardLeaving(false)));
}

#[test]
fn an_opened_file_has_the_line_breaks_of_the_editor() {
    let mut state = state();
    let effects =
        state.reduce(Action::Opened { name: "a.yml".to_owned(), text: "nodes:\r\n- address: a\r".to_owned() });
    assert_eq!(effects[0], Effect::Replace("nodes:\n- address: a\n".to_owned()));
    assert_eq!(state.status.text, "Opened a.yml.");
    assert!(!state.changed());
}

#[test]
fn a_newer_data_json_is_answered_from_and_the_text_stays() {
    let mut state = typed("kubernetes_version: v1.99.1-rancher1-1\n");
    let text = state.report.text.clone();
    let images = r#"{"K8sVersionRKESystemImages": {"v1.99.1-rancher1-1": {"kubernetes": "rancher/hyperkube:v1.99.1-rancher1"}}}"#;
    state.reduce(Action::Opened { name: "data.json".to_owned(), text: images.to_owned() });
    assert_eq!(state.status.text, "Versions and images come from data.json now.");
    assert_eq!(state.report.text, text);
    let image = state.report.checked.plan.images.iter().find(|image| image.key == "kubernetes");
    assert_eq!(image.map(|image| image.image.as_str()), Some("rancher/hyperkube:v1.99.1-rancher1"));
}

#[test]
fn a_chosen_version_counts_instead_of_the_file_s() {
    let mut state = state();
    state.reduce(Action::VersionChosen(Some("v1.28.14-rancher1-1".to_owned())));
    assert_eq!(state.report.checked.plan.kubernetes_version, "v1.28.14-rancher1-1");
    state.reduce(Action::VersionChosen(None));
    assert_eq!(state.report.checked.plan.kubernetes_version, "v1.30.5-rancher1-1");
}

#[test]
fn an_answer_is_kept_and_a_bad_one_is_named() {
    let mut state = state();
    assert_eq!(state.reduce(Action::Answered { key: "scope", value: "version".to_owned() }), vec![]);
    let before = state.answers.clone();
    assert_ne!(before, Rc::default());
    let bad = Action::Answered { key: "registry", value: "https://x".to_owned() };
    assert_eq!(state.reduce(bad), vec![Effect::HushLater]);
    assert!(state.status.text.contains("`https://x` is no answer"), "{}", state.status.text);
    assert_eq!(state.answers, before);
}

#[test]
fn the_count_is_spoken_and_a_message_is_shown_for_a_while() {
    let mut state = typed("nodes: []\n");
    state.reduce(Action::SayCount);
    assert!(!state.status.shown && state.status.text == format!("{}.", state.report.count()));
    assert_eq!(state.reduce(Action::Say("Copied.".to_owned())), vec![Effect::HushLater]);
    // The count of what a message was about comes after it, not in its place.
    state.reduce(Action::SayCount);
    assert_eq!((state.status.text.as_str(), state.status.shown), ("Copied.", true));
    state.reduce(Action::Hush);
    assert!(!state.status.shown && state.status.text == format!("{}.", state.report.count()));
    state.reduce(Action::Hush);
    assert_eq!(state.status, Status::default());
}

#[test]
fn a_theme_chosen_by_hand_outlives_the_system_s() {
    let mut state = state();
    assert_eq!(state.reduce(Action::SystemDark(true)), vec![Effect::Dark(true)]);
    assert_eq!(state.reduce(Action::ThemeToggled), vec![Effect::Dark(false), Effect::RememberTheme(Some(false))]);
    assert_eq!(state.reduce(Action::SystemDark(true)), vec![Effect::Dark(false)]);
}

#[test]
fn a_link_holds_no_secret_and_the_settings() {
    let mut state = typed("private_registries:\n- {url: r.io, user: u, pasword: canary-7f3a}\nbroken: [\n");
    state.reduce(Action::ReleaseChosen(Some("v1.5.0".to_owned())));
    let effects = state.reduce(Action::ShareAsked);
    let [Effect::Pack(text)] = &effects[..] else { panic!("{effects:?}") };
    assert!(!text.contains("canary") && text.contains("***"), "{text}");
    state.reduce(Action::Packed { text: text.clone(), packed: Some("abc".to_owned()) });
    assert_eq!((shared(&state).hidden, &shared(&state).link), (1, &Link::Ready("?rke=v1.5.0#v1=abc".to_owned())));
}

fn shared(state: &State) -> &Share {
    let Some(Dialog::Share(share)) = state.dialog.as_deref() else { panic!("a dialog") };
    share
}

#[test]
fn a_link_holds_no_name_where_stand_ins_are_chosen() {
    let mut state = typed(
        "nodes:
- {address: frodo, user: u, role: [etcd]}
# frodo
",
    );
    let named = match &state.reduce(Action::ShareAsked)[..] {
        [Effect::Pack(text)] => text.clone(),
        effects => panic!("{effects:?}"),
    };
    assert!(named.contains("frodo") && shared(&state).stood_in.is_none());
    let effects = state.reduce(Action::StandInsChosen(true));
    let [Effect::Pack(text)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(shared(&state).text, "nodes:\n- {address: node-1.example, user: u, role: [etcd]}\n# node-1.example\n");
    assert_eq!((text, shared(&state).stood_in), (&shared(&state).text, Some((1, 2))));
    // The browser was still at the text before.
    state.reduce(Action::Packed { text: named, packed: Some("frodo".to_owned()) });
    assert_eq!(shared(&state).link, Link::Pending);
    state.reduce(Action::StandInsChosen(false));
    assert!(shared(&state).text.contains("frodo"));
}

#[test]
fn a_link_that_would_break_is_refused() {
    let mut state = state();
    state.reduce(Action::ShareAsked);
    let text = shared(&state).text.clone();
    state.reduce(Action::Packed { text, packed: Some("a".repeat(share::LONGEST)) });
    assert!(matches!(shared(&state).link, Link::Refused(_)));
}

#[test]
fn the_fragment_opens_a_text_or_a_rule() {
    let settings = Settings { fragment: "v1=abc".to_owned(), ..Settings::default() };
    let state = State::new(&settings, false, None);
    let effects = state.start();
    assert!(effects.contains(&Effect::ClearFragment) && effects.contains(&Effect::Unpack("abc".to_owned())));
    let mut state = typed("a: 1\n");
    state.reduce(Action::Fragment("rule=D301".to_owned()));
    assert!(matches!(state.rule, Some(Page::Rule(rule)) if rule.code == "D301"));
    assert_eq!(state.reduce(Action::TabChosen(Tab::Images)), vec![Effect::ClearFragment]);
    assert!(state.rule.is_none());
    state.reduce(Action::Fragment("rule=nonsense".to_owned()));
    assert!(state.rule.is_none());
}

#[test]
fn severities_are_hidden_and_shown() {
    let mut state = state();
    state.reduce(Action::SeverityToggled(Severity::Note));
    assert_eq!(*state.hidden, [Severity::Note]);
    state.reduce(Action::SeverityToggled(Severity::Note));
    assert!(state.hidden.is_empty());
}

#[test]
fn what_is_taken_away_holds_no_secret() {
    let mut state = typed("private_registries:\n- {url: 'https://r.io', user: u, password: canary-7f3a}\n");
    for export in [Export::Markdown, Export::Json, Export::Sarif] {
        match &state.reduce(Action::Export(export))[..] {
            [Effect::Copy { text, .. } | Effect::Download { text, .. }] => {
                assert!(text.contains("D201") && !text.contains("canary"), "{text}");
            }
            effects => panic!("{effects:?}"),
        }
    }
    state.reduce(Action::VersionChosen(Some("v1.28.14-rancher1-1".to_owned())));
    let effects = state.reduce(Action::Export(Export::Command));
    let Effect::Copy { text, .. } = &effects[0] else { panic!("{effects:?}") };
    assert_eq!(text, "pull check --kubernetes-version v1.28.14-rancher1-1 cluster.yml");
}

#[test]
fn findings_name_the_page_of_their_rule_where_docs_are_beside_the_page() {
    let told = |docs: Option<&str>| {
        let settings = Settings { docs: docs.map(str::to_owned), ..Settings::default() };
        let state = whole(&settings, false, Some("nods: []\n".to_owned()));
        let report: serde_json::Value = serde_json::from_str(&state.told()).unwrap();
        let finding = report["files"][0]["findings"][0].clone();
        (finding["code"].as_str().unwrap().to_owned(), finding["url"].clone())
    };
    let (code, url) = told(Some("https://d.example/docs/"));
    assert_eq!(url, format!("https://d.example/docs/rules/{code}.html"));
    assert!(told(None).1.is_null());
}

#[test]
fn the_guided_start_writes_its_file_into_the_editor() {
    let mut state = state();
    state.reduce(Action::StartAsked);
    state.reduce(Action::StartAnswered { key: "registry", value: "harbor".to_owned() });
    let effects = state.reduce(Action::DialogAccepted);
    assert!(
        matches!(&effects[1], Effect::Replace(text) if text.contains("url: harbor.example.com/rke")),
        "{effects:?}"
    );
    assert!(!state.changed());
    // The password is what the person writes next.
    let Some(Effect::Reveal(from, to)) = effects.last() else { panic!("{effects:?}") };
    assert_eq!(&state.report.text[*from..*to], "CHANGE_ME");
    assert!(state.report.text[..*from].ends_with("password: "));
}

#[test]
fn the_guided_start_takes_the_version_of_a_data_json() {
    let mut state = state();
    let data = r#"{"K8sVersionRKESystemImages": {"v1.99.1-rancher1-1": {"kubernetes": "rancher/hyperkube:v1.99.1"}},
        "RKEDefaultK8sVersions": {"default": "v1.99.1-rancher1-1"}}"#;
    state.reduce(Action::Opened { name: "data.json".to_owned(), text: data.to_owned() });
    state.reduce(Action::StartAsked);
    let effects = state.reduce(Action::DialogAccepted);
    let Some(Effect::Replace(text)) = effects.get(1) else { panic!("{effects:?}") };
    assert!(text.contains("\nkubernetes_version: v1.99.1-rancher1-1\n"), "{text}");
}

#[test]
fn the_first_file_that_applies_is_written_once_its_tab_is_open() {
    let mut state = state();
    assert!(state.written.is_none());
    state.reduce(Action::TabChosen(Tab::Files));
    let written = state.written.as_ref().as_ref().unwrap();
    assert_eq!((written.id, written.outcome.is_ok()), ("ecr", true));
    state.reduce(Action::FileChosen("images"));
    assert_eq!(state.written.as_ref().as_ref().unwrap().id, "images");
}
