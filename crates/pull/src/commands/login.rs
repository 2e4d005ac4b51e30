//! `pull login`: who is sent to which registry, and why.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use drydock_core::image::reference::Reference;
use drydock_core::plan::Plan;
use serde_json::json;

use crate::cli::Login;
use crate::credentials::{Answer, Credential, Keychain, Outcome, Secret};
use crate::docker_config::{self, DockerConfig, TOKEN_USER};
use crate::ecr::Endpoint;
use crate::error::Error;
use crate::helper::client;
use crate::save;
use crate::session::{Session, block_on};

/// A registry, or the part of one that rke keeps its own login for.
#[derive(PartialEq, Eq)]
pub struct Target {
    pub host: String,
    /// As rke looks it up: the host, or host and path.
    pub key: String,
    /// A repository there.
    pub repository: String,
}

pub fn run(login: &Login, session: &mut Session<'_>) -> Result<u8, Error> {
    let (cluster, targets) = match &login.target {
        Some(registry) if !is_file(registry, session) => (cluster_if_there(session)?, vec![Target::of_key(registry)]),
        file => {
            let (name, plan) = read(file.as_ref().map(PathBuf::from), session)?;
            let targets = targets(&plan);
            (Some((name, plan)), targets)
        }
    };
    if targets.is_empty() {
        session.remark("no registries: neither images nor private_registries name one");
    }
    let cluster = cluster.map(|(name, plan)| (name, plan.registries));
    let keychain = Keychain::new(&session.world.env, cluster, login.ca.clone());
    let answers = block_on(async {
        let mut answers = Vec::new();
        for target in &targets {
            answers.push(keychain.ask(&target.host, &target.repository, false).await);
        }
        Ok(answers)
    })?;
    let lone = targets.len() == 1 && login.target.as_deref().is_some_and(|target| !is_file(target, session));
    let mut code = 0;
    for (target, answer) in targets.iter().zip(&answers) {
        tell(target, answer, login, session)?;
        let private = matches!(Endpoint::of(&target.host), Some(Endpoint::Private { .. }));
        if answer.source.is_none() && (lone || private || answer.has_failed()) {
            session.complain(&answer.failure(&target.key));
            code = 3;
        }
    }
    if login.docker {
        write_docker(&targets, &answers, session)?;
    }
    Ok(code)
}

/// `registry.com:5000` is a registry; what is there, is standard input, or ends as cluster files do, is a file.
fn is_file(target: &str, session: &Session<'_>) -> bool {
    let yaml = Path::new(target).extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
    target == "-" || yaml || session.world.path(Path::new(target)).is_file()
}

pub fn read(file: Option<PathBuf>, session: &mut Session<'_>) -> Result<(String, Plan), Error> {
    let input = session.read_one(file.as_ref())?;
    Ok((input.name(), session.check(&input)?.plan))
}

