//! The distribution protocol: single requests with passes and redirects, and what is read from a registry.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, RANGE,
};
use reqwest::{Method, Response, Url};

use crate::auth::{Auth, Pass, Scope};
use crate::credentials::Keychain;
use crate::digest::Digest;
use crate::error::{Error, bare};
use crate::manifest::{self, Manifest};
use crate::progress::{Event, Events};
use crate::reply::{self, Body, content_range, encoding, header, not_as_stored, redirect, says_expired};
use crate::retry::{Fault, Policy, Tries};
use crate::transport::{Host, Options, Permit, Transport};
use crate::volume::{Pulse, Slice};

/// Redirects that are followed for one request.
pub const HOPS: usize = 10;
/// Passes that one request may use up: a server may end each of them early, and many requests share one.
const RENEWALS: usize = 32;
const DIGEST_HEADER: &str = "docker-content-digest";

pub struct Client {
    pub transport: Arc<Transport>,
    pub policy: Policy,
    pub events: Events,
    auth: Auth,
}

/// Where something is: `HOST/REPOSITORY`. The host is the registry's own, `registry-1.docker.io` for Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub host: String,
    pub repository: String,
}

pub struct Request<'r> {
    pub method: Method,
    pub host: &'r Host,
    pub url: Url,
    pub scope: Scope,
    pub headers: HeaderMap,
    pub payload: Payload,
}

#[derive(Clone)]
pub enum Payload {
    Empty,
    Bytes(Bytes),
    File(Slice),
}

/// An answer; the connection counts as used until this is dropped.
pub struct Answer {
    pub response: Response,
    pub permit: Permit,
}

/// Part of a blob, from `start` on.
pub struct Download {
    pub body: Body,
    pub start: u64,
    _permit: Permit,
}

/// What HEAD says of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub digest: Digest,
    pub is_index: bool,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)
    }
}

impl<'r> Request<'r> {
    pub fn new(method: Method, host: &'r Host, url: Url, scope: Scope) -> Self {
        let mut headers = HeaderMap::new();
        // A digest is of the bytes as they are stored.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Self { method, host, url, scope, headers, payload: Payload::Empty }
    }
}

impl Client {
    pub fn new(options: Options, policy: Policy, keychain: Arc<Keychain>, events: Events) -> Result<Self, Error> {
        let transport = Arc::new(Transport::new(options)?);
        let auth = Auth::new(Arc::clone(&transport), keychain, policy.clone());
        Ok(Self { transport, policy, events, auth })
    }

    pub fn keychain(&self) -> &Keychain {
        &self.auth.keychain
    }

    pub fn host(&self, place: &Place) -> Result<Arc<Host>, Error> {
        self.transport.host(&place.host)
    }

    /// `/v2/REPOSITORY/REST` of the host.
    pub async fn url(&self, host: &Host, repository: &str, rest: &str) -> Result<Url, Fault> {
        let base = self.transport.base(host).await?;
        base.join(&format!("/v2/{repository}/{rest}")).map_err(|error| Fault::Strange(error.to_string()))
    }

    /// One try. What is no success is a fault, with the server's words.
    pub async fn send(&self, request: &Request<'_>) -> Result<Answer, Fault> {
        let mut pass = self.auth.pass(request.host, &request.scope).await?;
        let permit = request.host.enter().await;
        for _ in 0..RENEWALS {
            let (response, elsewhere) = match self.hop(request, &pass).await {
                Err(fault @ Fault::Connection(_)) => {
                    request.host.refused(permit);
                    return Err(fault);
                }
                answer => answer?,
            };
            let status = response.status();
            if status.is_success() {
                pass.works();
                request.host.took();
                return Ok(Answer { response, permit });
            }
            let headers = response.headers().clone();
            let fault = reply::status(response, self.policy.silence).await;
            let Fault::Status { status, ref answer, .. } = fault else { return Err(fault) };
            if elsewhere && matches!(status, 400 | 401 | 403 | 404 | 410) {
                // A signed address that has expired, say: the registry gives a new one.
                return Err(Fault::Strange(format!("the address it redirects to answers {status}, {answer}")));
            }
            let expired = matches!(status, 400 | 403) && pass.header.is_some() && says_expired(answer);
            if matches!(status, 429 | 503) {
                request.host.refused(permit);
                return Err(fault);
            }
            if status != 401 && !expired {
                pass.works();
                return Err(fault);
            }
            pass = self.auth.refused(request, &pass, &headers, answer, expired).await?;
        }
        Err(Fault::Status { status: 401, retry_after: None, answer: "no token is taken for long".to_owned() })
    }

