//! Which image is copied where: what the air-gap files have in common.

use super::Request;
use super::answers::{self, REGISTRY, SCOPE};
use crate::image::reference::Reference;

/// Where projects publish: an entry for one holds a login, and no mirror of what others publish.
const PUBLIC: [&str; 8] = [
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "quay.io",
    "registry.k8s.io",
    "registry.suse.com",
];

/// Every image of a mirror, each once, in the order in which rke lists them.
#[derive(Default)]
pub struct Copies {
    pub copies: Vec<Copy>,
    /// Not image names at all: nothing can be copied.
    pub unreadable: Vec<String>,
    /// Pinned where the mirror does not reach: nodes pull these from there whatever the mirror holds.
    pub astray: Vec<String>,
    /// Those of `astray` that are not even Docker Hub's, so that nothing copies them.
    pub foreign: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// A valid reference where the image comes from; no host for Docker Hub.
    pub source: String,
    /// A valid reference where the cluster pulls it; none without a registry.
    pub target: Option<String>,
}

impl Copy {
    /// `rancher/rke-tools` of `registry.example.com/rancher/rke-tools:v1`.
    pub fn repository(image: &str) -> &str {
        let image = image.split('@').next().unwrap_or_default();
        let path = image.rfind('/').map_or(0, |slash| slash + 1);
        image[path..].find(':').map_or(image, |colon| &image[..path + colon])
    }
}

impl Copies {
    /// Source and target of what has a registry to go to.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.copies.iter().filter_map(|copy| Some((copy.source.as_str(), copy.target.as_deref()?))).collect()
    }

    /// Of [`Copies::pairs`] those that a tag names: docker pushes no others.
    pub fn tagged_pairs(&self) -> Vec<(&str, &str)> {
        self.pairs().into_iter().filter(|(source, _)| !source.contains('@')).collect()
    }

    /// Where images come from, each once.
    pub fn sources(&self) -> Vec<&str> {
        let mut sources: Vec<&str> = Vec::new();
        for copy in &self.copies {
            if !sources.contains(&copy.source.as_str()) {
                sources.push(&copy.source);
            }
        }
        sources
    }
}

impl Request<'_> {
    /// What the nodes pull, or all that the version has, and where each lies.
    pub fn copies(&self) -> Copies {
        let registry = self.text(&REGISTRY);
        let mut found = Copies::default();
        for image in self.wanted() {
            let Ok(reference) = Reference::parse(&image) else {
                push(&mut found.unreadable, image);
                continue;
            };
            let (prefix, source) = self.without_registry(&image);
            let is_foreign = prefix.is_none() && reference.host != "docker.io";
            if is_foreign || (prefix.is_none() && self.plan.prefix.is_some()) {
                push(&mut found.astray, image.clone());
            }
            if is_foreign {
                push(&mut found.foreign, image);
                continue;
            }
            let target = match (prefix, &registry) {
                // Pinned in a registry of the cluster that is not the default one: the nodes go there.
                (Some(prefix), _) if Some(prefix) != self.plan.prefix.as_deref() => Some(image.clone()),
                (_, Some(registry)) => Some(format!("{registry}/{source}")),
                (Some(_), None) => Some(image.clone()),
                (None, None) => None,
            };
            let copy = Copy { source: source.to_owned(), target };
            if !found.copies.contains(&copy) {
                found.copies.push(copy);
            }
        }
        found
    }

    fn wanted(&self) -> Vec<String> {
        let mut wanted: Vec<String> = self.plan.needed_images().into_iter().map(str::to_owned).collect();
        if self.text(&SCOPE).as_deref() == Some("version") {
            let all = self.plan.catalogue.listing(&self.plan.kubernetes_version).unwrap_or_default();
            let prefix = self.plan.prefix.as_ref().map(|prefix| format!("{prefix}/")).unwrap_or_default();
            for image in all.into_iter().map(|image| format!("{prefix}{image}")) {
                push(&mut wanted, image);
            }
        }
        wanted
    }

    /// The cluster's registry that the image lies in, and its name where everybody gets it.
    fn without_registry<'i>(&self, image: &'i str) -> (Option<&str>, &'i str) {
        let default = self.plan.prefix.as_deref();
        let of_cluster = self.plan.registries.entries.iter().map(|(key, _)| key.as_str());
        let is_mirror =
            |prefix: &&str| !PUBLIC.contains(prefix) || (Some(*prefix) == default && *prefix != "docker.io");
        let prefixes = of_cluster.chain(default).filter(is_mirror);
        let within = prefixes.filter_map(|prefix| Some((Some(prefix), image.strip_prefix(prefix)?.strip_prefix('/')?)));
        let host = image.strip_prefix("docker.io/").unwrap_or(image);
        within.min_by_key(|(_, rest)| rest.len()).unwrap_or((None, host))
    }
}

fn push(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The repositories to create in a registry that makes none by itself, within its host.
pub fn repositories(copies: &Copies, registry: &str) -> Vec<String> {
    let host = answers::host(registry);
    let mut names = Vec::new();
    for target in copies.copies.iter().filter_map(|copy| copy.target.as_deref()) {
        let within = Copy::repository(target).strip_prefix(host).and_then(|rest| rest.strip_prefix('/'));
        if let Some(name) = within {
            push(&mut names, name.to_owned());
        }
    }
    names
}