/// The default file, where there is one.
fn cluster_if_there(session: &mut Session<'_>) -> Result<Option<(String, Plan)>, Error> {
    match read(None, session) {
        Ok(read) => Ok(Some(read)),
        Err(Error::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Target {
    fn of_key(key: &str) -> Self {
        let (host, path) = docker_config::split(key);
        let path = if path.is_empty() { String::new() } else { format!("{path}/") };
        Self { host: host.to_owned(), key: key.to_owned(), repository: format!("{path}rancher/rancher") }
    }

    fn of_image(image: &str) -> Option<Self> {
        let reference = Reference::parse(image).ok()?;
        Some(Self { key: reference.lookup_key(), host: reference.host, repository: reference.path })
    }
}

/// Where the cluster's images are, then what the file lists beside that.
pub fn targets(plan: &Plan) -> Vec<Target> {
    let images = plan.needed_images();
    let images = images.iter().filter_map(|image| Target::of_image(image));
    let listed = plan.registries.entries.iter().map(|(key, _)| Target::of_key(key));
    let mut targets: Vec<Target> = Vec::new();
    for target in images.chain(listed) {
        if !targets.iter().any(|known| known.key == target.key) {
            targets.push(target);
        }
    }
    targets
}

fn tell(target: &Target, answer: &Answer, login: &Login, session: &mut Session<'_>) -> Result<(), Error> {
    if login.json {
        let tried = answer.tried.iter().map(|attempt| {
            let result = word(attempt.result);
            json!({"source": attempt.source, "result": result, "outcome": attempt.outcome})
        });
        let expires = answer.expires.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        return session.json(
            &json!({
                "registry": target.key, "user": user(&answer.credential), "source": answer.source,
                "expires": expires.map(|since| since.as_secs()), "tried": tried.collect::<Vec<_>>(),
            }),
            false,
        );
    }
    let found = match (&answer.source, user(&answer.credential)) {
        (Some(source), Some(user)) => format!("user {user}, from {source}{}", life(answer.expires)),
        (Some(source), None) => format!("a bearer token, from {source}"),
        (None, _) => "no login".to_owned(),
    };
    session.line(format_args!("{}: {}", target.key, printable(&found)))?;
    if login.check {
        for attempt in &answer.tried {
            let text = format!("  {:6} {}: {}", word(attempt.result), attempt.source, attempt.outcome);
            session.line(printable(&text))?;
        }
    }
    Ok(())
}

const fn word(result: Outcome) -> &'static str {
    match result {
        Outcome::Found => "found",
        Outcome::None => "none",
        Outcome::Failed => "failed",
    }
}

fn user(credential: &Credential) -> Option<&str> {
    match credential {
        Credential::Basic { user, .. } => Some(user),
        Credential::IdentityToken(_) => Some(TOKEN_USER),
        Credential::Bearer(_) | Credential::Anonymous => None,
    }
}

/// Texts of files and servers: none may steer the terminal.
pub fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

pub fn life(expires: Option<SystemTime>) -> String {
    let Some(expires) = expires else { return String::new() };
    match expires.duration_since(SystemTime::now()) {
        Ok(left) if left > Duration::from_secs(3600) => {
            format!(", for {} h {} min", left.as_secs() / 3600, left.as_secs() / 60 % 60)
        }
        Ok(left) => format!(", for {} min", left.as_secs() / 60),
        Err(_) => ", expired by this machine's clock".to_owned(),
    }
}

/// Adds the logins to docker's own file, and keeps all else in it.
fn write_docker(targets: &[Target], answers: &[Answer], session: &mut Session<'_>) -> Result<(), Error> {
    let env = session.world.env.clone();
    let path = docker_config::path(&env)
        .ok_or_else(|| Error::Usage("neither DOCKER_CONFIG nor HOME says where docker's config.json is".to_owned()))?;
    let path = session.world.path(&path);
    let before = match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => return Err(Error::Read { path, source }),
    };
    let config = DockerConfig::parse(path.clone(), before.as_deref().unwrap_or_default())?;
    let mut logins = Vec::new();
    for (target, answer) in targets.iter().zip(answers) {
        let (user, secret) = match &answer.credential {
            Credential::Basic { user, password } => (user.as_str(), password),
            Credential::IdentityToken(token) => (TOKEN_USER, token),
            Credential::Bearer(_) | Credential::Anonymous => continue,
        };
        let server = docker_config::server(&target.host);
        // What docker finds in a helper it does not look for in the file.
        if let Some(helper) = config.helper(&target.host).filter(|name| name != crate::helper::NAME) {
            let stored = block_on(async { Ok(client::store(&helper, server, (user, secret), &env).await) })?;
            stored.map_err(|why| Error::Credentials {
                registry: target.host.clone(),
                why: format!("docker-credential-{helper}, which {} names: {why}", path.display()),
            })?;
            session.remark(format_args!("{server}: kept by docker-credential-{helper}"));
            continue;
        }
        if target.key != target.host {
            session.remark(format_args!(
                "note: docker keeps one login a host: `{server}` gets the one of `{}`",
                target.key
            ));
        }
        if let Some(expires) = answer.expires {
            session.remark(format_args!(
                "note: the token of {server} is good{}; with `\"credHelpers\": {{\"{server}\": \"pull\"}}` docker asks anew",
                life(Some(expires))
            ));
        }
        logins.push((server.to_owned(), user.to_owned(), secret.clone()));
    }
    if logins.is_empty() {
        return Ok(());
    }
    let after = docker_config::add(before.as_deref().unwrap_or_default(), &logins)?;
    write(&path, &after)?;
    session.remark(format_args!("{}: {} written", path.display(), count(logins.len(), "login")));
    Ok(())
}

fn write(path: &Path, contents: &Secret) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    save::secret(path, contents.expose().as_bytes()).map_err(failed)
}

pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
