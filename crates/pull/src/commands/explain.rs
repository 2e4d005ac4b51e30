//! `pull explain`: what rke does with a file.

use std::fmt::Arguments;

use drydock_core::Checked;
use drydock_core::credentials::{Auth, Secrets};
use drydock_core::effective::Effective;
use drydock_core::encoding::NoText;
use drydock_core::problem::Problem;
use drydock_core::render::explain::{Record, record};
use drydock_core::render::redact;
use drydock_core::simulate::{Simulation, simulate};
use drydock_core::versions;

use super::changes;
use crate::cli::{Explain, ExplainFormat};
use crate::error::Error;
use crate::input::Input;
use crate::session::Session;

pub fn run(explain: &Explain, session: &mut Session<'_>) -> Result<u8, Error> {
    if let Some(log) = &explain.error {
        return super::decode::run(log, explain, session);
    }
    let (inputs, unreadable) = session.read_all(&explain.files);
    if let Some(old) = &explain.against {
        let old = crate::input::read(old, session.world)?;
        for input in &inputs {
            against(&old, input, explain.format, session)?;
        }
        return Ok(if unreadable.is_empty() { 0 } else { 2 });
    }
    for (number, input) in inputs.iter().enumerate() {
        let checked = drydock_core::check(&input.text, &session.options);
        if let Some(misplaced) = session.misplaced(input, &checked) {
            // Answered all the same: rke itself reads such a file, and finds nothing in it.
            let hint = misplaced.hint().unwrap_or_default();
            session.remark(format_args!("warning: {misplaced}\nhelp: {hint}"));
        }
        if explain.effective {
            effective(&checked, &input.name(), explain.show_secrets, session)?;
            continue;
        }
        if let Some(version) = &explain.upgrade {
            let change = versions::compare(&input.text, None, version, &session.options);
            match explain.format {
                ExplainFormat::Jsonl => session.json(&change, false)?,
                ExplainFormat::Human => changes::upgrade(&change, &input.name(), session)?,
            }
            continue;
        }
        if let Some(image) = &explain.image {
            simulation(&simulate(image, &checked), explain.format, session)?;
            continue;
        }
        // For comparison with the real rke: what it does with the file as it stands.
        let checked = match explain.format {
            ExplainFormat::Jsonl => drydock_core::as_written(&input.text, &session.options),
            ExplainFormat::Human => checked,
        };
        let record = record(&input.path.to_string_lossy(), &checked, explain.show_secrets);
        match explain.format {
            ExplainFormat::Jsonl => session.json(&record, false)?,
            ExplainFormat::Human => {
                if number > 0 {
                    session.line("")?;
                }
                human(&record, &checked, &input.name(), session)?;
            }
        }
    }
    let as_a_whole = !explain.effective && explain.upgrade.is_none() && explain.image.is_none();
    if explain.format == ExplainFormat::Jsonl && as_a_whole {
        for error in &unreadable {
            if let Error::NoText { path, fault } = error {
                session.json(&stopped(&path.to_string_lossy(), fault, session), false)?;
            }
        }
    }
    Ok(if unreadable.is_empty() { 0 } else { 2 })
}

/// What rke does with bytes that are no text: its reader stops at them as at a control character, unless an error before
/// them, or the end of the first document, stops it first.
fn stopped(path: &str, fault: &NoText, session: &Session<'_>) -> Record {
    let checked = drydock_core::as_written(&format!("{}\u{1}", fault.before), &session.options);
    let mut record = record(path, &checked, false);
    let reached = |problem: &Problem| matches!(problem, Problem::Syntax(stop) if stop.span.start >= fault.before.len());
    if let Some(error) = record.verdict.error.as_mut().filter(|_| checked.problems.iter().any(reached)) {
        *error = error.replace("control characters are not allowed", fault.error);
    }
    record
}

fn against(old: &Input, new: &Input, format: ExplainFormat, session: &mut Session<'_>) -> Result<(), Error> {
    let check = |input: &Input| drydock_core::check(&input.text, &session.options);
    let found = drydock_core::compare(&check(old), &check(new));
    match format {
        ExplainFormat::Jsonl => session.json(&found, false),
        ExplainFormat::Human => changes::between(&found, [&old.name(), &new.name()], session),
    }
}

