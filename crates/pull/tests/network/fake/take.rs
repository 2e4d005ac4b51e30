//! Manifests and blobs taken in.

use std::sync::Arc;

use drydock_pull::digest::Digest;

use super::exchange::Exchange;
use super::{Data, Fault};

impl Exchange<'_> {
    pub fn put_manifest(&mut self) -> bool {
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
        if self.shared.fault == Fault::MountLies && !self.has_all(&data, &repository, &body) {
            data.hits += 1;
            drop(data);
            return self.send(400, &[], b"MANIFEST_BLOB_UNKNOWN");
        }
        let stored = (Arc::new(body), media_type);
        data.manifests.insert((repository.clone(), digest.to_string()), stored.clone());
        data.manifests.insert((repository, reference), stored);
        drop(data);
        self.send(201, &[("Docker-Content-Digest", digest.to_string())], b"")
    }

    fn has_all(&self, data: &Data, repository: &str, manifest: &[u8]) -> bool {
        let manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
        let digest = |blob: &serde_json::Value| blob["digest"].as_str().unwrap().parse::<Digest>().unwrap();
        let blobs = manifest["layers"].as_array().unwrap().iter().chain([&manifest["config"]]);
        blobs.map(digest).all(|digest| data.has.contains(&(repository.to_owned(), digest)))
    }

    pub fn upload(&mut self) -> bool {
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
                let ahead = matches!(self.shared.fault, Fault::NoMonolithicUpload | Fault::KeepsHalf);
                if closes && self.has_body() && ahead {
                    self.hit();
                    return self.error(415, "UNSUPPORTED", &[]);
                }
                let mut body = self.drain();
                if !closes && self.shared.fault == Fault::KeepsHalf {
                    body.truncate(body.len().div_ceil(2));
                }
                let mut data = self.shared.data();
                let upload = data.uploads.entry(id.clone()).or_default();
                // The closing request with all bytes does not add to those that a broken one left.
                if closes && !body.is_empty() {
                    upload.clear();
                }
                upload.extend(body);
                if !closes {
                    let range = ("Range", format!("0-{}", upload.len().max(1) - 1));
                    drop(data);
                    return self.send(202, &[("Location", self.path().to_owned()), range], b"");
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

    pub fn open_upload(&self, repository: &str) -> bool {
        let mount = self.query("mount").and_then(|digest| digest.parse::<Digest>().ok());
        let mut data = self.shared.data();
        if let (Some(digest), Some(from)) = (mount, self.query("from")) {
            let refused = matches!(self.shared.fault, Fault::MountRefused | Fault::MountIgnored);
            data.hits += usize::from(refused);
            if self.shared.fault == Fault::MountLies {
                drop(data);
                return self.send(201, &[], b"");
            }
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
        let mut location = format!("/v2/{repository}/blobs/uploads/{id}?state=x");
        if self.shared.fault == Fault::UploadElsewhere {
            self.hit();
            // By another name it is another host.
            location = format!("http://localhost:{}{location}", self.shared.address.port());
        }
        self.send(202, &[("Location", location)], b"")
    }
}
