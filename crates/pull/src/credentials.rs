//! Which login is sent to which registry: as rke resolves it from cluster.yml, then as docker is logged in, then, for
//! Amazon ECR, as whom AWS knows this machine.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use drydock_core::credentials::{Auth, EcrKeys, Lookup, RegistryMap};

use crate::docker_config::{self, DockerConfig};
use crate::ecr::{self, Endpoint, Token};
use crate::error::Error;
use crate::helper;
pub use crate::secret::Secret;
use crate::token_cache::{Entry, TokenCache};

/// What a registry, or its token server, is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    #[default]
    Anonymous,
    /// `Authorization: Basic`; a token server gets it the same way.
    Basic { user: String, password: Secret },
    /// Changed at the token server for a bearer token: `grant_type=refresh_token`.
    IdentityToken(Secret),
    /// `Authorization: Bearer`, sent as it is.
    Bearer(Secret),
}

/// One source that was asked, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub source: String,
    pub result: Outcome,
    /// In words; holds no secret.
    pub outcome: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Found,
    /// Says nothing about this registry.
    None,
    /// Should give a login and does not.
    Failed,
}

impl Attempt {
    pub fn found(source: impl Into<String>, outcome: impl Into<String>) -> Self {
        Self { source: source.into(), result: Outcome::Found, outcome: outcome.into() }
    }

    pub fn none(source: impl Into<String>, outcome: impl Into<String>) -> Self {
        Self { source: source.into(), result: Outcome::None, outcome: outcome.into() }
    }

    pub fn failed(source: impl Into<String>, outcome: impl Into<String>) -> Self {
        Self { source: source.into(), result: Outcome::Failed, outcome: outcome.into() }
    }
}

/// The login found for one repository, and the way there.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub credential: Credential,
    /// Which source gave it; none without a login.
    pub source: Option<String>,
    pub expires: Option<SystemTime>,
    /// In the order in which they were asked.
    pub tried: Vec<Attempt>,
}

/// A login that was asked for and may be asked for again.
#[derive(Clone)]
struct Held {
    result: Result<(Credential, Option<SystemTime>), String>,
    tried: Vec<Attempt>,
    /// When the source itself gave it, be it to another process.
    given: SystemTime,
}

/// A login this young is not refreshed: a registry that refuses it would refuse the next one too.
const FRESH: Duration = Duration::from_secs(10);
/// A token is not used in its last minutes, so that it does not die within a download's first requests.
const MARGIN: Duration = Duration::from_secs(300);

/// All sources of credentials of one run, in the order in which they are asked. Clones share what they found.
#[derive(Clone, Default)]
pub struct Keychain(Arc<Sources>);

#[derive(Default)]
struct Sources {
    fixed: Vec<(String, Credential)>,
    /// The name of the cluster file, and its registries.
    cluster: Option<(String, RegistryMap)>,
    docker: Vec<DockerConfig>,
    /// Files that could not be read.
    unreadable: Vec<Attempt>,
    env: BTreeMap<String, String>,
    ca: Vec<PathBuf>,
    cache: TokenCache,
    held: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Held>>>>>,
}

impl Keychain {
    /// Knows nobody: everything is asked for without a login.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Knows these hosts only.
    pub fn fixed(hosts: impl IntoIterator<Item = (String, Credential)>) -> Self {
        Self(Arc::new(Sources { fixed: hosts.into_iter().collect(), ..Sources::default() }))
    }

    /// `cluster`: the file's name and its registries. `ca`: files of certificates trusted beside the system's.
    pub fn new(env: &BTreeMap<String, String>, cluster: Option<(String, RegistryMap)>, ca: Vec<PathBuf>) -> Self {
        let (docker, unreadable) = docker_config::load(env);
        Self(Arc::new(Sources {
            cluster,
            docker,
            unreadable,
            env: env.clone(),
            ca,
            cache: TokenCache::of(env),
            ..Sources::default()
        }))
    }

    /// The login for `repository`, a path without host and tag, at `host`, with its port where one is given.
    ///
    /// `refresh`: the registry has just refused what was given before, so nothing cached counts. However many tasks
    /// ask at a time, a source is asked once; where it gives the same again, a further refresh would not help.
    pub async fn get(&self, host: &str, repository: &str, refresh: bool) -> Result<Credential, Error> {
        let answer = self.ask(host, repository, refresh).await;
        // The private registries of ECR answer nobody without a login; others may.
        if answer.credential == Credential::Anonymous && matches!(Endpoint::of(host), Some(Endpoint::Private { .. })) {
            return Err(answer.failure(host));
        }
        Ok(answer.credential)
    }

    /// As [`Keychain::get`], with the source and the way to it.
    pub async fn ask(&self, host: &str, repository: &str, refresh: bool) -> Answer {
        let sources = &*self.0;
        let host = if docker_config::is_hub(host) { "docker.io" } else { host };
        let mut answer = Answer::default();
        if let Some((_, login)) = sources.fixed.iter().find(|(known, _)| known == host) {
            answer.give("given", login.clone(), None);
            return answer;
        }
        self.ask_cluster(host, repository, refresh, &mut answer).await;
        if answer.source.is_none() {
            self.ask_docker(host, repository, refresh, &mut answer).await;
        }
        if let (None, Some(endpoint)) = (&answer.source, Endpoint::of(host)) {
            self.ask_ecr("Amazon ECR", &endpoint, None, refresh, &mut answer).await;
        }
        answer
    }

