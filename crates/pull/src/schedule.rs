//! The whole batch: each image resolved, each blob once, the largest first.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use drydock_core::image::reference::Reference;
use tokio::task::JoinSet;

use crate::client::{Client, Place};
use crate::digest::Digest;
use crate::error::Error;
use crate::fetch::{self, Blob};
use crate::manifest::{Content, Descriptor, Manifest, Platform, choose};
use crate::transport::DOCKER_HUB_REGISTRY;

/// An image that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// As it was asked for.
    pub asked: String,
    /// In full, as `docker.io/library/busybox:latest`.
    pub name: String,
    pub place: Place,
    /// Tag or digest; of both the digest.
    pub reference: String,
}

/// What an image consists of.
#[derive(Debug)]
pub struct Resolved {
    pub wanted: Wanted,
    /// Its own first, then those of an index.
    pub manifests: Vec<Manifest>,
}

impl Wanted {
    pub fn parse(image: &str) -> Result<Self, Error> {
        let shown = image.escape_debug();
        let reference =
            Reference::parse(image).map_err(|error| Error::Usage(format!("`{shown}` is no image: {error}")))?;
        if reference.host.is_empty() {
            return Err(Error::Usage(format!("`{shown}` is no image: it names no registry")));
        }
        if reference.digest.as_deref().is_some_and(|digest| digest.parse::<Digest>().is_err()) {
            return Err(Error::Usage(format!("`{shown}` has a digest of another algorithm than sha256")));
        }
        let host = if reference.host == "docker.io" { DOCKER_HUB_REGISTRY } else { &reference.host };
        let suffix = match (&reference.tag, &reference.digest) {
            (_, Some(digest)) => format!("@{digest}"),
            (Some(tag), None) => format!(":{tag}"),
            (None, None) => ":latest".to_owned(),
        };
        Ok(Self {
            asked: image.to_owned(),
            name: format!("{}/{}{suffix}", reference.host, reference.path),
            place: Place { host: host.to_owned(), repository: reference.path.clone() },
            reference: suffix[1..].to_owned(),
        })
    }

    /// None where the image is named by its digest only.
    pub fn tag(&self) -> Option<&str> {
        (!self.reference.contains(':')).then_some(self.reference.as_str())
    }
}

impl Resolved {
    pub fn root(&self) -> &Manifest {
        &self.manifests[0]
    }

    pub fn blobs(&self) -> impl Iterator<Item = &Descriptor> {
        self.manifests.iter().flat_map(Manifest::blobs)
    }
}

/// The image for one platform, or with all it has.
pub async fn resolve(client: &Client, wanted: Wanted, platform: Option<&Platform>) -> Result<Resolved, Error> {
    let root = client.manifest(&wanted.place, &wanted.reference).await?;
    let Content::Index { manifests } = &root.content else { return Ok(Resolved { wanted, manifests: vec![root] }) };
    let absent = |answer| Error::NotFound { what: wanted.asked.clone(), answer };
    let chosen = match platform {
        Some(platform) => vec![choose(manifests, platform).map_err(absent)?],
        None => manifests.iter().collect(),
    };
    let mut images = Vec::with_capacity(chosen.len() + 1);
    for descriptor in chosen {
        let image = client.manifest(&wanted.place, &descriptor.digest.to_string()).await?;
        if image.is_index() {
            let why = "its index names another index".to_owned();
            return Err(Error::Malformed { what: wanted.asked.clone(), why });
        }
        images.push(image);
    }
    if platform.is_none() {
        images.insert(0, root);
    }
    Ok(Resolved { wanted, manifests: images })
}

/// All images at a time; in the order in which they were asked for.
pub async fn resolve_all(
    client: &Arc<Client>,
    wanted: Vec<Wanted>,
    platform: Option<&Platform>,
) -> Vec<(Wanted, Result<Resolved, Error>)> {
    let mut tasks = JoinSet::new();
    for (number, wanted) in wanted.into_iter().enumerate() {
        let (client, platform) = (Arc::clone(client), platform.cloned());
        tasks.spawn(async move { (number, wanted.clone(), resolve(&client, wanted, platform.as_ref()).await) });
    }
    let mut all = tasks.join_all().await;
    all.sort_by_key(|(number, ..)| *number);
    all.into_iter().map(|(_, wanted, resolved)| (wanted, resolved)).collect()
}

