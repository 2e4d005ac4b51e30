use std::rc::Rc;

use drydock_core::compare::{Difference, Setting};
use drydock_core::plan::Options;
use drydock_core::versions::{Effect, Note, VersionChange, between};
use yew::prelude::*;

use super::ended::ended;
use super::fetched::fetched;
use super::menu::button;
use super::prose::prose;
use super::section::section;
use crate::browser;
use crate::report::Report;
use crate::state::Action;
use crate::words::data;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub report: Rc<Report>,
    pub options: Options,
    /// The newest that rke offers without.
    pub target: Option<Rc<str>>,
    /// The metadata that was opened.
    pub metadata: Option<Rc<str>>,
    pub act: Callback<Action>,
}

/// What a move to another Kubernetes version does to this cluster.
#[component]
pub fn Versions(props: &Props) -> Html {
    let Props { report, options, target, metadata, act } = props;
    let plan = &report.checked.plan;
    let release = plan.catalogue.release(&plan.rke);
    let versions = release.as_ref().map(|release| release.known()).unwrap_or_default();
    let offered = release.as_ref().map(|release| release.offered()).unwrap_or_default();
    let target = target.as_deref().or(offered.last().copied()).unwrap_or_default();
    let onchange = act.reform(|event: Event| Action::TargetChosen(browser::value(&event).unwrap_or_default()));
    let options = Options { kubernetes_version: Some(target.to_owned()), ..options.clone() };
    let change = between(&report.checked, &drydock_core::check(&report.text, &options));
    let option = |version: &&str| {
        let note = if offered.contains(version) { " (on offer)" } else { "" };
        html! { <option value={version.to_string()} selected={*version == target}>{ *version }{ note }</option> }
    };
    html! {
        <>
            <div class="head">
                <label class="version">
                    <span>{ format!("From {} to", change.from.version) }</span>
                    <select {onchange}>{ for versions.iter().rev().map(option) }</select>
                </label>
                { button("Newer data.json", act, Action::MetadataAsked) }
            </div>
            <p class="quiet">{ format!("Answers are of {}.", data(plan, metadata.as_deref())) }</p>
            { ended(act) }
            { outcome(&change) }
            { section("What changes", &change.notes, note) }
            { section("Problems that begin", &change.findings.begin, difference) }
            { section("Problems that end", &change.findings.end, difference) }
            { fetched(&change.images, plan.prefix.as_deref(), act) }
            { section("Defaults that differ", &change.settings, setting) }
        </>
    }
}

fn outcome(change: &VersionChange) -> Html {
    let words = match (&change.outcome.to.error, change.to.known) {
        (Some(error), _) => html! { <p>{ "rke would stop: " }<code>{ error }</code></p> },
        (None, false) => html! { <p>{ format!("rke {} has no images for {}.", change.rke, change.to.version) }</p> },
        (None, true) if change.from.version == change.to.version => {
            html! { <p>{ "This is the version that counts now: choose another." }</p> }
        }
        (None, true) => html! { <p>{ format!("rke {} accepts the file with {}.", change.rke, change.to.version) }</p> },
    };
    html! {
        <>
            { words }
            if change.to.subscription {
                <p class="stops warning">{ "Some of its images are given only to subscribers." }</p>
            }
            if !change.docker_dropped.is_empty() {
                <p>{ format!("Docker versions no longer taken: {}.", change.docker_dropped.join(", ")) }</p>
            }
            if !change.docker_added.is_empty() {
                <p class="quiet">{ format!("Docker versions taken from then on: {}.", change.docker_added.join(", ")) }</p>
            }
        </>
    }
}

fn note(note: &Note) -> Html {
    let effect = match (note.effect, note.taken_back) {
        (_, true) => "taken back",
        (Effect::Breaks, _) => "breaks",
        (Effect::Changes, _) => "changes",
    };
    // The move itself is of no one version.
    let head = [note.at_version, effect].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    html! { <><strong>{ head }</strong>{ ": " }{ prose(&note.message) }</> }
}

fn difference(found: &Difference) -> Html {
    html! { <><a href={format!("#rule={}", found.code)}>{ found.code }</a>{ " " }{ prose(&found.message) }</> }
}

fn setting(setting: &Setting) -> Html {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    html! { <><code>{ &setting.at }</code>{ format!(": {}, then {}", value(&setting.from), value(&setting.to)) }</> }
}
