//! What is written to a registry: blobs, mounted where another repository has them, and manifests.

use bytes::Bytes;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RANGE};
use reqwest::{Method, Url};

use crate::auth::Scope;
use crate::client::{Answer, Client, Payload, Place, Request, header};
use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::Manifest;
use crate::retry::{Fault, Tries};
use crate::transport::{Host, authority};
use crate::volume::Slice;

/// An upload that a registry has begun.
struct Upload {
    url: Url,
    /// Bytes that it has.
    at: u64,
    /// The registry does not take the bytes with the closing request.
    by_patch: bool,
}

impl Client {
    /// Whether the repository has the blob.
    pub async fn has_blob(&self, place: &Place, digest: &Digest) -> Result<bool, Error> {
        let host = self.host(place)?;
        let mut tries = Tries::new(&self.policy, format!("blob {digest} of {place}"));
        loop {
            match self.try_has(&host, place, digest).await {
                Ok(()) => return Ok(true),
                Err(Fault::Status { status: 404 | 405, .. }) => return Ok(false),
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
                Err(Fault::Status { status: 400..=499, .. }) => return Ok(false),
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
        if let Ok(url) = location(&answer) {
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
        let (mut by_patch, mut best) = (false, 0);
        loop {
            let fault = match self.try_upload(&host, place, digest, bytes, &mut upload, by_patch).await {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            let refused = matches!(fault.status(), Some(404 | 405 | 411 | 413 | 415 | 416 | 501)) && upload.is_some();
            if refused && !by_patch {
                // Not closed with its bytes in one request: then sent first, closed afterwards.
                (by_patch, upload) = (true, None);
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
        let at = header(&answer.response, RANGE.as_str())?;
        let at = at.trim_start_matches("bytes=").split_once('-')?.1.parse::<u64>().ok()? + 1;
        let url = location(&answer).unwrap_or(upload.url);
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
        by_patch: bool,
    ) -> Result<(), Fault> {
        let scope = Scope::push(&place.repository);
        let current = match upload {
            Some(upload) => upload,
            None => {
                let url = self.url(host, &place.repository, "blobs/uploads/").await?;
                let answer = self.send(&Request::new(Method::POST, host, url, scope.clone())).await?;
                upload.insert(Upload { url: location(&answer)?, at: 0, by_patch })
            }
        };
        if current.by_patch && current.at < bytes.len {
            let mut request = Request::new(Method::PATCH, host, current.url.clone(), scope.clone());
            request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            let range = format!("{}-{}", current.at, bytes.len - 1);
            request.headers.insert(CONTENT_RANGE, HeaderValue::from_str(&range).expect("digits"));
            request.payload = Payload::File(bytes.from(current.at));
            let answer = self.send(&request).await?;
            *current = Upload { url: location(&answer)?, at: bytes.len, by_patch: true };
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

/// Where the upload goes on: absolute, relative, with or without a query. Only the registry itself gets the pass, so only
/// the registry itself may be named; that it does not know of the TLS before it is common.
fn location(answer: &Answer) -> Result<Url, Fault> {
    let text = header(&answer.response, LOCATION.as_str())
        .ok_or_else(|| Fault::Strange("the registry does not say where to upload".to_owned()))?;
    let base = answer.response.url();
    let mut url = base.join(&text).map_err(|_| Fault::Strange("the upload's address is none".to_owned()))?;
    if url.host_str() == base.host_str() && url.scheme() != base.scheme() && url.set_scheme(base.scheme()).is_ok() {
        let _ = url.set_port(base.port());
    }
    match authority(&url) {
        other if other == authority(base) => Ok(url),
        other => Err(Fault::Strange(format!("it wants the upload at another host, `{other}`"))),
    }
}
