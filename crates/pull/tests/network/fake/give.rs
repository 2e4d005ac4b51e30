//! Manifests and blobs given out, whole or not.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use drydock_pull::digest::Digest;

use super::exchange::{CHUNK, Exchange};
use super::{Fault, reset, write};

impl Exchange<'_> {
    pub fn manifest(&self) -> bool {
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

    pub fn signed(&self) -> bool {
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

    pub fn blob(&mut self) -> bool {
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

    pub fn blob_bytes(&self) -> bool {
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

    pub fn body_bytes(&self, bytes: &Arc<Vec<u8>>, from: usize, to: usize, fault: Fault) -> bool {
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
}

fn parse_range(range: &str, len: usize) -> (usize, usize) {
    let (from, to) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    (from.parse().unwrap(), to.parse().map_or(len, |to: usize| to + 1))
}