    /// Makes a repository of Amazon ECR, as whom the cluster file or AWS names.
    pub async fn create_repository(&self, host: &str, repository: &str) -> Result<(), Error> {
        let failed = |why| Error::Credentials { registry: host.to_owned(), why };
        let endpoint =
            Endpoint::of(host).ok_or_else(|| failed("repositories are made on Amazon ECR only".to_owned()))?;
        let lookup = |(_, registries): &(String, RegistryMap)| match registries.lookup(&format!("{host}/{repository}"))
        {
            Lookup::Found { key, auth: Auth::Ecr { .. } } => registries.get(&key)?.ecr.clone(),
            _ => None,
        };
        let keys = self.0.cluster.as_ref().and_then(lookup);
        Box::pin(ecr::create_repository(&endpoint, keys.as_ref(), &self.0.ca, repository)).await.map_err(failed)
    }

    /// Registries of the cluster file that have a login, and its user.
    pub fn cluster_users(&self) -> impl Iterator<Item = (&str, String)> {
        let entries = self.0.cluster.iter().flat_map(|(_, registries)| &registries.entries);
        entries.filter_map(|(key, entry)| match entry.auth() {
            Auth::Basic if entry.user.is_empty() => None,
            Auth::Basic => Some((key.as_str(), entry.user.clone())),
            Auth::Ecr { .. } => Some((key.as_str(), ecr::USER.to_owned())),
            Auth::NotEcr(_) => None,
        })
    }

    async fn ask_cluster(&self, host: &str, repository: &str, refresh: bool, answer: &mut Answer) {
        let Some((file, registries)) = &self.0.cluster else { return };
        let (key, auth) = match registries.lookup(&format!("{host}/{repository}")) {
            Lookup::Found { key, auth } => (key, auth),
            Lookup::Missing { key } => return answer.tried.push(Attempt::none(file, format!("no registry `{key}`"))),
            Lookup::Invalid(why) => return answer.tried.push(Attempt::failed(file, why)),
        };
        let Some(entry) = registries.get(&key) else { return };
        match auth {
            Auth::Basic if entry.user.is_empty() && entry.password.is_empty() => {
                answer.tried.push(Attempt::none(file, format!("`{key}` has no login")));
            }
            Auth::Basic => {
                let password = Secret::new(entry.password.as_str());
                answer.tried.push(Attempt::found(file, format!("login of `{key}`")));
                answer.give(file, Credential::Basic { user: entry.user.clone(), password }, None);
            }
            Auth::NotEcr(why) if Endpoint::of(host).is_none() => {
                answer.tried.push(Attempt::failed(file, format!("ECR plugin of `{key}`: {why}")));
            }
            // Hosts that rke's expression misses, as those of dual stack, are hosts of ECR all the same.
            Auth::Ecr { .. } | Auth::NotEcr(_) => {
                // Where the host is told apart better than by rke's expression, that counts.
                if let Some(endpoint) = Endpoint::of(&key).or_else(|| Endpoint::of(host)) {
                    let source = format!("ECR plugin of `{key}` in {file}");
                    self.ask_ecr(&source, &endpoint, entry.ecr.as_ref(), refresh, answer).await;
                }
            }
        }
    }

    async fn ask_docker(&self, host: &str, repository: &str, refresh: bool, answer: &mut Answer) {
        answer.tried.extend(self.0.unreadable.iter().cloned());
        for config in &self.0.docker {
            let file = config.path.display().to_string();
            for name in config.helpers(host) {
                let source = format!("docker-credential-{name}");
                if name == helper::NAME {
                    answer.tried.push(Attempt::none(source, "this program itself"));
                    continue;
                }
                let server = docker_config::server(host);
                let key = format!("helper {name} {server}");
                let held = self.once(&key, refresh, async |_| {
                    let login = helper::client::get(&name, server, &self.0.env).await;
                    let given = SystemTime::now();
                    Held { result: login.map(|login| (login.unwrap_or_default(), None)), tried: Vec::new(), given }
                });
                match held.await.result {
                    Ok((Credential::Anonymous, _)) => {
                        answer.tried.push(Attempt::none(source, format!("no login for {server}")));
                    }
                    Ok((login, _)) => {
                        answer.tried.push(Attempt::found(source.as_str(), format!("named in {file}")));
                        return answer.give(&source, login, None);
                    }
                    Err(why) => answer.tried.push(Attempt::failed(source, why)),
                }
            }
            match config.login(host, repository) {
                // Written by somebody's `docker login`, at most twelve hours ago: not to be had again from here.
                Some(Ok(_)) if refresh && Endpoint::of(host).is_some() => {
                    answer.tried.push(Attempt::failed(file, "its login was refused"));
                }
                Some(Ok(login)) => {
                    answer.tried.push(Attempt::found(file.as_str(), "auths"));
                    return answer.give(&file, login, None);
                }
                Some(Err(why)) => answer.tried.push(Attempt::failed(file, why)),
                None => answer.tried.push(Attempt::none(file, format!("no login for {host}"))),
            }
        }
    }

