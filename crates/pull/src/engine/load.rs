//! Images that this program has, given to the engine.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::query_parameters::ImportImageOptionsBuilder;
use futures_util::StreamExt as _;

use super::Engine;
use crate::archive::{Archive, docker_manifest};
use crate::digest::Digest;
use crate::error::Error;
use crate::manifest::{Content, Manifest, Platform};
use crate::progress::Done;
use crate::store::{Entry, index};
use crate::volume::{Pulse, Slice};

/// The engine answers when it has read and unpacked all.
const LONGEST: Duration = Duration::from_secs(3600);

impl Engine {
    /// What the engine runs.
    pub async fn platform(&self) -> Result<Platform, Error> {
        let what = || format!("the Docker Engine at {}", self.address);
        let version = self.docker.version().await.map_err(|error| self.fault(error).into_error(&what()))?;
        let known =
            |text: Option<String>, default: &str| text.filter(|text| !text.is_empty()).unwrap_or(default.to_owned());
        let (os, architecture) = (known(version.os, "linux"), known(version.arch, "amd64"));
        Ok(Platform { os, architecture, variant: None })
    }

    /// Whether the engine has the image of this manifest under the name. It keeps one that was loaded by its config's
    /// digest, one that was pulled by the manifest's.
    pub async fn has(&self, name: &str, manifest: &Manifest) -> Result<bool, Error> {
        let Content::Image { config, .. } = &manifest.content else { return Ok(false) };
        let found = self.id(name).await?;
        let digests = self.digests(name).await?;
        let is = |known: &str, digest: &Digest| known == digest.to_string();
        let loaded = found.is_some_and(|id| is(&id, &config.digest) || is(&id, &manifest.digest));
        Ok(loaded || digests.iter().any(|digest| is(digest, &manifest.digest)))
    }

    /// Loads one image, unless the engine has it, and asks whether it has it then. `blob` says where the parts are.
    pub async fn load(
        &self,
        name: &str,
        manifest: &Manifest,
        blob: impl Fn(&Digest) -> Result<Slice, Error>,
    ) -> Result<Done, Error> {
        let digest = manifest.digest.to_string();
        if self.has(name, manifest).await? {
            return Ok(Done { digest, already: true });
        }
        let parts = manifest.blobs().map(|part| part.digest).chain([manifest.digest]);
        let blobs = parts.map(|digest| Ok((digest, blob(&digest)?))).collect::<Result<BTreeMap<_, _>, Error>>()?;
        let entry = Entry { name: name.to_owned(), descriptor: manifest.descriptor() };
        let archive = Archive::new(&index(&[entry], None), &docker_manifest([(name, manifest)]), &blobs)?;
        let options = ImportImageOptionsBuilder::default().quiet(true).build();
        let docker = self.docker.clone().with_timeout(LONGEST);
        let mut lines = docker.import_image_stream(options, archive.stream(Pulse::default()), None);
        while let Some(line) = lines.next().await {
            let line = line.map_err(|error| self.fault(error).into_error(name))?;
            if let Some(words) = line.error_detail.and_then(|detail| detail.message) {
                return Err(super::from_words(500, &words).into_error(name));
            }
        }
        if self.has(name, manifest).await? {
            return Ok(Done { digest, already: false });
        }
        let found = self.id(name).await?.unwrap_or_else(|| "none".to_owned());
        Err(Error::Digest { what: name.to_owned(), expected: digest, found })
    }

    async fn id(&self, name: &str) -> Result<Option<String>, Error> {
        match self.docker.inspect_image(name).await {
            Ok(found) => Ok(found.id),
            Err(bollard::errors::Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(error) => Err(self.fault(error).into_error(name)),
        }
    }
}
