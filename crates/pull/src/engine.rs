//! The Docker Engine: pulls as rke asks for them, except that a failure is a failure.

mod load;

use std::collections::BTreeMap;

use bollard::Docker;
use bollard::auth::DockerCredentials;
use bollard::errors::Error as EngineError;
use bollard::query_parameters::CreateImageOptionsBuilder;
use drydock_core::image::reference::Reference;
use futures_util::StreamExt as _;

use crate::credentials::{Credential, Keychain};
use crate::error::{Cause, Error};
use crate::progress::{Done, Event, Events};
use crate::retry::{Fault, Policy, Tries};

const SOCKET: &str = "unix:///var/run/docker.sock";
/// Header in which the login goes to the engine.
const LOGIN: &str = "x-registry-auth";

pub struct Engine {
    docker: Docker,
    /// As messages name it.
    address: String,
    keychain: Keychain,
    policy: Policy,
    events: Events,
}

impl Engine {
    /// Where DOCKER_HOST says, else at docker's socket; in the version of its protocol that it speaks.
    pub async fn connect(
        env: &BTreeMap<String, String>,
        keychain: Keychain,
        policy: Policy,
        events: Events,
    ) -> Result<Self, Error> {
        let address = env.get("DOCKER_HOST").filter(|host| !host.is_empty());
        let address = address.map_or(SOCKET, String::as_str);
        let unreachable = |error: EngineError| Error::Network {
            what: format!("the Docker Engine at {address}"),
            source: error.into(),
        };
        // The library writes the login in the alphabet with + and /, which the engine takes for no login at all.
        let docker = Docker::connect_with_host(address).map_err(unreachable)?.with_request_modifier(|mut request| {
            let login = request.headers().get(LOGIN).and_then(|value| value.to_str().ok());
            if let Some(login) = login.and_then(|login| login.replace('+', "-").replace('/', "_").parse().ok()) {
                request.headers_mut().insert(LOGIN, login);
            }
            request
        });
        // While it unpacks a layer an engine says less than a connection does.
        let policy = Policy { silence: policy.silence * 4, ..policy };
        let docker = docker.with_timeout(policy.silence).negotiate_version().await.map_err(unreachable)?;
        Ok(Self { docker, address: address.to_owned(), keychain, policy, events })
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// Pulls unless the engine has what the registry has, then compares the digests of both.
    pub async fn pull(&self, image: &str) -> Result<Done, Error> {
        let reference = Reference::parse(image)
            .map_err(|why| Error::Malformed { what: format!("image `{image}`"), why: why.to_string() })?;
        let expected = self.registry_digest(image, &reference).await?;
        if self.digests(image).await?.contains(&expected) {
            return Ok(Done { digest: expected, already: true });
        }
        self.insist(image, &reference, async |login| {
            self.pull_once(image, &reference, login).await?;
            match self.try_digests(image).await?.is_empty() {
                true => Err(Fault::Strange("the pull ended without the image".to_owned())),
                false => Ok(()),
            }
        })
        .await?;
        let found = self.digests(image).await?;
        if found.contains(&expected) {
            return Ok(Done { digest: expected, already: false });
        }
        // A tag may have moved in between: what counts is what the registry says now.
        let moved = self.registry_digest(image, &reference).await?;
        if found.contains(&moved) {
            return Ok(Done { digest: moved, already: false });
        }
        Err(Error::Digest { what: image.to_owned(), expected: moved, found: found.join(", ") })
    }

    /// The digest of what the registry has under the name, as the engine reads it there.
    pub async fn registry_digest(&self, image: &str, reference: &Reference) -> Result<String, Error> {
        self.insist(image, reference, async |login| {
            let asked = self.docker.inspect_registry_image(image, login).await;
            let answer = asked.map_err(|error| self.fault(error))?;
            answer.descriptor.digest.ok_or_else(|| Fault::Strange("the engine names no digest".to_owned()))
        })
        .await
    }

    /// The digests under which the engine knows the image; none where it has none of that name.
    pub async fn digests(&self, image: &str) -> Result<Vec<String>, Error> {
        let mut tries = Tries::new(&self.policy, image);
        loop {
            match self.try_digests(image).await {
                Ok(digests) => return Ok(digests),
                Err(fault) => self.pause(&mut tries, fault).await?,
            }
        }
    }

    async fn try_digests(&self, image: &str) -> Result<Vec<String>, Fault> {
        let name = Reference::parse(image).ok().map(|reference| (reference.host, reference.path));
        match self.docker.inspect_image(image).await {
            Ok(found) => Ok(found
                .repo_digests
                .unwrap_or_default()
                .iter()
                .filter_map(|known| {
                    let known = Reference::parse(known).ok()?;
                    // An image may have come under other names too, whose registries give it other digests.
                    if Some((known.host, known.path)) == name { known.digest } else { None }
                })
                .collect()),
            Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => Ok(Vec::new()),
            Err(error) => Err(self.fault(error)),
        }
    }

    async fn pull_once(
        &self,
        image: &str,
        reference: &Reference,
        login: Option<DockerCredentials>,
    ) -> Result<(), Fault> {
        let mut options = CreateImageOptionsBuilder::default().from_image(image);
        if reference.tag.is_none() && reference.digest.is_none() {
            // Without a tag the engine pulls them all.
            options = options.tag("latest");
        }
        let mut lines = self.docker.create_image(Some(options.build()), None, login);
        let mut layers = BTreeMap::<String, u64>::new();
        loop {
            let line = tokio::time::timeout(self.policy.silence, lines.next());
            let line = line.await.map_err(|_| Fault::Silent(self.policy.silence))?;
            let Some(line) = line else { return Ok(()) };
            let line = line.map_err(|error| self.fault(error))?;
            if let Some(detail) = line.error_detail {
                return Err(from_words(500, detail.message.as_deref().unwrap_or("an error without words")));
            }
            let current = line.progress_detail.and_then(|detail| detail.current).and_then(|at| u64::try_from(at).ok());
            if let (Some(id), Some(current), Some("Downloading")) = (line.id, current, line.status.as_deref()) {
                let before = layers.insert(id, current).unwrap_or(0);
                self.events.bytes(current.saturating_sub(before));
            }
        }
    }

    /// Tries until it succeeds, with a new login once where the first is refused.
    async fn insist<T>(
        &self,
        image: &str,
        reference: &Reference,
        work: impl AsyncFn(Option<DockerCredentials>) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let mut tries = Tries::new(&self.policy, image);
        let mut refreshed = false;
        loop {
            let login = self.keychain.get(&reference.host, &reference.path, refreshed).await?;
            let fault = match work(to_docker(&login)).await {
                Ok(done) => return Ok(done),
                Err(fault) => fault,
            };
            if fault.status() == Some(401) {
                if login == Credential::Anonymous || refreshed {
                    return Err(fault.into_error(image));
                }
                refreshed = true;
                continue;
            }
            self.pause(&mut tries, fault).await?;
        }
    }

    async fn pause(&self, tries: &mut Tries<'_>, fault: Fault) -> Result<(), Error> {
        let reason = fault.to_string();
        let pause = tries.again(fault)?;
        self.events.send(Event::Retry { what: tries.what().to_owned(), reason, pause });
        tokio::time::sleep(pause).await;
        Ok(())
    }

    fn fault(&self, error: EngineError) -> Fault {
        match error {
            EngineError::DockerResponseServerError { status_code, message } => from_words(status_code, &message),
            EngineError::DockerStreamError { error } => from_words(500, &error),
            EngineError::RequestTimeoutError => Fault::Silent(self.policy.silence),
            EngineError::JsonDataError { .. } | EngineError::JsonSerdeError { .. } => {
                Fault::Strange("the engine answers what is no JSON".to_owned())
            }
            error => {
                let text = crate::error::chain(&error);
                let what = format!("the Docker Engine at {}", self.address);
                match text.contains("ermission denied") {
                    true => Fault::Final(Error::Network { what, source: Cause::from(error) }),
                    // It answered before: somebody starts it anew, say.
                    false => Fault::Connection(format!("{what}: {text}").into()),
                }
            }
        }
    }
}

/// What a registry said reaches us in the engine's words, mostly under status 500.
fn from_words(status: u16, words: &str) -> Fault {
    let said = |signs: &[&str]| signs.iter().any(|sign| words.to_ascii_lowercase().contains(sign));
    let status = if said(&["toomanyrequests", "too many requests", "status: 429"]) {
        429
    } else if said(&[
        "unauthorized",
        "denied",
        "no basic auth credentials",
        "authentication required",
        "token has expired",
    ]) {
        401
    } else if said(&["manifest unknown", "name unknown", "not found", "no matching manifest"]) {
        404
    } else if said(&["no space left"]) {
        let source = std::io::Error::new(std::io::ErrorKind::StorageFull, words.to_owned());
        return Fault::Final(Error::Disk { path: "the engine's data folder".into(), source });
    } else if said(&["x509", "certificate"]) {
        let what = "the engine's connection to the registry".to_owned();
        return Fault::Final(Error::Network { what, source: words.to_owned().into() });
    } else {
        status
    };
    Fault::Status { status, retry_after: None, answer: words.trim().to_owned() }
}

/// As rke sends it: user and password; nothing without a login.
fn to_docker(login: &Credential) -> Option<DockerCredentials> {
    let none = DockerCredentials::default;
    match login {
        Credential::Anonymous => None,
        Credential::Basic { user, password } => Some(DockerCredentials {
            username: Some(user.clone()),
            password: Some(password.expose().to_owned()),
            ..none()
        }),
        Credential::IdentityToken(token) => {
            Some(DockerCredentials { identitytoken: Some(token.expose().to_owned()), ..none() })
        }
        Credential::Bearer(token) => {
            Some(DockerCredentials { registrytoken: Some(token.expose().to_owned()), ..none() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_words_tell_what_the_registry_said() {
        for (words, exit) in [
            ("toomanyrequests: You have reached your unauthenticated pull rate limit", 5),
            ("received unexpected HTTP status: 503 Service Unavailable", 5),
            ("unauthorized: authentication required", 3),
            ("pull access denied for a, repository does not exist or may require 'docker login'", 3),
            ("no basic auth credentials", 3),
            ("manifest for a:v1 not found: manifest unknown: manifest unknown", 4),
            ("write /var/lib/docker/tmp/x: no space left on device", 7),
            ("x509: certificate signed by unknown authority", 5),
        ] {
            assert_eq!(from_words(500, words).into_error("a").exit_code(), exit, "{words}");
        }
        assert!(from_words(500, "toomanyrequests").is_throttling());
    }
}
