//! One request and its answer, right or wrong.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use drydock_pull::digest::Digest;

use super::{Fault, Shared, reset, write};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Manifest,
    Blob,
    Upload,
    Other,
}

pub struct Exchange<'s> {
    shared: &'s Shared,
    stream: &'s TcpStream,
    method: String,
    /// With the query.
    target: String,
    headers: Vec<(String, String)>,
    body: BufReader<&'s TcpStream>,
    kind: Kind,
    /// This request is one of those that go wrong.
    faulty: bool,
}

/// Bytes written at a time.
const CHUNK: usize = 64 << 10;

impl<'s> Exchange<'s> {
    pub fn read(shared: &'s Shared, stream: &'s TcpStream) -> Option<Self> {
        let mut body = BufReader::new(stream);
        if body.fill_buf().ok()?.first()? == &0x16 {
            // TLS, which is not spoken here.
            write(stream, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            return None;
        }
        let mut line = String::new();
        body.read_line(&mut line).ok()?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            body.read_line(&mut line).ok()?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
                None => break,
            }
        }
        let path = target.split('?').next().unwrap_or_default();
        let kind = match () {
            () if path.contains("/blobs/uploads/") => Kind::Upload,
            () if path.contains("/blobs/") => Kind::Blob,
            () if path.contains("/manifests/") => Kind::Manifest,
            () => Kind::Other,
        };
        let len = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, len)| len.len());
        let key = match kind {
            // Their addresses are never the same twice.
            Kind::Upload => format!("{method} upload {}", if len > 6 { "of much" } else { "of little" }),
            _ => format!("{method} {path}"),
        };
        let mut exchange = Self { shared, stream, method, target, headers, body, kind, faulty: false };
        let mut data = shared.data();
        let range = exchange.header("range").unwrap_or_default();
        data.log.push(format!("{} {} {range}", exchange.method, exchange.target));
        let seen = data.seen.entry(key).or_default();
        *seen += 1;
        exchange.faulty = *seen <= shared.times;
        data.most_in_flight = data.most_in_flight.max(data.in_flight + 1);
        drop(data);
        Some(exchange)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    fn query(&self, name: &str) -> Option<String> {
        let pairs = self.target.split_once('?')?.1.split('&');
        let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
        Some(value.replace("%3A", ":").replace("%2F", "/"))
    }

    fn repository(&self) -> String {
        let path = self.path().trim_start_matches("/v2/");
        let end = ["/blobs/", "/manifests/"].iter().find_map(|part| path.find(part)).unwrap_or(path.len());
        path[..end].to_owned()
    }

    fn last(&self) -> String {
        self.path().rsplit('/').next().unwrap_or_default().to_owned()
    }

    fn hit(&self) {
        self.shared.data().hits += 1;
    }

    /// Whether the connection may be used again.
    pub fn answer(&mut self) -> bool {
        if self.path() == "/token" {
            return self.token();
        }
        if self.path().starts_with("/signed/") {
            return self.signed();
        }
        if let Some(again) = self.unauthorized() {
            return again;
        }
        if self.path() == "/v2/" {
            return self.send(200, &[], b"{}");
        }
        if let Some(again) = self.broken() {
            return again;
        }
        match self.kind {
            Kind::Manifest if self.method == "PUT" => self.put_manifest(),
            Kind::Manifest => self.manifest(),
            Kind::Blob => self.blob(),
            Kind::Upload => self.upload(),
            Kind::Other => self.send(404, &[], b""),
        }
    }

    fn send(&self, status: u16, headers: &[(&str, String)], body: &[u8]) -> bool {
        let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let body = if self.method == "HEAD" { b"" } else { body };
        write(self.stream, head.as_bytes()) && write(self.stream, body)
    }

    fn error(&mut self, status: u16, code: &str, headers: &[(&str, String)]) -> bool {
        self.drain();
        self.send(status, headers, format!(r#"{{"errors":[{{"code":"{code}","message":"m"}}]}}"#).as_bytes())
    }

    fn has_body(&self) -> bool {
        self.header("content-length").is_some_and(|len| len != "0")
    }

    fn drain(&mut self) -> Vec<u8> {
        let len = self.header("content-length").and_then(|len| len.parse().ok()).unwrap_or(0);
        let mut body = vec![0; len];
        if self.body.read_exact(&mut body).is_err() {
            body.clear();
        }
        body
    }

    fn token(&mut self) -> bool {
        let mut data = self.shared.data();
        data.opened += 1;
        let token = format!("canary-token-{}", data.opened);
        data.tokens.insert(token.clone(), 0);
        drop(data);
        self.send(200, &[], format!(r#"{{"token":"{token}","expires_in":60}}"#).as_bytes())
    }

    fn unauthorized(&mut self) -> Option<bool> {
        let authorization = self.header("authorization").map(str::to_owned);
        let mut data = self.shared.data();
        data.answered += 1;
        let answered = data.answered;
        if let (Fault::EcrExpired(after), true) = (self.shared.fault, answered == 1) {
            data.seen.insert("expires".to_owned(), after);
        }
        let expires = data.seen.get("expires").copied();
        if expires.is_some_and(|after| answered > after) && self.path() != "/v2/" {
            data.seen.remove("expires");
            data.hits += 1;
            drop(data);
            self.drain();
            return Some(self.send(403, &[], b"Your Authorization Token has expired. Please run 'aws ecr get-login'"));
        }
        if let Some(login) = &self.shared.login {
            let right = authorization.as_ref() == Some(login);
            drop(data);
            return (!right)
                .then(|| self.error(401, "UNAUTHORIZED", &[("WWW-Authenticate", "Basic realm=x".to_owned())]));
        }
        if !matches!(self.shared.fault, Fault::TokenUses | Fault::TokenForgotten(_)) {
            data.leaked += usize::from(authorization.is_some());
            return None;
        }
        let token = authorization.as_deref().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
        let known = data.tokens.get_mut(token).map(|uses| {
            *uses += 1;
            *uses
        });
        let forgets = self.shared.fault == Fault::TokenForgotten(answered) && known.is_some();
        if forgets {
            data.tokens.clear();
        }
        let refused = forgets || known.is_none_or(|uses| self.shared.fault == Fault::TokenUses && uses > 2);
        data.hits += usize::from(refused && (known.is_some() || forgets));
        drop(data);
        let realm = format!("Bearer realm=\"http://{}/token\",service=\"fake\"", self.shared.address);
        refused.then(|| self.error(401, "UNAUTHORIZED", &[("WWW-Authenticate", realm)]))
    }

    /// Faults that need no right answer.
    fn broken(&mut self) -> Option<bool> {
        if !self.faulty {
            return None;
        }
        let (get, kind) = (self.method == "GET", self.kind);
        let (manifest, blob) = (get && kind == Kind::Manifest, get && kind == Kind::Blob);
        let opens = self.method == "POST" && kind == Kind::Upload;
        let sends = matches!(self.method.as_str(), "PUT" | "PATCH") && kind == Kind::Upload;
        let soon = |seconds| ("Retry-After", httpdate(seconds));
        let second = ("Retry-After", "1".to_owned());
        let page = ("Content-Type", "text/html; charset=utf-8".to_owned());
        let again = match self.shared.fault {
            Fault::Manifest(status) if manifest => self.error(status, "UNKNOWN", &[]),
            Fault::Blob(status) if blob => self.error(status, "UNKNOWN", &[]),
            Fault::ManifestLimit if manifest => self.error(429, "TOOMANYREQUESTS", &[second]),
            Fault::BlobLimit if blob => self.error(429, "TOOMANYREQUESTS", &[second]),
            Fault::BlobLimitByDate if blob => self.error(429, "TOOMANYREQUESTS", &[soon(2)]),
            Fault::BlobLimitWithoutTime if blob => self.error(429, "TOOMANYREQUESTS", &[]),
            Fault::BadGatewayPage if blob => self.send(502, &[page], b"<html>bad gateway</html>"),
            Fault::LoginPage if blob || manifest => self.send(200, &[page], b"<html>log in</html>"),
            Fault::ResetBeforeHead if blob || manifest => {
                reset(self.stream);
                false
            }
            Fault::StallBeforeHead if blob || manifest => {
                self.hit();
                thread::sleep(Duration::from_secs(30));
                false
            }
            Fault::OpenUpload(status) if opens => self.error(status, "UNKNOWN", &[]),
            Fault::UploadLimit if opens => self.error(429, "TOOMANYREQUESTS", &[second]),
            Fault::UploadData(status) if sends => self.error(status, "UNKNOWN", &[]),
            Fault::PutManifest(status) if self.method == "PUT" && kind == Kind::Manifest => {
                self.error(status, "UNKNOWN", &[])
            }
            Fault::UploadReset if sends && self.header("content-length").is_some_and(|len| len.len() > 6) => {
                self.take_some_and_reset();
                false
            }
            Fault::RedirectLoop if blob => {
                self.send(307, &[("Location", format!("http://{}{}", self.shared.address, self.target))], b"")
            }
            _ => return None,
        };
        self.hit();
        Some(again)
    }

    /// What came before the reset stays in the upload.
    fn take_some_and_reset(&mut self) {
        let mut some = vec![0; 1 << 20];
        if self.body.read_exact(&mut some).is_ok() {
            let id = self.last();
            self.shared.data().uploads.entry(id).or_default().extend(some);
        }
        reset(self.stream);
    }

    fn manifest(&self) -> bool {
        let found = self.shared.data().manifests.get(&(self.repository(), self.last())).cloned();
        let Some((bytes, media_type)) = found else {
            return self.send(404, &[], br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}"#);
        };
        let digest = ("Docker-Content-Digest", Digest::of(&bytes).to_string());
        let mut bytes = bytes.to_vec();
        if self.faulty && self.shared.fault == Fault::WrongManifest && self.method == "GET" {
            self.hit();
            bytes.push(b'\n');
        }
        self.send(200, &[digest, ("Content-Type", media_type)], &bytes)
    }

    fn signed(&self) -> bool {
        if self.header("authorization").is_some() {
            self.shared.data().leaked += 1;
            return self.send(400, &[], b"Only one auth mechanism allowed");
        }
        let mut data = self.shared.data();
        let seen = data.seen.entry("signed".to_owned() + self.path()).or_default();
        *seen += 1;
        if *seen <= self.shared.times {
            data.hits += 1;
            drop(data);
            return self.send(403, &[], b"Request has expired");
        }
        drop(data);
        self.blob_bytes()
    }

    fn blob(&mut self) -> bool {
        let Ok(digest) = self.last().parse::<Digest>() else { return self.send(400, &[], b"") };
        if !self.shared.data().has.contains(&(self.repository(), digest)) {
            return self.error(404, "BLOB_UNKNOWN", &[]);
        }
        if self.shared.fault == Fault::SignedExpired && self.method == "GET" {
            // By another name it is another host.
            let location = format!("http://localhost:{}/signed/{digest}?sig=canary", self.shared.address.port());
            return self.send(307, &[("Location", location)], b"");
        }
        self.blob_bytes()
    }

    fn blob_bytes(&self) -> bool {
        let digest = self.last().parse::<Digest>().ok();
        let Some(bytes) = digest.and_then(|digest| self.shared.data().blobs.get(&digest).cloned()) else {
            return self.send(404, &[], b"");
        };
        let fault = if self.faulty && bytes.len() > 100_000 { self.shared.fault } else { Fault::None };
        let range = self.header("range").filter(|_| self.shared.fault != Fault::CutWithoutRanges);
        let (from, to) = range.map_or((0, bytes.len()), |range| parse_range(range, bytes.len()));
        let mut head = format!("HTTP/1.1 {} X\r\n", if range.is_some() { 206 } else { 200 });
        let claimed = if fault == Fault::Halved { (to - from) / 2 } else { to - from };
        if fault == Fault::WithoutLength {
            self.hit();
            head.push_str("Connection: close\r\n");
        } else {
            head.push_str(&format!("Content-Length: {claimed}\r\n"));
        }
        if range.is_some() {
            let shift = usize::from(fault == Fault::WrongRange);
            head.push_str(&format!("Content-Range: bytes {}-{}/{}\r\n", from + shift, to - 1, bytes.len()));
            if fault == Fault::WrongRange {
                self.hit();
            }
        }
        if fault == Fault::Gzip {
            self.hit();
            head.push_str("Content-Encoding: gzip\r\n");
        }
        head.push_str("\r\n");
        if self.method == "HEAD" {
            return write(self.stream, head.as_bytes());
        }
        write(self.stream, head.as_bytes())
            && self.body_bytes(&bytes, from, from + claimed, fault)
            && fault != Fault::WithoutLength
    }

    fn body_bytes(&self, bytes: &Arc<Vec<u8>>, from: usize, to: usize, fault: Fault) -> bool {
        let half = from + (to - from) / 2;
        if fault == Fault::Halved {
            self.hit();
        }
        let mut at = from;
        while at < to {
            let end = to.min(at + CHUNK);
            let mut chunk = bytes[at..end].to_vec();
            if at <= half && half < end {
                match fault {
                    Fault::Cut | Fault::CutWithoutRanges => {
                        self.hit();
                        thread::sleep(Duration::from_millis(20));
                        return false;
                    }
                    Fault::Reset => {
                        self.hit();
                        thread::sleep(Duration::from_millis(20));
                        reset(self.stream);
                        return false;
                    }
                    Fault::Corrupt => {
                        self.hit();
                        chunk[half - at] ^= 0xff;
                    }
                    Fault::Stall => {
                        self.hit();
                        thread::sleep(Duration::from_secs(30));
                        return false;
                    }
                    Fault::Drip => {
                        self.hit();
                        for byte in chunk.iter().take(300) {
                            thread::sleep(Duration::from_millis(100));
                            if !write(self.stream, &[*byte]) {
                                break;
                            }
                        }
                        return false;
                    }
                    _ => {}
                }
            }
            if !write(self.stream, &chunk) {
                return false;
            }
            self.shared.data().bytes_sent += chunk.len() as u64;
            if let Some(rate) = self.shared.rate {
                thread::sleep(Duration::from_secs_f64(chunk.len() as f64 / rate as f64));
            }
            at = end;
        }
        true
    }

    fn put_manifest(&mut self) -> bool {
        let (repository, reference) = (self.repository(), self.last());
        let media_type = self.header("content-type").unwrap_or_default().to_owned();
        let body = self.drain();
        let digest = Digest::of(&body);
        let mut data = self.shared.data();
        let there = data.manifests.contains_key(&(repository.clone(), reference.clone()));
        if self.shared.fault == Fault::ImmutableTag && there {
            data.hits += 1;
            drop(data);
            return self.send(400, &[], b"TAG_INVALID");
        }
        let stored = (Arc::new(body), media_type);
        data.manifests.insert((repository.clone(), digest.to_string()), stored.clone());
        data.manifests.insert((repository, reference), stored);
        drop(data);
        self.send(201, &[("Docker-Content-Digest", digest.to_string())], b"")
    }

    fn upload(&mut self) -> bool {
        let (repository, id) = (self.repository(), self.last());
        match self.method.as_str() {
            "POST" => self.open_upload(&repository),
            "GET" => {
                let len = self.shared.data().uploads.get(&id).map_or(0, Vec::len);
                let range = ("Range", format!("0-{}", len.max(1) - 1));
                self.send(204, &[range, ("Location", self.path().to_owned())], b"")
            }
            "DELETE" => {
                self.shared.data().uploads.remove(&id);
                self.send(204, &[], b"")
            }
            method => {
                let closes = method == "PUT";
                if closes && self.has_body() && self.shared.fault == Fault::NoMonolithicUpload {
                    self.hit();
                    return self.error(415, "UNSUPPORTED", &[]);
                }
                let body = self.drain();
                let mut data = self.shared.data();
                let upload = data.uploads.entry(id.clone()).or_default();
                // The closing request with all bytes does not add to those that a broken one left.
                if closes && !body.is_empty() {
                    upload.clear();
                }
                upload.extend(body);
                if !closes {
                    drop(data);
                    return self.send(202, &[("Location", self.path().to_owned())], b"");
                }
                let bytes = data.uploads.remove(&id).unwrap_or_default();
                let digest = Digest::of(&bytes);
                if self.query("digest") != Some(digest.to_string()) {
                    drop(data);
                    return self.send(400, &[], b"DIGEST_INVALID");
                }
                data.blobs.insert(digest, Arc::new(bytes));
                data.has.insert((repository, digest));
                drop(data);
                self.send(201, &[], b"")
            }
        }
    }

    fn open_upload(&self, repository: &str) -> bool {
        let mount = self.query("mount").and_then(|digest| digest.parse::<Digest>().ok());
        let mut data = self.shared.data();
        if let (Some(digest), Some(from)) = (mount, self.query("from")) {
            let refused = matches!(self.shared.fault, Fault::MountRefused | Fault::MountIgnored);
            data.hits += usize::from(refused);
            if !refused && data.has.contains(&(from, digest)) {
                data.has.insert((repository.to_owned(), digest));
                drop(data);
                return self.send(201, &[], b"");
            }
            if self.shared.fault == Fault::MountRefused {
                drop(data);
                return self.send(403, &[], b"");
            }
        }
        data.opened += 1;
        let id = format!("upload{}", data.opened);
        data.uploads.insert(id.clone(), Vec::new());
        drop(data);
        let location = format!("/v2/{repository}/blobs/uploads/{id}?state=x");
        self.send(202, &[("Location", location)], b"")
    }
}

fn parse_range(range: &str, len: usize) -> (usize, usize) {
    let (from, to) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    (from.parse().unwrap(), to.parse().map_or(len, |to: usize| to + 1))
}

fn httpdate(seconds: u64) -> String {
    httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds))
}