fn effective(checked: &Checked, name: &str, show_secrets: bool, session: &mut Session<'_>) -> Result<(), Error> {
    if checked.cluster.parse_error.is_some() {
        session.remark(format_args!("{name}: rke cannot read this file; what follows is what can be read of it"));
    }
    let secrets = if show_secrets { Secrets::Shown } else { Secrets::Masked };
    let yaml = Effective::new(&checked.cluster, &checked.plan).to_yaml(secrets);
    say(session, format_args!("---\n{}", yaml.trim_end()))
}

fn simulation(simulation: &Simulation, format: ExplainFormat, session: &mut Session<'_>) -> Result<(), Error> {
    match format {
        ExplainFormat::Jsonl => session.json(simulation, false),
        ExplainFormat::Human => {
            say(session, format_args!("{}", simulation.image))?;
            simulation.story.iter().try_for_each(|told| say(session, format_args!("  {told}")))
        }
    }
}

fn human(record: &Record, checked: &Checked, name: &str, session: &mut Session<'_>) -> Result<(), Error> {
    let verdict = &record.verdict;
    let version = verdict.kubernetes_version.as_deref().unwrap_or("none, rke stops before it chooses one");
    say(session, format_args!("{name}: rke {}, Kubernetes {version}", verdict.rke))?;
    let is_of_rancher = checked.problems.iter().any(|problem| matches!(problem, Problem::RancherForm { .. }));
    if is_of_rancher {
        let told = "Rancher's form: what follows is about the configuration inside it; rke itself reads nothing of it.";
        say(session, format_args!("{told}"))?;
    }
    let misplaced = checked.problems.iter().find_map(|problem| match problem {
        Problem::StateFile { .. } => Some("rke's state file"),
        Problem::OtherFile { what, .. } => Some(what),
        _ => None,
    });
    if let Some(what) = misplaced {
        let told = "read as a cluster.yml it is empty, so nothing is told of it.";
        return say(session, format_args!("{what}: {told}"));
    }
    match (&verdict.error, verdict.stage) {
        (None, _) => say(session, format_args!("rke accepts the file."))?,
        (Some(error), Some(stage)) => say(session, format_args!("rke refuses the file ({stage}):\n  {error}"))?,
        (Some(error), None) => say(session, format_args!("rke crashes:\n  {error}"))?,
    }
    // Rancher keeps the nodes of its clusters elsewhere.
    if let Some(error) = verdict.hostcount_error.as_ref().filter(|_| !is_of_rancher) {
        say(session, format_args!("once its SSH tunnels are up, rke stops:\n  {error}"))?;
    }
    if verdict.error.is_some() {
        return Ok(());
    }
    let plan = redact::plan(&checked.plan);
    let registries = &plan.registries.entries;
    if registries.is_empty() {
        say(session, format_args!("\nNo private registries: everything is pulled without credentials."))?;
    } else {
        say(session, format_args!("\nRegistries, by the key rke looks them up with"))?;
    }
    for (key, registry) in registries {
        let login = match (registry.auth(), registry.user.is_empty() && registry.password.is_empty()) {
            (Auth::Ecr { region }, _) => format!("token of Amazon ECR, region {region}"),
            (Auth::NotEcr(error), _) => format!("ECR plugin: {error}"),
            (Auth::Basic, true) => "an empty login".to_owned(),
            (Auth::Basic, false) => format!("login of user `{}`", registry.user),
        };
        let default = if registry.is_default { ", is_default" } else { "" };
        say(session, format_args!("  {key}: {login}{default}"))?;
    }
    if let Some(config) = &verdict.kubelet_docker_config {
        say(session, format_args!("\nconfig.json of the kubelet\n  {config}"))?;
    }
    say(session, format_args!("\nSystem images"))?;
    for (key, answer) in &record.system_images.0 {
        let login = match (&answer.login.error, &answer.login.registry) {
            (Some(error), _) => format!("  [{error}]"),
            (None, Some(registry)) => format!("  [credentials of {registry}]"),
            (None, None) => String::new(),
        };
        say(session, format_args!("  {key}: {}{login}", answer.image))?;
    }
    for (addon, images) in &record.addon_images.0 {
        say(session, format_args!("\nAdd-on {addon}"))?;
        for image in images {
            say(session, format_args!("  {image}"))?;
        }
    }
    if let Some(image) = &plan.snapshot_image {
        say(session, format_args!("\nSnapshots of etcd\n  {image}"))?;
    }
    Ok(())
}

/// Names come from the file: none may steer the terminal.
pub fn say(session: &mut Session<'_>, text: Arguments<'_>) -> Result<(), Error> {
    let steers = |c: char| c.is_control() && c != '\n' && c != '\t';
    session.line(text.to_string().replace(steers, "\u{fffd}"))
}