    async fn ask_ecr(
        &self,
        source: &str,
        endpoint: &Endpoint,
        keys: Option<&EcrKeys>,
        refresh: bool,
        answer: &mut Answer,
    ) {
        let key = self.0.cache.key(endpoint, keys, &self.0.env);
        let held = self.once(&key, refresh, async |since| self.token(&key, endpoint, keys, since).await).await;
        let Held { result, mut tried, .. } = held;
        // The public registry answers without a login too.
        let worst = if *endpoint == Endpoint::Public { Outcome::None } else { Outcome::Failed };
        for attempt in tried.iter_mut().filter(|attempt| attempt.result == Outcome::Failed) {
            attempt.result = worst;
        }
        let told = tried.iter().any(|attempt| attempt.result == Outcome::Failed);
        answer.tried.append(&mut tried);
        match result {
            Ok((login, expires)) => answer.give(source, login, expires),
            // The step of the chain that failed has said it.
            Err(_) if told => {}
            Err(outcome) => answer.tried.push(Attempt { source: source.to_owned(), result: worst, outcome }),
        }
    }

    /// From the cache of tokens, or from AWS. `since`: what was given until then is of no use.
    async fn token(&self, key: &str, endpoint: &Endpoint, keys: Option<&EcrKeys>, since: Option<SystemTime>) -> Held {
        let cache = &self.0.cache;
        let began = SystemTime::now();
        let usable = |entry: &Entry| match since {
            None => entry.token.expires.is_some_and(|expires| expires > SystemTime::now() + MARGIN),
            Some(since) => entry.given > since,
        };
        let cached = |entry: Entry| {
            let tried = vec![Attempt::found("cached token", cache.name(key))];
            Held { result: Ok(entry.token.into()), tried, given: entry.given }
        };
        if let Some(entry) = cache.load(key).filter(usable) {
            return cached(entry);
        }
        // Other processes wait here, and find what this one got.
        let _lock = cache.lock(key).await;
        if let Some(entry) = cache.load(key).filter(|entry| usable(entry) || entry.given >= began) {
            return cached(entry);
        }
        let mut tried = Vec::new();
        // Behind a pointer: the SDK's futures are deep and large, and most runs need none.
        let ask: Pin<Box<dyn Future<Output = _> + Send + '_>> =
            Box::pin(ecr::token(endpoint, keys, &self.0.ca, &mut tried));
        let result = ask.await;
        let given = SystemTime::now();
        if let Ok(token) = &result {
            cache.store(key, &Entry { token: token.clone(), given });
        }
        Held { result: result.map(Token::into), tried, given }
    }

    /// What was found under `key`, or what `ask` finds now. One asks at a time, and is told until when an answer does
    /// not count.
    async fn once(&self, key: &str, refresh: bool, ask: impl AsyncFnOnce(Option<SystemTime>) -> Held) -> Held {
        let wanted = SystemTime::now();
        let cell = {
            let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(held.entry(key.to_owned()).or_default())
        };
        let mut cell = cell.lock().await;
        let since = match &*cell {
            Some(held) if held.given + FRESH > wanted || (!refresh && !held.ran_out()) => return held.clone(),
            Some(held) => Some(held.given),
            // Whoever refused is not known here; it was something from another process.
            None if refresh => Some(wanted - FRESH),
            None => None,
        };
        let held = ask(since).await;
        *cell = Some(held.clone());
        held
    }
}

impl From<Token> for (Credential, Option<SystemTime>) {
    fn from(token: Token) -> Self {
        (Credential::Basic { user: token.user, password: token.password }, token.expires)
    }
}

impl Held {
    /// Whether its time is over. What was over when it was given (a clock that is wrong) is not asked for again and
    /// again.
    fn ran_out(&self) -> bool {
        let Ok((_, Some(expires))) = &self.result else { return false };
        let end = *expires - MARGIN;
        end > self.given && SystemTime::now() > end
    }
}

impl Answer {
    fn give(&mut self, source: &str, credential: Credential, expires: Option<SystemTime>) {
        self.source = Some(source.to_owned());
        self.credential = credential;
        self.expires = expires;
    }

    /// That no source gave a login, and why those that should have did not.
    pub fn failure(&self, registry: &str) -> Error {
        let failed = self.tried.iter().filter(|attempt| attempt.result == Outcome::Failed);
        let failed: Vec<_> = failed.map(|attempt| format!("{}: {}", attempt.source, attempt.outcome)).collect();
        let why = if failed.is_empty() { "no source has any".to_owned() } else { failed.join("; ") };
        Error::Credentials { registry: registry.to_owned(), why }
    }

    pub fn has_failed(&self) -> bool {
        self.source.is_none() && self.tried.iter().any(|attempt| attempt.result == Outcome::Failed)
    }
}