    /// Follows redirects; the pass goes to the registry's own address only. Tells whether another one answered.
    async fn hop(&self, request: &Request<'_>, pass: &Pass) -> Result<(Response, bool), Fault> {
        let mut url = request.url.clone();
        let base = self.transport.base(request.host).await?;
        for _ in 0..=HOPS {
            let at_origin = url.origin() == base.origin();
            let there;
            let host = if at_origin {
                request.host
            } else {
                there = self.transport.host_of(&url)?;
                &there
            };
            let mut builder = host.http.request(request.method.clone(), url.clone()).headers(request.headers.clone());
            if let Some(header) = pass.header.as_ref().filter(|_| at_origin) {
                builder = builder.header(AUTHORIZATION, header.clone());
            }
            let pulse = Pulse::default();
            builder = match &request.payload {
                Payload::Empty if request.method == Method::GET || request.method == Method::HEAD => builder,
                Payload::Empty => builder.header(CONTENT_LENGTH, 0),
                Payload::Bytes(bytes) => builder.body(bytes.clone()),
                Payload::File(slice) => {
                    let stream = reqwest::Body::wrap_stream(slice.stream(pulse.clone()));
                    builder.header(CONTENT_LENGTH, slice.len).body(stream)
                }
            };
            let response = self.unless_silent(builder.send(), &pulse).await?;
            let Some(location) = redirect(&response) else { return Ok((response, !at_origin)) };
            let next = url.join(&location).map_err(|_| Fault::Strange("it redirects to no address".to_owned()))?;
            self.transport.no_downgrade(&url, &next)?;
            url = next;
        }
        let why = format!("it redirects more than {HOPS} times");
        Err(Error::Malformed { what: bare(request.url.as_str()), why }.into())
    }

    /// Ends a request when neither an answer comes nor anything is read of what is sent.
    async fn unless_silent(
        &self,
        sending: impl Future<Output = reqwest::Result<Response>>,
        pulse: &Pulse,
    ) -> Result<Response, Fault> {
        let mut sending = std::pin::pin!(sending);
        let mut beats = pulse.beats();
        loop {
            match tokio::time::timeout(self.policy.silence, &mut sending).await {
                Ok(result) => return result.map_err(reply::connection),
                Err(_) if pulse.beats() == beats => return Err(Fault::Silent(self.policy.silence)),
                Err(_) => beats = pulse.beats(),
            }
        }
    }

    /// Waits before the next try, or says that there is none.
    pub async fn pause(&self, tries: &mut Tries<'_>, fault: Fault, host: &Host) -> Result<(), Error> {
        let (throttling, reason) = (fault.is_throttling(), fault.to_string());
        let pause = tries.again(fault)?;
        if throttling {
            host.pause(pause);
        }
        self.wait(tries, reason, pause).await;
        Ok(())
    }

    pub async fn wait(&self, tries: &Tries<'_>, reason: String, pause: Duration) {
        self.events.send(Event::Retry { what: tries.what().to_owned(), reason, pause });
        tokio::time::sleep(pause).await;
    }

    /// Sends until it succeeds or there is no sense in it.
    pub async fn insist(&self, request: &Request<'_>, tries: &mut Tries<'_>) -> Result<Answer, Error> {
        loop {
            match self.send(request).await {
                Ok(answer) => return Ok(answer),
                Err(fault) => self.pause(tries, fault, request.host).await?,
            }
        }
    }

    /// The manifest under a tag or digest, whole and of the right digest.
    pub async fn manifest(&self, place: &Place, reference: &str) -> Result<Manifest, Error> {
        let host = self.host(place)?;
        let expected = reference.parse::<Digest>().ok();
        let separator = if expected.is_some() { '@' } else { ':' };
        let mut tries = Tries::new(&self.policy, format!("manifest of {place}{separator}{reference}")).may_lag();
        loop {
            match self.try_manifest(&host, place, reference, expected).await {
                Ok(manifest) => return Ok(manifest),
                Err(fault) => self.pause(&mut tries, fault, &host).await?,
            }
        }
    }

