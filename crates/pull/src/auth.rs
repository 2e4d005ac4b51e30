//! What a registry is shown: logins, and bearer tokens from its token server.
//!
//! Each scope has one pass at a time; whoever finds it refused renews it, and all others wait for that.

mod challenge;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{RequestBuilder, Response, Url};
use serde::Deserialize;
use tokio::sync::OnceCell;

use crate::client::{HOPS, Request};
use crate::credentials::{Credential, Keychain, Secret};
use crate::error::{Error, bare};
use crate::reply::{self, redirect};
use crate::retry::{Fault, Policy, Tries};
use crate::transport::{DOCKER_HUB_REGISTRY, Host, Transport};

use challenge::Challenge;

/// What a request may do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    pub repository: String,
    pub push: bool,
    /// A repository that a blob is mounted from.
    pub from: Option<String>,
}

impl Scope {
    pub fn pull(repository: &str) -> Self {
        Self { repository: repository.to_owned(), push: false, from: None }
    }

    pub fn push(repository: &str) -> Self {
        Self { push: true, ..Self::pull(repository) }
    }

    /// Whether `repository:NAME:ACTIONS` is about the same repository.
    fn covers(&self, asked: &str) -> bool {
        asked.rsplit_once(':').is_some_and(|(name, _)| name == format!("repository:{}", self.repository))
    }

    fn texts(&self) -> Vec<String> {
        let actions = if self.push { "pull,push" } else { "pull" };
        let from = self.from.iter().map(|from| format!("repository:{from}:pull"));
        std::iter::once(format!("repository:{}:{actions}", self.repository)).chain(from).collect()
    }
}

/// What goes into `Authorization`.
#[derive(Clone)]
pub struct Pass {
    /// None: the registry is asked without a login.
    pub header: Option<HeaderValue>,
    generation: u64,
    worked: Arc<AtomicBool>,
    /// Requests of its scope that were let in, with whatever pass.
    successes: Arc<AtomicU64>,
    renew_at: Option<Instant>,
}

#[derive(Default)]
struct Slot {
    pass: Option<Pass>,
    generation: u64,
    successes: Arc<AtomicU64>,
    /// Passes refused in a row, and the successes there had been at each of them.
    refusals: (usize, u64),
}

type SharedSlot = Arc<tokio::sync::Mutex<Slot>>;

/// Where so many passes in a row are refused and nothing is let in meanwhile, the next one will not be taken either. More
/// than one: a server may end a token after a few uses, and the answers to those may be on their way still.
const REFUSALS: usize = 4;
/// A token is renewed so long before it expires.
const MARGIN: Duration = Duration::from_secs(10);
/// A token is believed to live so many seconds at most.
const LONGEST_LIFE: f64 = 12.0 * 3600.0;

pub struct Auth {
    transport: Arc<Transport>,
    pub keychain: Arc<Keychain>,
    policy: Policy,
    challenges: Mutex<HashMap<String, Arc<OnceCell<Challenge>>>>,
    slots: Mutex<HashMap<(String, Scope), SharedSlot>>,
}

impl Pass {
    pub fn works(&self) {
        self.worked.store(true, Ordering::Relaxed);
        self.successes.fetch_add(1, Ordering::Relaxed);
    }
}

impl Auth {
    pub fn new(transport: Arc<Transport>, keychain: Arc<Keychain>, policy: Policy) -> Self {
        Self { transport, keychain, policy, challenges: Mutex::default(), slots: Mutex::default() }
    }

    /// What to show for this scope now.
    pub async fn pass(&self, host: &Host, scope: &Scope) -> Result<Pass, Fault> {
        let challenge = self.challenge(host).await?;
        let slot = self.slot(host, scope);
        let mut slot = slot.lock().await;
        match &slot.pass {
            Some(pass) if pass.renew_at.is_none_or(|at| at > Instant::now()) => Ok(pass.clone()),
            _ => self.renew(&mut slot, host, scope, &challenge, false).await,
        }
    }

