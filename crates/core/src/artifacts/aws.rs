//! ECR registries of the plan and the answers, and what AWS calls them.

use serde_json::{Value, json};

use super::Request;
use super::answers::{REGISTRY, host, path};
use super::copies::repositories;
use crate::credentials::EcrKeys;
use crate::credentials::ecr::{self, EcrHost};
use crate::image::reference::Reference;
use crate::image::version::Version;

/// A registry with a host of Amazon ECR.
pub struct Ecr {
    /// Without scheme: fit for `private_registries`.
    pub url: String,
    pub is_default: bool,
    /// Of the file; none where it has no plugin.
    pub keys: Option<EcrKeys>,
    /// Where images lie in the account, as `mirror` of `….amazonaws.com/mirror`; empty without a path.
    pub path: String,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Public,
    Private { account: String, region: String, partition: &'static str },
}

impl Ecr {
    /// None for any other host.
    pub fn new(url: &str, is_default: bool, keys: Option<EcrKeys>) -> Option<Self> {
        let url = url.trim().trim_start_matches("https://").trim_end_matches('/');
        // With a path that no image name can hold there is nothing to pull from.
        Reference::parse(&format!("{url}/a/b")).ok()?;
        let place = match EcrHost::parse(host(url))? {
            EcrHost::Public => Place::Public,
            EcrHost::Private { account, region, partition, .. } => {
                Place::Private { account: account.to_owned(), region: region.to_owned(), partition }
            }
        };
        Some(Self { url: url.to_owned(), is_default, keys, path: path(url).to_owned(), place })
    }

    pub fn host(&self) -> &str {
        host(&self.url)
    }

    /// Whether rke's plugin fetches tokens for it.
    pub fn is_known_to_rke(&self) -> bool {
        ecr::rke_region(&self.url).is_some()
    }
}

impl Request<'_> {
    /// Those of the file, sorted by url, then the one answered.
    pub fn ecr_registries(&self) -> Vec<Ecr> {
        let of_plan = self.plan.registries.entries.iter();
        let mut found: Vec<Ecr> = of_plan
            .filter_map(|(_, registry)| Ecr::new(&registry.url, registry.is_default, registry.ecr.clone()))
            .collect();
        if let Some(answered) = self.text(&REGISTRY).and_then(|registry| Ecr::new(&registry, true, None))
            && found.iter().all(|known| known.url != answered.url)
        {
            found.push(answered);
        }
        found
    }

    /// The private ECR registry to fill: the one answered, else the first.
    pub fn private_ecr(&self) -> Option<Ecr> {
        let answered = self.text(&REGISTRY);
        let mut all = self.ecr_registries();
        all.retain(|registry| registry.place != Place::Public);
        all.sort_by_key(|registry| Some(&registry.url) != answered.as_ref());
        all.into_iter().next()
    }

    /// From Kubernetes 1.27 on the kubelet asks a plugin of its own for ECR tokens. An unreadable version counts as new.
    pub fn kubelet_needs_provider(&self) -> bool {
        Version::from_kubernetes(&self.plan.kubernetes_version).is_ok_and(|v| v.is_in(">=1.27.0-rancher0"))
    }
}

/// Said where a generator has nothing to do without one.
const NO_ECR: &str =
    "the file names no ECR registry: answer `registry` with one, as 123456789012.dkr.ecr.eu-central-1.amazonaws.com";

pub fn any_ecr(request: &Request<'_>) -> Result<(), String> {
    if request.ecr_registries().is_empty() { Err(NO_ECR.to_owned()) } else { Ok(()) }
}

pub fn any_private_ecr(request: &Request<'_>) -> Result<(), String> {
    request.private_ecr().map(drop).ok_or_else(|| NO_ECR.to_owned())
}

impl Request<'_> {
    /// Repositories of the mirror in this registry, each once.
    pub fn repositories_in(&self, registry: &Ecr) -> Vec<String> {
        repositories(&self.copies(), registry.host())
    }

    /// Every private ECR registry whose host differs.
    pub fn private_ecrs(&self) -> Vec<Ecr> {
        let mut all = self.ecr_registries();
        all.retain(|registry| registry.place != Place::Public);
        all.dedup_by(|a, b| a.host() == b.host());
        all
    }
}

impl Ecr {
    /// Account, region and partition; none for the public registry.
    pub fn private(&self) -> Option<(&str, &str, &'static str)> {
        match &self.place {
            Place::Public => None,
            Place::Private { account, region, partition } => Some((account, region, partition)),
        }
    }
}

/// An IAM policy document.
pub fn policy(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The token of `docker login`: IAM cannot limit it to a registry.
pub fn allow_token() -> Value {
    json!({ "Sid": "Login", "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*" })
}

/// The actions on everything beside the mirror's repositories, as `repository/mirror/rancher/*`.
pub fn allow_on_repositories(request: &Request<'_>, sid: &str, actions: &[&str], registries: &[Ecr]) -> Value {
    let mut resources: Vec<String> = Vec::new();
    for registry in registries {
        let Some((account, region, partition)) = registry.private() else { continue };
        let mut folders: Vec<String> = request.repositories_in(registry).iter().map(|name| folder(name)).collect();
        if folders.is_empty() {
            folders.push(if registry.path.is_empty() { "*".to_owned() } else { format!("{}/*", registry.path) });
        }
        for folder in folders {
            let resource = format!("arn:{partition}:ecr:{region}:{account}:repository/{folder}");
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
    }
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources })
}

fn folder(repository: &str) -> String {
    repository.rsplit_once('/').map_or_else(|| repository.to_owned(), |(folder, _)| format!("{folder}/*"))
}
