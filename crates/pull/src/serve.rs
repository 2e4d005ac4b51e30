//! A pack as a registry that can only be read.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{ACCEPT_RANGES, ALLOW, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, RANGE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::pack::Pack;
use crate::volume::{Pulse, Slice};

type Reply = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// Until it is dropped.
pub async fn serve(pack: Arc<Pack>, listener: TcpListener) -> io::Result<()> {
    let images = Arc::new(Images::of(&pack));
    loop {
        let (stream, _) = listener.accept().await?;
        let _ = stream.set_nodelay(true);
        let (pack, images) = (Arc::clone(&pack), Arc::clone(&images));
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let reply = reply(&pack, &images, &request);
                async move { Ok::<_, io::Error>(reply) }
            });
            // A client that goes away is no concern of the others.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Names as they are asked for, with and without the registry that the images come from; and the manifests.
#[derive(Default)]
struct Images {
    /// Repository, tag, manifest.
    tags: Vec<(String, String, Digest)>,
    manifests: Vec<Manifest>,
}

impl Images {
    fn of(pack: &Pack) -> Self {
        let mut images = Self::default();
        for entry in &pack.entries {
            let Ok(manifests) = pack.manifests(entry) else { continue };
            let (name, tag) = match entry.name.split_once('@') {
                Some((name, digest)) => (name, digest),
                None => entry.name.rsplit_once(':').unwrap_or((&entry.name, "latest")),
            };
            let path = name.split_once('/').map_or(name, |(_, path)| path);
            for repository in [name, path] {
                images.tags.push((repository.to_owned(), tag.to_owned(), entry.descriptor.digest));
            }
            images.manifests.extend(manifests);
        }
        images
    }

    fn manifest(&self, repository: &str, reference: &str) -> Option<&Manifest> {
        let digest = match reference.parse() {
            Ok(digest) => digest,
            Err(_) => self.tags.iter().find(|(name, tag, _)| name == repository && tag == reference)?.2,
        };
        self.manifests.iter().find(|manifest| manifest.digest == digest)
    }

    fn tags_of(&self, repository: &str) -> Vec<&str> {
        let mut tags: Vec<_> =
            self.tags.iter().filter(|(name, ..)| name == repository).map(|(_, tag, _)| tag.as_str()).collect();
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    fn repositories(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.tags.iter().map(|(name, ..)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

fn reply(pack: &Pack, images: &Images, request: &Request<Incoming>) -> Reply {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut reply = error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "this registry can only be read");
        reply.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return reply;
    }
    let head = request.method() == Method::HEAD;
    let Some(path) = request.uri().path().strip_prefix("/v2/") else {
        return error(StatusCode::NOT_FOUND, "UNSUPPORTED", "only /v2/ is served");
    };
    if path.is_empty() {
        return json(&json!({}));
    }
    if path == "_catalog" {
        return json(&json!({"repositories": images.repositories()}));
    }
    if let Some(repository) = path.strip_suffix("/tags/list") {
        return match images.tags_of(repository) {
            tags if tags.is_empty() => error(StatusCode::NOT_FOUND, "NAME_UNKNOWN", "the pack has no such name"),
            tags => json(&json!({"name": repository, "tags": tags})),
        };
    }
    if let Some((repository, reference)) = path.rsplit_once("/manifests/") {
        return match images.manifest(repository, reference) {
            Some(manifest) => manifest_reply(manifest, head),
            None => error(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN", "the pack has no such image"),
        };
    }
    let blob = path.rsplit_once("/blobs/").and_then(|(_, digest)| digest.parse().ok());
    match blob.and_then(|digest: Digest| Some((digest, pack.blob(&digest)?))) {
        Some((digest, slice)) => blob_reply(&digest, slice, request, head),
        None => error(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "the pack has no such blob"),
    }
}

fn manifest_reply(manifest: &Manifest, head: bool) -> Reply {
    let body = if head { Bytes::new() } else { manifest.bytes.clone() };
    let mut reply = full(StatusCode::OK, &manifest.media_type, body);
    named(&mut reply, &manifest.digest, manifest.bytes.len() as u64);
    reply
}

fn blob_reply(digest: &Digest, slice: &Slice, request: &Request<Incoming>, head: bool) -> Reply {
    let range = request.headers().get(RANGE).and_then(|value| value.to_str().ok());
    let part = match range.map(|range| parse_range(range, slice.len)) {
        None => None,
        Some(Some(part)) => Some(part),
        Some(None) => {
            let mut reply = error(StatusCode::RANGE_NOT_SATISFIABLE, "RANGE_INVALID", "there are no such bytes");
            header(&mut reply, CONTENT_RANGE, &format!("bytes */{}", slice.len));
            return reply;
        }
    };
    let (from, to) = part.unwrap_or((0, slice.len));
    let body = Slice { volume: Arc::clone(&slice.volume), offset: slice.offset + from, len: to - from };
    let frames = body.stream(Pulse::default()).map_ok(Frame::data);
    let body = if head { empty() } else { StreamBody::new(frames).boxed_unsync() };
    let mut reply = Response::new(body);
    header(&mut reply, CONTENT_TYPE, "application/octet-stream");
    header(&mut reply, ACCEPT_RANGES, "bytes");
    named(&mut reply, digest, to - from);
    if part.is_some() {
        *reply.status_mut() = StatusCode::PARTIAL_CONTENT;
        header(&mut reply, CONTENT_RANGE, &format!("bytes {from}-{}/{}", to - 1, slice.len));
    }
    reply
}

/// `bytes=FROM-` or `bytes=FROM-TO`, as a half-open range; none where nothing of it is there.
fn parse_range(text: &str, size: u64) -> Option<(u64, u64)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let from: u64 = from.parse().ok()?;
    let to = if to.is_empty() { size } else { to.parse::<u64>().ok()?.saturating_add(1).min(size) };
    (from < to).then_some((from, to))
}

fn named(reply: &mut Reply, digest: &Digest, len: u64) {
    let headers = reply.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
    if let Ok(value) = HeaderValue::from_str(&digest.to_string()) {
        headers.insert("docker-content-digest", value);
    }
}

fn header(reply: &mut Reply, name: hyper::header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(name, value);
    }
}

fn json(value: &serde_json::Value) -> Reply {
    full(StatusCode::OK, "application/json", Bytes::from(value.to_string()))
}

fn error(status: StatusCode, code: &str, message: &str) -> Reply {
    let body = json!({"errors": [{"code": code, "message": message}]});
    full(status, "application/json", Bytes::from(body.to_string()))
}

fn full(status: StatusCode, content_type: &str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync());
    *reply.status_mut() = status;
    header(&mut reply, CONTENT_TYPE, content_type);
    reply
}

fn empty() -> UnsyncBoxBody<Bytes, io::Error> {
    Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_half_open_and_inside() {
        assert_eq!(parse_range("bytes=2-", 10), Some((2, 10)));
        assert_eq!(parse_range("bytes=2-3", 10), Some((2, 4)));
        assert_eq!(parse_range("bytes=2-99", 10), Some((2, 10)));
        for text in ["bytes=10-", "bytes=5-4", "bytes=-5", "items=0-1", "bytes=a-b"] {
            assert_eq!(parse_range(text, 10), None, "{text}");
        }
    }
}