    /// The pass was refused; a newer one, or the error that no pass will do.
    pub async fn refused(
        &self,
        request: &Request<'_>,
        old: &Pass,
        headers: &HeaderMap,
        answer: &str,
        expired: bool,
    ) -> Result<Pass, Fault> {
        let (host, scope) = (request.host, &request.scope);
        let slot = self.slot(host, scope);
        let mut slot = slot.lock().await;
        if let Some(pass) = slot.pass.as_ref().filter(|pass| pass.generation > old.generation) {
            return Ok(pass.clone());
        }
        let worked = old.worked.load(Ordering::Relaxed);
        let successes = slot.successes.load(Ordering::Relaxed);
        let (before, then) = slot.refusals;
        slot.refusals = (if then == successes { before + 1 } else { 1 }, successes);
        let denied =
            || Error::Denied { what: format!("{}/{}", host.name, scope.repository), answer: answer.to_owned() };
        if slot.refusals.0 >= REFUSALS {
            // Where others were let in, their answers may only be slower than the refusals.
            let may_pass = Fault::Status { status: 401, retry_after: None, answer: answer.to_owned() };
            return Err(if successes > 0 { may_pass } else { denied().into() });
        }
        let challenge = Challenge::parse(headers, &request.url);
        let challenge = if challenge == Challenge::Open { self.challenge(host).await? } else { challenge };
        // A token that worked has merely expired; a login that worked and does not any more has to be asked for anew.
        let anew = challenge == Challenge::Basic || (old.header.is_some() && !worked);
        let pass = self.renew(&mut slot, host, scope, &challenge, anew && old.header.is_some()).await?;
        if pass.header != old.header {
            return Ok(pass);
        }
        // Refused without a word on what is wanted, or after it was let in: that may pass.
        if !expired && (worked || !headers.contains_key(WWW_AUTHENTICATE)) {
            return Err(Fault::Status { status: 401, retry_after: None, answer: answer.to_owned() });
        }
        Err(denied().into())
    }

    fn slot(&self, host: &Host, scope: &Scope) -> SharedSlot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry((host.name.clone(), scope.clone())).or_default())
    }

    /// Asked once for each host: without it, every first request of a batch would be refused.
    async fn challenge(&self, host: &Host) -> Result<Challenge, Fault> {
        let cell = {
            let mut challenges = self.challenges.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(challenges.entry(host.name.clone()).or_default())
        };
        let asked = cell.get_or_try_init(|| async {
            let url = self.transport.base(host).await?.join("v2/").map_err(|e| Fault::Strange(e.to_string()))?;
            let response = self.send(host.http.get(url)).await?;
            Ok::<_, Fault>(match response.status().as_u16() {
                401 => Challenge::parse(response.headers(), response.url()),
                _ => Challenge::Open,
            })
        });
        asked.await.cloned()
    }

    async fn renew(
        &self,
        slot: &mut Slot,
        host: &Host,
        scope: &Scope,
        challenge: &Challenge,
        anew: bool,
    ) -> Result<Pass, Fault> {
        let (header, renew_at) = match challenge {
            Challenge::Open => (None, None),
            Challenge::Basic => (basic(&self.login(host, scope, anew).await?)?, None),
            Challenge::Bearer { realm, service, scope: asked } => {
                // A registry behind another may know the repository by another name.
                let (mut scopes, asked) = (scope.texts(), asked.as_deref().unwrap_or_default());
                let others = asked.split(' ').filter(|asked| !asked.is_empty() && !scope.covers(asked));
                scopes.extend(others.map(str::to_owned));
                let server = Server { realm, service: service.as_deref(), host, scope, scopes };
                let (header, renew_at) = self.token(&server, anew).await?;
                (Some(header), renew_at)
            }
        };
        slot.generation += 1;
        let (worked, successes) = (Arc::default(), Arc::clone(&slot.successes));
        let pass = Pass { header, generation: slot.generation, worked, successes, renew_at };
        slot.pass = Some(pass.clone());
        Ok(pass)
    }

    /// People and their files say `docker.io` for what Docker Hub's registry is called.
    async fn login(&self, host: &Host, scope: &Scope, anew: bool) -> Result<Credential, Error> {
        let name = if host.name == DOCKER_HUB_REGISTRY { "docker.io" } else { &host.name };
        self.keychain.get(name, &scope.repository, anew).await
    }

    async fn token(&self, server: &Server<'_>, anew: bool) -> Result<(HeaderValue, Option<Instant>), Fault> {
        let base = self.transport.base(server.host).await?;
        self.transport.no_downgrade(&base, server.realm)?;
        let mut anew = anew;
        let mut tries = Tries::new(&self.policy, format!("token from {}", bare(server.realm.as_str())));
        loop {
            let credential = self.login(server.host, server.scope, anew).await?;
            if let Credential::Bearer(token) = &credential {
                return Ok((bearer(token.expose())?, None));
            }
            match self.ask(server, &credential).await {
                Ok(token) => return token.pass(),
                Err(fault) if matches!(fault.status(), Some(400 | 401 | 403)) => {
                    // A login that is wrong stays so, and some servers lock it after a few tries.
                    if anew || credential == Credential::Anonymous {
                        return Err(fault.into_error(tries.what()).into());
                    }
                    anew = true;
                }
                Err(fault) => tokio::time::sleep(tries.again(fault)?).await,
            }
        }
    }

    async fn ask(&self, server: &Server<'_>, credential: &Credential) -> Result<Token, Fault> {
        let there = self.transport.host_of(server.realm)?;
        let mut sent = self.send(server.request(&there, credential)?).await?;
        for _ in 0..HOPS {
            let Some(location) = redirect(&sent) else { break };
            let next = sent.url().join(&location);
            let next = next.map_err(|_| Fault::Strange("the token server redirects to no address".to_owned()))?;
            self.transport.no_downgrade(sent.url(), &next)?;
            // The login stays with the server that the registry named.
            let login = if next.origin() == server.realm.origin() { basic(credential)? } else { None };
            let request = self.transport.host_of(&next)?.http.get(next);
            sent = self.send(with_login(request, login)).await?;
        }
        if !sent.status().is_success() {
            return Err(reply::status(sent, self.policy.silence).await);
        }
        let bytes = reply::read(sent, 1 << 20, self.policy.silence).await?;
        serde_json::from_slice(&bytes).map_err(|_| Fault::Strange("the token server sent no token".to_owned()))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Fault> {
        let sent = tokio::time::timeout(self.policy.silence, request.send()).await;
        sent.map_err(|_| Fault::Silent(self.policy.silence))?.map_err(reply::connection)
    }
}

