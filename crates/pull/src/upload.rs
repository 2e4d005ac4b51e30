//! What is written to a registry: blobs, mounted where another repository has them, and manifests.

use bytes::Bytes;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RANGE};
use reqwest::{Method, Url};

use crate::auth::Scope;
use crate::client::{Answer, Client, Payload, Place, Request};
use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::Manifest;
use crate::reply::header;
use crate::retry::{Fault, Tries};
use crate::transport::Host;
use crate::volume::Slice;

/// An upload that a registry has begun.
struct Upload {
    url: Url,
    /// Bytes that it has.
    at: u64,
    /// Bytes have been sent ahead of the closing request, or will be.
    by_patch: bool,
}

/// How the bytes are sent: with the closing request, or ahead of it in pieces of at most so many.
#[derive(Clone, Copy, Default)]
struct Way {
    pieces: Option<u64>,
}

impl Way {
    /// What to try after this one was refused.
    const fn other(self, too_large: bool) -> Self {
        match (too_large, self.pieces) {
            (true, _) => Self { pieces: Some(SMALL_PIECE) },
            (false, None) => Self { pieces: Some(u64::MAX) },
            (false, Some(_)) => Self { pieces: None },
        }
    }
}

/// What nginx lets through where nobody told it otherwise.
const SMALL_PIECE: u64 = 1 << 20;

impl Client {
    /// Whether the repository has the blob.
    pub async fn has_blob(&self, place: &Place, digest: &Digest) -> Result<bool, Error> {
        let host = self.host(place)?;
        let mut tries = Tries::new(&self.policy, format!("blob {digest} of {place}"));
        loop {
            match self.try_has(&host, place, digest).await {
                Ok(()) => return Ok(true),
                // Not there, or not to be known: sent once too often it harms nobody.
                Err(Fault::Status { status: 400 | 404 | 405 | 410 | 501, .. } | Fault::Strange(_)) => return Ok(false),
                Err(fault) => self.pause(&mut tries, fault, &host).await?,
            }
        }
    }

    async fn try_has(&self, host: &Host, place: &Place, digest: &Digest) -> Result<(), Fault> {
        let url = self.url(host, &place.repository, &format!("blobs/{digest}")).await?;
        self.send(&Request::new(Method::HEAD, host, url, Scope::push(&place.repository))).await.map(|_| ())
    }

    /// Mounts the blob from another repository of the host; false where the registry does not.
    pub async fn mount(&self, place: &Place, digest: &Digest, from: &str) -> Result<bool, Error> {
        let host = self.host(place)?;
        let mut tries = Tries::new(&self.policy, format!("blob {digest} of {place}"));
        loop {
            match self.try_mount(&host, place, digest, from).await {
                Ok(mounted) => return Ok(mounted),
                // A refused mount is no refused upload.
                Err(fault) if fault.is_refusal() => return Ok(false),
                Err(Fault::Final(Error::Denied { .. })) => return Ok(false),
                Err(fault) => self.pause(&mut tries, fault, &host).await?,
            }
        }
    }

    async fn try_mount(&self, host: &Host, place: &Place, digest: &Digest, from: &str) -> Result<bool, Fault> {
        let mut url = self.url(host, &place.repository, "blobs/uploads/").await?;
        url.query_pairs_mut().append_pair("mount", &digest.to_string()).append_pair("from", from);
        let scope = Scope { from: Some(from.to_owned()), ..Scope::push(&place.repository) };
        let answer = self.send(&Request::new(Method::POST, host, url, scope.clone())).await?;
        if answer.response.status().as_u16() == 201 {
            return Ok(true);
        }
        // An upload was begun instead; it is given up so that nothing is left behind.
        if let Ok(url) = self.location(&answer) {
            drop(answer);
            let _ = self.send(&Request::new(Method::DELETE, host, url, scope)).await;
        }
        Ok(false)
    }

