//! The distribution protocol: single requests with passes and redirects, and what is read from a registry.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderMap,
    HeaderValue, LOCATION, RANGE,
};
use reqwest::{Method, Response, Url};

use crate::auth::{Auth, Pass, Scope};
use crate::credentials::Keychain;
use crate::digest::Digest;
use crate::error::{Error, bare};
use crate::manifest::{self, Manifest};
use crate::progress::{Event, Events};
use crate::reply::{self, Body};
use crate::retry::{Fault, Policy, Tries};
use crate::transport::{Host, Options, Permit, Transport, authority};
use crate::volume::{Pulse, Slice};

/// Redirects that are followed for one request.
const HOPS: usize = 5;
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
            let (response, elsewhere) = self.hop(request, &pass).await?;
            let status = response.status();
            if status.is_success() {
                pass.works();
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
            if status != 401 && !expired {
                pass.works();
                return Err(fault);
            }
            pass = self.auth.refused(request.host, &request.scope, &pass, &headers, answer).await?;
        }
        Err(Fault::Status { status: 401, retry_after: None, answer: "no token is taken for long".to_owned() })
    }

    /// Follows redirects; the pass goes to the registry's own address only. Tells whether another one answered.
    async fn hop(&self, request: &Request<'_>, pass: &Pass) -> Result<(Response, bool), Fault> {
        let mut url = request.url.clone();
        let origin = (url.scheme().to_owned(), authority(&url));
        for _ in 0..=HOPS {
            let at_origin = (url.scheme(), authority(&url)) == (origin.0.as_str(), origin.1.clone());
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
            if url.scheme() == "https" && next.scheme() != "https" && !self.transport.is_plain(&authority(&next)) {
                let why = format!("it redirects to `{}`, which is without TLS", bare(next.as_str()));
                return Err(Error::Malformed { what: bare(url.as_str()), why }.into());
            }
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
        self.events.send(Event::Retry { what: tries.what().to_owned(), reason, pause });
        tokio::time::sleep(pause).await;
        Ok(())
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
        let mut tries = Tries::new(&self.policy, format!("manifest of {place}{separator}{reference}"));
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
        as_stored(&answer.response, "manifest")?;
        let content_type = header(&answer.response, CONTENT_TYPE.as_str());
        let told = header(&answer.response, DIGEST_HEADER).and_then(|text| text.parse().ok());
        if answer.response.content_length().is_some_and(|length| length > manifest::LIMIT as u64) {
            let why = format!("the manifest is larger than {} MiB", manifest::LIMIT >> 20);
            return Err(Error::Malformed { what: format!("{place}:{reference}"), why }.into());
        }
        let bytes = reply::read(answer.response, manifest::LIMIT, self.policy.silence).await?;
        let found = Digest::of(&bytes);
        if let Some(expected) = expected.or(told).filter(|expected| *expected != found) {
            return Err(Fault::Digest { expected, found });
        }
        Manifest::parse(bytes, content_type.as_deref()).map_err(|why| {
            // The bytes are what the registry says they are: they will not be others next time.
            let what = format!("{place}:{reference}");
            if told.is_some() || expected.is_some() {
                Fault::Final(Error::Malformed { what, why })
            } else {
                Fault::Strange(why)
            }
        })
    }

    /// What is under a tag or digest; none where nothing is.
    pub async fn head(&self, place: &Place, reference: &str, scope: Scope) -> Result<Option<Head>, Error> {
        let host = self.host(place)?;
        let mut tries = Tries::new(&self.policy, format!("manifest of {place}:{reference}"));
        loop {
            let fault = match self.try_head(&host, place, reference, &scope).await {
                Ok(Some(head)) => return Ok(Some(head)),
                // Neither the digest nor HEAD itself is something that every registry has.
                Ok(None) | Err(Fault::Status { status: 405, .. }) => {
                    let manifest = self.manifest(place, reference).await?;
                    let is_index = matches!(manifest.content, manifest::Content::Index { .. });
                    return Ok(Some(Head { digest: manifest.digest, is_index }));
                }
                Err(Fault::Status { status: 404, .. }) => return Ok(None),
                Err(fault) => fault,
            };
            self.pause(&mut tries, fault, &host).await?;
        }
    }

    async fn try_head(
        &self,
        host: &Host,
        place: &Place,
        reference: &str,
        scope: &Scope,
    ) -> Result<Option<Head>, Fault> {
        let url = self.url(host, &place.repository, &format!("manifests/{reference}")).await?;
        let mut request = Request::new(Method::HEAD, host, url, scope.clone());
        request.headers.insert(ACCEPT, HeaderValue::from_static(manifest::ACCEPT));
        let answer = self.send(&request).await?;
        as_stored(&answer.response, "manifest")?;
        let digest = header(&answer.response, DIGEST_HEADER).and_then(|text| text.parse().ok());
        let media_type = header(&answer.response, CONTENT_TYPE.as_str()).unwrap_or_default();
        let is_index = media_type.contains("index") || media_type.contains("manifest.list");
        Ok(digest.map(|digest| Head { digest, is_index }))
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
        let whole = from == 0 && to == size;
        if !whole {
            let range = if to == size { format!("bytes={from}-") } else { format!("bytes={from}-{}", to - 1) };
            request.headers.insert(RANGE, HeaderValue::from_str(&range).expect("digits"));
        }
        let Answer { response, permit } = self.send(&request).await?;
        as_stored(&response, "blob")?;
        let start = match response.status().as_u16() {
            206 => content_range(&response, from, size)?,
            200 => {
                if !whole {
                    host.ignores_ranges.store(true, Ordering::Relaxed);
                }
                0
            }
            status => return Err(Fault::Strange(format!("the blob came with status {status}"))),
        };
        Ok(Download { body: Body::new(response, self.policy.silence), start, _permit: permit })
    }
}

fn redirect(response: &Response) -> Option<String> {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
        .then(|| header(response, LOCATION.as_str()))
        .flatten()
}

pub fn header(response: &Response, name: &str) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

/// Amazon ECR says with 403, its public registry with 400, what others say with 401.
fn says_expired(answer: &str) -> bool {
    let answer = answer.to_ascii_lowercase();
    answer.contains("token has expired") || answer.contains("token is expired") || answer.contains("expiredtoken")
}

/// Login pages of a network and proxies that compress are no registry.
fn as_stored(response: &Response, what: &str) -> Result<(), Fault> {
    if reply::is_html(response) {
        return Err(Fault::Strange(format!("an HTML page came instead of the {what}: a login page of the network?")));
    }
    match header(response, CONTENT_ENCODING.as_str()).filter(|encoding| encoding != "identity") {
        Some(encoding) => Err(Fault::Strange(format!("the {what} came in encoding `{}`", encoding.escape_debug()))),
        None => Ok(()),
    }
}

/// `bytes FROM-TO/SIZE`, checked against what was asked for.
fn content_range(response: &Response, from: u64, size: u64) -> Result<u64, Fault> {
    let text = header(response, CONTENT_RANGE.as_str()).unwrap_or_default();
    let parsed = text.strip_prefix("bytes ").and_then(|range| {
        let (range, of) = range.split_once('/')?;
        let start: u64 = range.split_once('-')?.0.parse().ok()?;
        Some((start, of == "*" || of.parse() == Ok(size)))
    });
    match parsed {
        Some((start, true)) if start == from => Ok(start),
        _ => Err(Fault::Strange(format!("byte {from} of {size} was asked for, `{}` came", text.escape_debug()))),
    }
}