fn with_login(request: RequestBuilder, login: Option<HeaderValue>) -> RequestBuilder {
    match login {
        Some(header) => request.header(AUTHORIZATION, header),
        None => request,
    }
}

struct Server<'a> {
    realm: &'a Url,
    service: Option<&'a str>,
    host: &'a Host,
    scope: &'a Scope,
    scopes: Vec<String>,
}

impl Server<'_> {
    fn request(&self, there: &Host, credential: &Credential) -> Result<RequestBuilder, Fault> {
        let mut url = self.realm.clone();
        let service = self.service.map(|service| ("service", service.to_owned()));
        if let Credential::IdentityToken(token) = credential {
            let scope = self.scopes.join(" ");
            let fixed = [("grant_type", "refresh_token"), ("client_id", "drydock-pull"), ("scope", scope.as_str())];
            let secret = [("refresh_token", token.expose())];
            let service = self.service.map(|service| ("service", service));
            let form: Vec<_> = fixed.into_iter().chain(secret).chain(service).collect();
            return Ok(there.http.post(url).form(&form));
        }
        let scopes = self.scopes.iter().map(|scope| ("scope", scope.clone()));
        url.query_pairs_mut().extend_pairs(service.into_iter().chain(scopes));
        Ok(with_login(there.http.get(url), basic(credential)?))
    }
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
    /// Seconds, as number or text; 60 without, by the protocol.
    expires_in: Option<serde_json::Value>,
}

impl Token {
    fn pass(self) -> Result<(HeaderValue, Option<Instant>), Fault> {
        let mut tokens = [self.token, self.access_token].into_iter().flatten();
        let token = tokens.find(|token| !token.is_empty()).map(Secret::new);
        let token = token.ok_or_else(|| Fault::Strange("the token server gave no token".to_owned()))?;
        let seconds = self.expires_in.and_then(|told| told.as_f64().or_else(|| told.as_str()?.parse().ok()));
        // Rust reads `nan` as a number, too.
        let seconds = seconds.filter(|seconds| !seconds.is_nan()).unwrap_or(60.0);
        let life = Duration::from_secs_f64(seconds.clamp(1.0, LONGEST_LIFE));
        // A short life is used up to its last tenth: the server's 401 says the rest.
        let renew_at = Instant::now() + life.saturating_sub(MARGIN).max(life * 9 / 10);
        Ok((bearer(token.expose())?, Some(renew_at)))
    }
}

fn bearer(token: &str) -> Result<HeaderValue, Fault> {
    secret_header(&format!("Bearer {token}"))
}

fn basic(credential: &Credential) -> Result<Option<HeaderValue>, Fault> {
    match credential {
        Credential::Basic { user, password } => {
            secret_header(&format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose())))).map(Some)
        }
        Credential::Bearer(token) => bearer(token.expose()).map(Some),
        Credential::Anonymous | Credential::IdentityToken(_) => Ok(None),
    }
}

fn secret_header(text: &str) -> Result<HeaderValue, Fault> {
    let mut header = HeaderValue::from_str(text)
        .map_err(|_| Fault::Strange("the token has characters that no header can hold".to_owned()))?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_shows_in_no_debug_output() {
        let password = Secret::new("canary");
        let header = basic(&Credential::Basic { user: "u".to_owned(), password }).unwrap().unwrap();
        assert_eq!(format!("{header:?}"), "Sensitive");
        assert_eq!(header.to_str().unwrap(), "Basic dTpjYW5hcnk=");
    }
}