/// Each blob once, with all places that have it, the largest first. Of one digest there is one size.
pub fn blobs<'r>(images: impl IntoIterator<Item = &'r Resolved>) -> Result<Vec<Blob>, Error> {
    let mut blobs: BTreeMap<Digest, Blob> = BTreeMap::new();
    for image in images {
        for &Descriptor { digest, size, .. } in image.blobs() {
            let blob = blobs.entry(digest).or_insert_with(|| Blob { digest, size, places: Vec::new() });
            if blob.size != size {
                let why = format!("it gives blob {digest} {size} bytes, another image {}", blob.size);
                return Err(Error::Malformed { what: image.wanted.asked.clone(), why });
            }
            if !blob.places.contains(&image.wanted.place) {
                blob.places.push(image.wanted.place.clone());
            }
        }
    }
    let mut blobs: Vec<Blob> = blobs.into_values().collect();
    blobs.sort_by(|a, b| b.size.cmp(&a.size).then(a.digest.cmp(&b.digest)));
    Ok(blobs)
}

/// Fetches them all; `done` hears of each. A full or broken disk ends it at once: nothing else would come out better.
pub async fn fetch_all(
    client: &Arc<Client>,
    blobs: Vec<Blob>,
    parts: PathBuf,
    target: impl Fn(&Digest) -> PathBuf,
    mut done: impl FnMut(Digest, Result<(), Error>),
) -> Result<(), Error> {
    let mut tasks = JoinSet::new();
    for blob in blobs {
        let (client, parts, target) = (Arc::clone(client), parts.clone(), target(&blob.digest));
        tasks.spawn(async move {
            let result = fetch::blob(&client, &blob, &parts, &target).await;
            (blob.digest, result)
        });
    }
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok((_, Err(error @ (Error::Disk { .. } | Error::Space { .. })))) => return Err(error),
            Ok((digest, result)) => done(digest, result),
            Err(error) => return Err(Error::Disk { path: parts, source: io::Error::other(error) }),
        }
    }
    Ok(())
}

/// The same error once more: one blob is missing in several images.
pub fn repeated(error: &Error) -> Error {
    match error {
        Error::Credentials { registry, why } => Error::Credentials { registry: registry.clone(), why: why.clone() },
        Error::Denied { what, answer } => Error::Denied { what: what.clone(), answer: answer.clone() },
        Error::NotFound { what, answer } => Error::NotFound { what: what.clone(), answer: answer.clone() },
        Error::Network { what, source } => {
            Error::Network { what: what.clone(), source: crate::error::chain(source.as_ref()).into() }
        }
        Error::Status { what, status, answer } => {
            Error::Status { what: what.clone(), status: *status, answer: answer.clone() }
        }
        Error::Malformed { what, why } => Error::Malformed { what: what.clone(), why: why.clone() },
        Error::Digest { what, expected, found } => {
            Error::Digest { what: what.clone(), expected: expected.clone(), found: found.clone() }
        }
        Error::Disk { path, source } => {
            Error::Disk { path: path.clone(), source: io::Error::new(source.kind(), source.to_string()) }
        }
        Error::Interrupted => Error::Interrupted,
        other => Error::Usage(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_docker_does() {
        let wanted = Wanted::parse("busybox").unwrap();
        assert_eq!(wanted.name, "docker.io/library/busybox:latest");
        assert_eq!(wanted.place.host, DOCKER_HUB_REGISTRY);
        let wanted = Wanted::parse("r.example:5000/a/b:v1").unwrap();
        assert_eq!((wanted.place.to_string(), wanted.tag()), ("r.example:5000/a/b".to_owned(), Some("v1")));
        let digest = Digest::of(b"");
        let wanted = Wanted::parse(&format!("r.example/a:v1@{digest}")).unwrap();
        assert_eq!((wanted.reference.as_str(), wanted.tag()), (digest.to_string().as_str(), None));
        for image in ["", "a:b:c", "UPPER", &format!("a@sha512:{}", "0".repeat(128))] {
            assert_eq!(Wanted::parse(image).unwrap_err().exit_code(), 2, "{image}");
        }
    }
}
