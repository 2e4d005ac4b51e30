//! One request and its answer, right or wrong.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Fault, Shared, reset, write};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Manifest,
    Blob,
    Upload,
    Token,
    Other,
}

pub struct Exchange<'s> {
    pub shared: &'s Shared,
    pub stream: &'s TcpStream,
    pub method: String,
    /// With the query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: BufReader<&'s TcpStream>,
    pub kind: Kind,
    /// This request is one of those that go wrong.
    pub faulty: bool,
}

/// Bytes written at a time.
pub const CHUNK: usize = 64 << 10;

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
            () if path.starts_with("/token") => Kind::Token,
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

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn query(&self, name: &str) -> Option<String> {
        let pairs = self.target.split_once('?')?.1.split('&');
        let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
        Some(value.replace("%3A", ":").replace("%2F", "/"))
    }

    pub fn repository(&self) -> String {
        let path = self.path().trim_start_matches("/v2/");
        let end = ["/blobs/", "/manifests/"].iter().find_map(|part| path.find(part)).unwrap_or(path.len());
        path[..end].to_owned()
    }

    pub fn last(&self) -> String {
        self.path().rsplit('/').next().unwrap_or_default().to_owned()
    }

    pub fn hit(&self) {
        self.shared.data().hits += 1;
    }

    /// Whether the connection may be used again.
    pub fn answer(&mut self) -> bool {
        if self.path() == "/token" {
            return if self.is_odd() { self.odd() } else { self.token() };
        }
        if self.path().starts_with("/signed/") {
            return self.signed();
        }
        if self.challenges_oddly() {
            return self.odd();
        }
        if let Some(again) = self.unauthorized() {
            return again;
        }
        if self.is_odd() {
            return self.odd();
        }
        if self.path() == "/v2/" {
            return self.send(200, &[], b"{}");
        }
        if let Some(again) = self.fails_at_random().or_else(|| self.bound()).or_else(|| self.broken()) {
            return again;
        }
        self.right()
    }

    pub fn right(&mut self) -> bool {
        match self.kind {
            Kind::Manifest if self.method == "PUT" => self.put_manifest(),
            Kind::Manifest => self.manifest(),
            Kind::Blob => self.blob(),
            Kind::Upload => self.upload(),
            Kind::Token | Kind::Other => self.send(404, &[], b""),
        }
    }

    pub fn send(&self, status: u16, headers: &[(&str, String)], body: &[u8]) -> bool {
        let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let body = if self.method == "HEAD" { b"" } else { body };
        write(self.stream, head.as_bytes()) && write(self.stream, body)
    }

    pub fn error(&mut self, status: u16, code: &str, headers: &[(&str, String)]) -> bool {
        self.drain();
        self.send(status, headers, format!(r#"{{"errors":[{{"code":"{code}","message":"m"}}]}}"#).as_bytes())
    }

    pub fn has_body(&self) -> bool {
        self.header("content-length").is_some_and(|len| len != "0")
    }

    pub fn drain(&mut self) -> Vec<u8> {
        let len = self.header("content-length").and_then(|len| len.parse().ok()).unwrap_or(0);
        let mut body = vec![0; len];
        if self.body.read_exact(&mut body).is_err() {
            body.clear();
        }
        body
    }

    pub fn token(&mut self) -> bool {
        let mut data = self.shared.data();
        data.opened += 1;
        let token = format!("canary-token-{}", data.opened);
        data.tokens.insert(token.clone(), 0);
        drop(data);
        self.send(200, &[], format!(r#"{{"token":"{token}","expires_in":60}}"#).as_bytes())
    }

    pub fn unauthorized(&mut self) -> Option<bool> {
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
        if !matches!(self.shared.fault, Fault::TokenUses(_) | Fault::TokenForgotten(_)) && !self.wants_token() {
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
        let ends = |uses| matches!(self.shared.fault, Fault::TokenUses(most) if uses > most);
        let refused = forgets || known.is_none_or(ends);
        data.hits += usize::from(refused && (known.is_some() || forgets));
        drop(data);
        let realm = format!("Bearer realm=\"http://{}/token\",service=\"fake\"", self.shared.address);
        refused.then(|| self.error(401, "UNAUTHORIZED", &[("WWW-Authenticate", realm)]))
    }

    /// Faults that stay.
    pub fn bound(&mut self) -> Option<bool> {
        let again = match self.shared.fault {
            Fault::BodyLimit(limit) if self.header("content-length")?.parse::<usize>().unwrap() > limit => {
                self.hit();
                self.send(413, &[], b"");
                thread::sleep(Duration::from_millis(50));
                false
            }
            Fault::AtATime(most) if self.kind == Kind::Blob && self.shared.data().in_flight > most => {
                self.send(503, &[], b"")
            }
            Fault::Ranges(answer) if self.kind == Kind::Blob && self.header("range").is_some() => {
                write(self.stream, answer.as_bytes());
                false
            }
            _ => return None,
        };
        self.hit();
        Some(again)
    }

    /// Faults that need no right answer.
    pub fn broken(&mut self) -> Option<bool> {
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
    pub fn take_some_and_reset(&mut self) {
        let mut some = vec![0; 1 << 20];
        if self.body.read_exact(&mut some).is_ok() {
            let id = self.last();
            self.shared.data().uploads.entry(id).or_default().extend(some);
        }
        reset(self.stream);
    }
}

fn httpdate(seconds: u64) -> String {
    httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds))
}
