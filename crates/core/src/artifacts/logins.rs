//! Registries with a login of their own, as the node and RKE2 files write them.

use super::answers::host;
use super::{Request, quote};
use crate::credentials::ecr::EcrHost;
use crate::credentials::{Registry, Secrets};
use crate::image::reference::Reference;

/// An entry of `private_registries` whose user and password can be written elsewhere.
pub struct Login {
    /// As in the file, path included; fit for an image name.
    pub url: String,
    pub user: String,
    /// The password, or a reference to the environment in its place.
    pub password: String,
}

impl Login {
    pub fn host(&self) -> &str {
        host(&self.url)
    }
}

impl Request<'_> {
    /// Entries with user and password, the default registry first, then by url. ECR is none of them: its tokens last twelve hours.
    pub fn logins(&self) -> Vec<Login> {
        let entries = self.plan.registries.entries.iter().map(|(_, registry)| registry);
        let mut kept: Vec<&Registry> =
            entries.filter(|registry| has_login(registry) && is_registry(&registry.url)).collect();
        kept.sort_by_key(|registry| !registry.is_default);
        kept.into_iter()
            .map(|registry| Login {
                url: registry.url.clone(),
                user: registry.user.clone(),
                password: match self.answers.secrets {
                    Secrets::Shown => registry.password.clone(),
                    Secrets::Masked => format!("${{{}}}", password_variable(&registry.url)),
                },
            })
            .collect()
    }

    /// Said where the files hold references: nothing expands them by itself.
    pub fn expansion(&self, file: &str) -> Option<String> {
        let names: Vec<String> = self.logins().iter().map(|login| password_variable(&login.url)).collect();
        let masked = self.answers.secrets == Secrets::Masked && !names.is_empty();
        // Named one by one: envsubst would also empty the $x of a user robot$x.
        let references: Vec<String> = names.iter().map(|name| format!("${{{name}}}")).collect();
        masked.then(|| {
            format!(
                "{} in the environment, then `envsubst '{}' < {file}`. A password with quotes or backslashes must be \
                 escaped by hand, or the file written with the secrets in it.",
                names.join(", "),
                references.join(" ")
            )
        })
    }
}

fn has_login(registry: &Registry) -> bool {
    registry.ecr.is_none() && !registry.user.is_empty() && !registry.password.is_empty()
}

/// Docker and Kubernetes look logins up by such a name.
pub fn is_registry(url: &str) -> bool {
    let fits = Reference::parse(&format!("{url}/a/b")).is_ok_and(|reference| reference.lookup_key() == url);
    fits && EcrHost::parse(host(url)).is_none()
}

fn password_variable(url: &str) -> String {
    format!("PASSWORD_{}", quote::variable(url))
}

/// Docker Hub's name among logins is older than its host.
pub fn docker_key(host: &str) -> &str {
    if host == "docker.io" { "https://index.docker.io/v1/" } else { host }
}
