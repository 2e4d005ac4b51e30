//! `pull explain NEW --against OLD` and `--upgrade VERSION`: what changes, for a person.

use drydock_core::compare::{Changes, Difference, Findings, Images, Outcome, Pair, Setting, State};
use drydock_core::versions::{Effect, Target, VersionChange};

use super::explain::say;
use crate::error::Error;
use crate::session::Session;

pub fn between(changes: &Changes, names: [&str; 2], session: &mut Session<'_>) -> Result<(), Error> {
    say(session, format_args!("{} -> {}", names[0], names[1]))?;
    if changes.is_empty() {
        return say(session, format_args!("rke does the same with both."));
    }
    if let Some(Pair { from, to }) = &changes.kubernetes_version {
        say(session, format_args!("Kubernetes {from} -> {to}"))?;
    }
    outcome(&changes.outcome, session)?;
    findings(&changes.findings, session)?;
    if !changes.registries.is_empty() {
        say(session, format_args!("\nRegistries"))?;
    }
    for registry in &changes.registries {
        let fields =
            if registry.fields.is_empty() { String::new() } else { format!(": {}", registry.fields.join(", ")) };
        say(session, format_args!("  {} {}{fields}", sign(registry.state), registry.url))?;
    }
    if changes.kubelet_config {
        say(session, format_args!("  The kubelet gets another docker configuration, and restarts on every node."))?;
    }
    if !changes.logins.is_empty() {
        say(session, format_args!("\nLogins"))?;
    }
    for login in &changes.logins {
        say(session, format_args!("  {}: {} -> {}", login.image, login.from, login.to))?;
    }
    images(&changes.images, session)?;
    if !changes.nodes.is_empty() {
        say(session, format_args!("\nNodes"))?;
    }
    for node in &changes.nodes {
        let pulls = match (node.state, node.pulls.len()) {
            (State::Removed, _) => "leaves the cluster".to_owned(),
            (_, 1) => "pulls 1 image".to_owned(),
            (_, count) => format!("pulls {count} images"),
        };
        say(session, format_args!("  {} {} ({}): {pulls}", sign(node.state), node.name, node.address))?;
    }
    settings(&changes.settings, session)
}

pub fn upgrade(change: &VersionChange, name: &str, session: &mut Session<'_>) -> Result<(), Error> {
    let (from, to) = (&change.from, &change.to);
    say(session, format_args!("{name}: rke {}, Kubernetes {} -> {}", change.rke, from.version, to.version))?;
    for target in [from, to].into_iter().filter(|target| !target.known) {
        say(session, format_args!("  {} is not known to it; {}", target.version, known_by(target)))?;
    }
    if to.subscription {
        say(session, format_args!("  images of {} need an RKE Extended Life subscription", to.version))?;
    }
    outcome(&change.outcome, session)?;
    if !change.notes.is_empty() {
        say(session, format_args!("\nOn the way"))?;
    }
    for note in &change.notes {
        let breaks = if note.effect == Effect::Breaks { "breaks: " } else { "" };
        let back = if note.taken_back { "taken back: " } else { "" };
        let version = if note.at_version.is_empty() { String::new() } else { format!("{}: ", note.at_version) };
        say(session, format_args!("  {version}{breaks}{back}{}", note.message))?;
        say(session, format_args!("    {}; {}", note.at, note.source))?;
    }
    findings(&change.findings, session)?;
    images(&change.images, session)?;
    settings(&change.settings, session)?;
    for (what, versions) in [("no longer takes", &change.docker_dropped), ("now takes", &change.docker_added)] {
        if !versions.is_empty() {
            say(session, format_args!("\nrke {what} Docker {}", versions.join(", ")))?;
        }
    }
    Ok(())
}

fn known_by(target: &Target) -> String {
    match (target.first_release, target.last_release) {
        (Some(first), Some(last)) if first == last => format!("rke {first} knows it"),
        (Some(first), Some(last)) => format!("rke {first} to {last} know it"),
        _ => "no release of rke does".to_owned(),
    }
}

const fn sign(state: State) -> &'static str {
    match state {
        State::Added => "+",
        State::Removed => "-",
        State::Kept => "~",
    }
}

fn outcome(outcome: &Pair<Outcome>, session: &mut Session<'_>) -> Result<(), Error> {
    let words = |outcome: &Outcome| match (&outcome.error, outcome.outcome) {
        (None, _) => "rke accepts it".to_owned(),
        (Some(error), "ok") => format!("rke stops once its tunnels are up: {error}"),
        (Some(error), "panic") => format!("rke crashes: {error}"),
        (Some(error), _) => format!("rke refuses it: {error}"),
    };
    if outcome.from == outcome.to {
        return say(session, format_args!("Before and after: {}", words(&outcome.to)));
    }
    say(session, format_args!("Before: {}", words(&outcome.from)))?;
    say(session, format_args!("After: {}", words(&outcome.to)))
}

fn findings(findings: &Findings, session: &mut Session<'_>) -> Result<(), Error> {
    let mut list = |title: &str, found: &[Difference]| -> Result<(), Error> {
        if !found.is_empty() {
            say(session, format_args!("\n{title}"))?;
        }
        for finding in found {
            let Difference { code, severity, message, at, .. } = finding;
            say(session, format_args!("  {severity}[{code}] {at}: {message}"))?;
        }
        Ok(())
    };
    list("Checks that begin to fail", &findings.begin)?;
    list("Checks that cease to fail", &findings.end)
}

fn images(images: &Images, session: &mut Session<'_>) -> Result<(), Error> {
    if !images.is_empty() {
        say(session, format_args!("\nImages"))?;
    }
    let none = || "none".to_owned();
    for (sign, list) in [("~", &images.changed), ("+", &images.added), ("-", &images.removed)] {
        for change in list {
            let (from, to) = (change.from.clone().unwrap_or_else(none), change.to.clone().unwrap_or_else(none));
            say(session, format_args!("  {sign} {}: {from} -> {to}", change.key))?;
        }
    }
    Ok(())
}

fn settings(settings: &[Setting], session: &mut Session<'_>) -> Result<(), Error> {
    if !settings.is_empty() {
        say(session, format_args!("\nWhat else rke sees, defaults included"))?;
    }
    for setting in settings {
        let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        say(session, format_args!("  {}: {} -> {}", setting.at, word(&setting.from), word(&setting.to)))?;
    }
    Ok(())
}
