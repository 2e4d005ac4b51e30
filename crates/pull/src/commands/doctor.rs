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
use crate::manifest::Platform;
use crate::network::{self, Cluster};
use crate::progress::{self, size};
use crate::schedule::{Wanted, blobs, resolve_all};
use crate::session::{Session, block_on};
use crate::store::free_space;
use crate::transport::DOCKER_HUB_REGISTRY;

/// What an image takes once it is unpacked, for each byte packed: 2 to 3 for those of rke.
const UNPACKED: u64 = 3;
/// Of an image whose registry does not say it: those of a cluster with canal have 2 GB packed in some 20 images.
const USUAL: u64 = 100_000_000;

/// Bytes that the images have in their registries.
#[derive(Default)]
struct Packed {
    known: u64,
    /// Images whose size nobody said.
    unknown: u64,
}

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
    let (mut found, mut packed) = (Vec::new(), Packed::default());
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
        let alive: Vec<&String> = alive.collect();
        let looks = futures_util::stream::iter(&alive).map(|image| doctor::image(&client, image));
        let mut looks = looks.buffered(usize::from(doctor.network.jobs));
        let (mut quotas, mut there, mut asked) = (BTreeSet::new(), Vec::new(), alive.iter().copied());
        while let Some((finding, quota)) = looks.next().await {
            there.extend(asked.next().filter(|_| finding.state == State::Ok));
            found.push(finding);
            found.extend(quota.filter(|quota| quotas.insert(quota.on.clone())));
        }
        packed = weigh(&client, &images, &there).await;
        found.extend(engine(&env, &doctor.network, keychain.clone(), events).await);
        Ok(())
    })?;
    found.extend(space(&packed, session));
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

/// Each blob counts once. Docker Hub is not asked: there a look at a manifest counts as a pull.
async fn weigh(client: &Arc<Client>, images: &[String], there: &[&String]) -> Packed {
    let wanted = there.iter().filter_map(|image| Wanted::parse(image).ok());
    let wanted = wanted.filter(|wanted| wanted.place.host != DOCKER_HUB_REGISTRY).collect();
    let resolved = resolve_all(client, wanted, Some(&Platform::here())).await;
    let resolved: Vec<_> = resolved.into_iter().filter_map(|(_, resolved)| resolved.ok()).collect();
    let Ok(blobs) = blobs(&resolved) else { return Packed { known: 0, unknown: images.len() as u64 } };
    let known = blobs.iter().fold(0_u64, |sum, blob| sum.saturating_add(blob.size));
    Packed { known, unknown: (images.len() - resolved.len()) as u64 }
}

fn space(packed: &Packed, session: &Session<'_>) -> Option<Finding> {
    let docker = Path::new("/var/lib/docker");
    let cache = session.world.cache();
    let folders = [Some(docker), cache.as_deref()];
    let folder = folders.into_iter().flatten().flat_map(Path::ancestors).find(|folder| folder.exists())?;
    let free = free_space(folder)?;
    let needed = packed.unknown.saturating_mul(USUAL).saturating_add(packed.known).saturating_mul(UNPACKED);
    let unknown = match packed.unknown {
        0 => String::new(),
        count => format!(" ({count} of them at a guess)"),
    };
    let text = format!("{} free; the images come to some {}, unpacked{unknown}", size(free), size(needed));
    let on = folder.display().to_string();
    if free >= needed {
        return Some(Finding::ok("space", &on, text));
    }
    let help = "make room, or let docker keep its images on a larger disk: `data-root` in /etc/docker/daemon.json";
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
