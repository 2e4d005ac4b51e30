//! `pull doctor`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use clap::builder::styling::AnsiColor;
use futures_util::StreamExt as _;

use crate::cli::Doctor;
use crate::client::Client;
use crate::commands::login::{life, printable, read, targets};
use crate::doctor::{self, Finding, State};
use crate::engine::Engine;
use crate::error::Error;
use crate::network::{self, Cluster};
use crate::progress::{self, size};
use crate::session::{Session, block_on};
use crate::store::free_space;
use crate::transport::DOCKER_HUB_REGISTRY;

/// The images of a cluster with canal take some two gigabytes packed, and two or three times that unpacked.
const ROOM: u64 = 8_000_000_000;

pub fn run(doctor: &Doctor, session: &mut Session<'_>) -> Result<u8, Error> {
    let (name, plan) = read(doctor.file.clone().or(doctor.config.clone()), session)?;
    let targets = targets(&plan);
    let mut images: Vec<String> = plan.needed_images().into_iter().map(str::to_owned).collect();
    images.retain(|image| !image.is_empty());
    let cluster = Cluster { name, registries: plan.registries, ..Cluster::default() };
    let keychain = network::keychain(Some(&cluster), &doctor.network, session);
    let env = session.world.env.clone();
    // What happens on the way is no news here: only the outcome is told.
    let (events, _reports) = progress::channel(false, false);
    let options = doctor.network.options();
    let client = Arc::new(Client::new(options, doctor.network.policy(), Arc::new(keychain.clone()), events.clone())?);
    let mut found = Vec::new();
    block_on(async {
        let hosts: BTreeSet<&str> = targets.iter().map(|target| hub(&target.host)).collect();
        let mut dead = BTreeSet::new();
        for host in hosts {
            if !doctor::host(&client, host, &mut found).await {
                dead.insert(host);
            }
        }
        for target in &targets {
            let answer = keychain.ask(&target.host, &target.repository, false).await;
            found.push(doctor::login(&target.key, &answer, &life(answer.expires)));
        }
        let alive = images.iter().filter(|image| {
            let host = drydock_core::image::reference::Reference::parse(image).map(|reference| reference.host);
            !host.is_ok_and(|host| dead.contains(hub(&host)))
        });
        let looks = futures_util::stream::iter(alive).map(|image| doctor::image(&client, image));
        let mut looks = looks.buffered(usize::from(doctor.network.jobs));
        let mut quotas = BTreeSet::new();
        while let Some((finding, quota)) = looks.next().await {
            found.push(finding);
            found.extend(quota.filter(|quota| quotas.insert(quota.on.clone())));
        }
        found.extend(engine(&env, &doctor.network, keychain.clone(), events).await);
        Ok(())
    })?;
    found.extend(space(session));
    for finding in &found {
        tell(finding, doctor.network.json, session)?;
    }
    let mut codes = found.iter().map(|finding| finding.exit_code).filter(|code| *code != 0);
    let first = codes.next().unwrap_or(0);
    Ok(if codes.all(|code| code == first) { first } else { 1 })
}

fn hub(host: &str) -> &str {
    if host == "docker.io" { DOCKER_HUB_REGISTRY } else { host }
}

/// Where there is none this is no node, and nothing is wrong.
async fn engine(
    env: &std::collections::BTreeMap<String, String>,
    network: &crate::cli::Network,
    keychain: crate::credentials::Keychain,
    events: progress::Events,
) -> Option<Finding> {
    let named = env.get("DOCKER_HOST").is_some_and(|host| !host.is_empty());
    if !named && !Path::new("/var/run/docker.sock").exists() {
        return None;
    }
    let connected = Engine::connect(env, keychain, network.policy(), events).await;
    Some(match connected {
        Ok(engine) => match engine.platform().await {
            Ok(platform) => Finding::ok("engine", engine.address(), platform.to_string()),
            Err(error) => Finding::failed("engine", engine.address(), &error, None),
        },
        Err(error) => {
            let help = "is docker running, and are you in the group docker?".to_owned();
            Finding::failed("engine", "docker", &error, Some(help))
        }
    })
}

fn space(session: &Session<'_>) -> Option<Finding> {
    let docker = Path::new("/var/lib/docker");
    let cache = session.world.cache();
    let folders = [Some(docker), cache.as_deref()];
    let folder = folders.into_iter().flatten().flat_map(Path::ancestors).find(|folder| folder.exists())?;
    let free = free_space(folder)?;
    let (on, text) = (folder.display().to_string(), format!("{} free", size(free)));
    if free >= ROOM {
        return Some(Finding::ok("space", &on, text));
    }
    let help = format!("a node's images want some {} once they are unpacked", size(ROOM));
    Some(Finding::warning("space", &on, text, help))
}

fn tell(finding: &Finding, json: bool, session: &mut Session<'_>) -> Result<(), Error> {
    if json {
        return session.json(finding, false);
    }
    let word = match finding.state {
        State::Ok => session.paint(AnsiColor::Green, "ok  "),
        State::Warning => session.paint(AnsiColor::Yellow, "warn"),
        State::Failed => session.paint(AnsiColor::Red, "FAIL"),
    };
    let text = format!("{:6} {}: {}", finding.check, finding.on, finding.text);
    session.line(format_args!("{word}  {}", printable(&text)))?;
    match &finding.help {
        Some(help) => session.line(format_args!("      help: {}", printable(help))),
        None => Ok(()),
    }
}