    async fn try_manifest(
        &self,
        host: &Host,
        place: &Place,
        reference: &str,
        expected: Option<Digest>,
    ) -> Result<Manifest, Fault> {
        let url = self.url(host, &place.repository, &format!("manifests/{reference}")).await?;
        let mut request = Request::new(Method::GET, host, url, Scope::pull(&place.repository));
        request.headers.insert(ACCEPT, HeaderValue::from_static(manifest::ACCEPT));
        let answer = self.send(&request).await?;
        let (encoding, html) = (encoding(&answer.response), reply::is_html(&answer.response));
        let content_type = header(&answer.response, CONTENT_TYPE.as_str());
        let told = header(&answer.response, DIGEST_HEADER).and_then(|text| text.parse().ok());
        if answer.response.content_length().is_some_and(|length| length > manifest::LIMIT as u64) {
            let why = format!("the manifest is larger than {} MiB", manifest::LIMIT >> 20);
            return Err(Error::Malformed { what: format!("{place}:{reference}"), why }.into());
        }
        let (bytes, cut) = reply::read_until_fault(answer.response, manifest::LIMIT, self.policy.silence).await;
        let found = Digest::of(&bytes);
        if let Some(fault) = cut.filter(|_| expected.or(told) != Some(found)) {
            return Err(fault);
        }
        if let Some(expected) = expected.or(told).filter(|expected| *expected != found) {
            return Err(not_as_stored("manifest", html, encoding).unwrap_or(Fault::Digest { expected, found }));
        }
        Manifest::parse(bytes, content_type.as_deref()).map_err(|why| {
            // The bytes are what the registry says they are: they will not be others next time.
            let what = format!("{place}:{reference}");
            if told.is_some() || expected.is_some() {
                Fault::Final(Error::Malformed { what, why })
            } else {
                not_as_stored("manifest", html, encoding).unwrap_or(Fault::Strange(why))
            }
        })
    }

    /// What is under a tag or digest; none where nothing is.
    pub async fn head(&self, place: &Place, reference: &str, scope: Scope) -> Result<Option<Head>, Error> {
        let host = self.host(place)?;
        let mut tries = Tries::new(&self.policy, format!("manifest of {place}:{reference}"));
        loop {
            match self.try_head(&host, place, reference, &scope).await {
                Ok(head) => return Ok(Some(head)),
                Err(Fault::Status { status: 404, .. }) => return Ok(None),
                Err(fault) => self.pause(&mut tries, fault, &host).await?,
            }
        }
    }

    /// By GET where the registry does not answer HEAD, or not with a digest.
    async fn try_head(&self, host: &Host, place: &Place, reference: &str, scope: &Scope) -> Result<Head, Fault> {
        let url = self.url(host, &place.repository, &format!("manifests/{reference}")).await?;
        let mut request = Request::new(Method::HEAD, host, url, scope.clone());
        request.headers.insert(ACCEPT, HeaderValue::from_static(manifest::ACCEPT));
        let told = match self.send(&request).await {
            Err(Fault::Status { status: 400 | 405 | 415 | 501, .. }) => None,
            answer => {
                let response = answer?.response;
                if let Some(fault) = not_as_stored("manifest", reply::is_html(&response), None) {
                    return Err(fault);
                }
                let media_type = header(&response, CONTENT_TYPE.as_str()).unwrap_or_default();
                let is_index = media_type.contains("index") || media_type.contains("manifest.list");
                let digest = header(&response, DIGEST_HEADER).and_then(|text| text.parse().ok());
                digest.map(|digest| Head { digest, is_index })
            }
        };
        match told {
            Some(head) => Ok(head),
            None => {
                let found = self.try_manifest(host, place, reference, reference.parse().ok()).await?;
                Ok(Head { digest: found.digest, is_index: found.is_index() })
            }
        }
    }

    /// One try for the bytes `from..to` of a blob of this size. It may begin at 0 all the same.
    pub async fn blob(
        &self,
        place: &Place,
        digest: &Digest,
        (from, to): (u64, u64),
        size: u64,
    ) -> Result<Download, Fault> {
        let host = self.host(place)?;
        let url = self.url(&host, &place.repository, &format!("blobs/{digest}")).await?;
        let mut request = Request::new(Method::GET, &host, url, Scope::pull(&place.repository));
        let whole = (from == 0 && to == size) || !host.gives_ranges();
        if !whole {
            let range = if to == size { format!("bytes={from}-") } else { format!("bytes={from}-{}", to - 1) };
            request.headers.insert(RANGE, HeaderValue::from_str(&range).expect("digits"));
        }
        let Answer { response, permit } = match self.send(&request).await {
            Err(Fault::Status { status: 416, .. }) => {
                host.ranged(false);
                return Err(Fault::Strange(format!(
                    "byte {from} of {size} was asked for, the server has no such range"
                )));
            }
            answer => answer?,
        };
        let start = match response.status().as_u16() {
            206 => {
                let start = content_range(&response, from, size);
                host.ranged(start.is_ok());
                start?
            }
            200 => {
                if !whole {
                    host.ranged(false);
                }
                0
            }
            status => return Err(Fault::Strange(format!("the blob came with status {status}"))),
        };
        // Some servers name the encoding of what is stored: then it has its own length.
        if response.content_length().is_none_or(|len| len != if start == from { to - from } else { size })
            && let Some(fault) = not_as_stored("blob", reply::is_html(&response), encoding(&response))
        {
            return Err(fault);
        }
        Ok(Download { body: Body::new(response, self.policy.silence), start, _permit: permit })
    }
}