    /// Sends the blob, resuming where the registry says how far it got.
    pub async fn upload(&self, place: &Place, digest: &Digest, bytes: &Slice) -> Result<(), Error> {
        let host = self.host(place)?;
        let mut tries = Tries::new(&self.policy, format!("blob {digest} to {place}"));
        let mut upload = None;
        let (mut way, mut best, mut changed) = (Way::default(), 0, false);
        loop {
            let fault = match self.try_upload(&host, place, digest, bytes, &mut upload, way).await {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            // It is lost there, or not taken in this way: begun anew, in the other way.
            if upload.is_some() && matches!(fault.status(), Some(400 | 404 | 405 | 409..=411 | 413 | 415 | 416 | 501)) {
                self.is_right(digest, bytes).await?;
                upload = None;
                way = way.other(fault.status() == Some(413));
                if std::mem::replace(&mut changed, true) {
                    let reason = fault.to_string();
                    let pause = tries.anew(fault)?;
                    self.wait(&tries, reason, pause).await;
                }
                continue;
            }
            self.pause(&mut tries, fault, &host).await?;
            // The answer may be lost, not the bytes.
            if upload.is_some() && self.has_blob(place, digest).await? {
                return Ok(());
            }
            upload = match upload {
                Some(upload) => self.resumed(&host, place, upload, bytes.len, &mut best, &mut tries).await,
                None => None,
            };
        }
    }

    /// How far the upload got, by the registry's word; none where it has to begin anew.
    async fn resumed(
        &self,
        host: &Host,
        place: &Place,
        upload: Upload,
        len: u64,
        best: &mut u64,
        tries: &mut Tries<'_>,
    ) -> Option<Upload> {
        let request = Request::new(Method::GET, host, upload.url.clone(), Scope::push(&place.repository));
        let answer = self.send(&request).await.ok()?;
        let at = kept(&answer)?;
        let url = self.location(&answer).unwrap_or(upload.url);
        // `0-0` is how a registry says that it has nothing.
        if at <= 1 || at > len {
            return None;
        }
        if at > *best {
            *best = at;
            tries.progress();
        }
        Some(Upload { url, at, by_patch: true })
    }

    async fn try_upload(
        &self,
        host: &Host,
        place: &Place,
        digest: &Digest,
        bytes: &Slice,
        upload: &mut Option<Upload>,
        way: Way,
    ) -> Result<(), Fault> {
        let scope = Scope::push(&place.repository);
        let current = match upload {
            Some(upload) => upload,
            None => {
                let url = self.url(host, &place.repository, "blobs/uploads/").await?;
                let answer = self.send(&Request::new(Method::POST, host, url, scope.clone())).await?;
                let url = self.location(&answer)?;
                upload.insert(Upload { url, at: 0, by_patch: way.pieces.is_some() })
            }
        };
        while current.by_patch && current.at < bytes.len {
            let end = current.at.saturating_add(way.pieces.unwrap_or(u64::MAX)).min(bytes.len);
            let mut request = Request::new(Method::PATCH, host, current.url.clone(), scope.clone());
            request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            let range = format!("{}-{}", current.at, end - 1);
            request.headers.insert(CONTENT_RANGE, HeaderValue::from_str(&range).expect("digits"));
            request.payload = Payload::File(Slice { len: end - current.at, ..bytes.from(current.at) });
            let answer = self.send(&request).await?;
            let kept = kept(&answer).unwrap_or(end);
            if kept <= current.at {
                return Err(Fault::Strange(format!("the registry kept nothing of the bytes from {} on", current.at)));
            }
            *current = Upload { url: self.location(&answer)?, at: kept.min(end), by_patch: true };
        }
        let mut url = current.url.clone();
        url.query_pairs_mut().append_pair("digest", &digest.to_string());
        let mut request = Request::new(Method::PUT, host, url, scope);
        if !current.by_patch {
            request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            request.payload = Payload::File(bytes.clone());
        }
        self.send(&request).await?;
        self.events.bytes(bytes.len);
        Ok(())
    }

    /// Where the upload goes on: absolute, relative, with or without a query. That a registry does not know of the TLS
    /// before it is common. Another host is followed, but gets no pass.
    fn location(&self, answer: &Answer) -> Result<Url, Fault> {
        let text = header(&answer.response, LOCATION.as_str())
            .ok_or_else(|| Fault::Strange("the registry does not say where to upload".to_owned()))?;
        let base = answer.response.url();
        let mut url = base.join(&text).map_err(|_| Fault::Strange("the upload's address is none".to_owned()))?;
        if url.host_str() == base.host_str() && url.scheme() != base.scheme() && url.set_scheme(base.scheme()).is_ok() {
            let _ = url.set_port(base.port());
        }
        self.transport.no_downgrade(base, &url)?;
        Ok(url)
    }

    /// The bytes are what they are said to be: a registry that refuses them has another reason.
    async fn is_right(&self, digest: &Digest, bytes: &Slice) -> Result<(), Error> {
        let (what, own) = (format!("blob {digest} here"), bytes.clone());
        let hashing = tokio::task::spawn_blocking(move || own.digest()).await;
        let found = hashing.map_err(|error| Error::Malformed { what: what.clone(), why: error.to_string() })??;
        match found == *digest {
            true => Ok(()),
            false => Err(Error::Digest { what, expected: digest.to_string(), found: found.to_string() }),
        }
    }

    /// Puts a manifest under a tag, or under its digest. A tag that must not change and has this digest is success.
    pub async fn put_manifest(&self, place: &Place, tag: Option<&str>, manifest: &Manifest) -> Result<(), Error> {
        let host = self.host(place)?;
        let reference = tag.map_or_else(|| manifest.digest.to_string(), str::to_owned);
        let separator = if tag.is_some() { ':' } else { '@' };
        let mut tries = Tries::new(&self.policy, format!("manifest to {place}{separator}{reference}"));
        loop {
            let fault = match self.try_put(&host, place, &reference, manifest).await {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            if matches!(fault.status(), Some(400 | 403 | 409 | 412)) {
                let there = self.head(place, &reference, Scope::push(&place.repository)).await?;
                if there.is_some_and(|there| there.digest == manifest.digest) {
                    return Ok(());
                }
            }
            self.pause(&mut tries, fault, &host).await?;
        }
    }

    async fn try_put(&self, host: &Host, place: &Place, reference: &str, manifest: &Manifest) -> Result<(), Fault> {
        let url = self.url(host, &place.repository, &format!("manifests/{reference}")).await?;
        let mut request = Request::new(Method::PUT, host, url, Scope::push(&place.repository));
        request.headers = content_type(&manifest.media_type);
        request.payload = Payload::Bytes(Bytes::clone(&manifest.bytes));
        let answer = self.send(&request).await?;
        let told = header(&answer.response, "docker-content-digest").and_then(|text| text.parse::<Digest>().ok());
        match told.filter(|told| *told != manifest.digest) {
            Some(found) => Err(Fault::Digest { expected: manifest.digest, found }),
            None => Ok(()),
        }
    }
}

fn content_type(media_type: &str) -> HeaderMap {
    let value = HeaderValue::from_str(media_type).unwrap_or(HeaderValue::from_static(crate::manifest::OCI_MANIFEST));
    HeaderMap::from_iter([(CONTENT_TYPE, value)])
}

/// How many bytes of an upload the registry has, by its `Range: 0-LAST`.
fn kept(answer: &Answer) -> Option<u64> {
    let range = header(&answer.response, RANGE.as_str())?;
    range.trim().trim_start_matches("bytes=").split_once('-')?.1.parse::<u64>().ok()?.checked_add(1)
}
