//! What of a message lies in the file: the findings that explain it, and the place that it is about.

use super::Cause;
use super::pattern::Captures;
use super::table::{Entry, Look};
use crate::Checked;
use crate::cluster::value::{Shape, Value};
use crate::credentials::{Auth, Lookup, Registry};
use crate::diagnostic::Diagnostic;
use crate::image::reference::Reference;
use crate::plan::Source;
use crate::render::json::place;
use crate::render::redact::Redactor;
use crate::text::{LineIndex, Span, visible};

/// Services that take `extra_args`.
const SERVICES: [&str; 6] = ["etcd", "kube-api", "kube-controller", "scheduler", "kubelet", "kubeproxy"];

/// Most findings that one message is put down to.
const CAUSES_MAX: usize = 5;

/// The file that a log belongs to.
pub struct Case<'c> {
    pub checked: &'c Checked,
    pub secrets: Redactor,
    text: &'c str,
    index: LineIndex<'c>,
}

/// What a message is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub image: Option<String>,
    pub host: Option<String>,
    /// For a person: image, else host, else what the message names.
    pub about: Option<String>,
}

impl<'c> Case<'c> {
    pub fn new(text: &'c str, checked: &'c Checked) -> Self {
        let secrets = Redactor::find(text, &checked.cluster);
        Self { checked, secrets, text, index: LineIndex::new(text) }
    }

    /// The rule whose finding in this file says the line word by word.
    pub fn own_refusal(&self, line: &str) -> Option<&'static str> {
        let says = |d: &&Diagnostic| d.refusal.as_ref().is_some_and(|r| !r.panic && says(line, &r.error));
        self.checked.diagnostics.iter().find(says).map(|d| d.code)
    }

    /// Where in the line what rke says of a finding of the rule begins.
    pub fn said_at(&self, code: &str, line: &str) -> Option<usize> {
        let of_rule = self.checked.diagnostics.iter().filter(|d| d.code == code);
        of_rule.filter_map(|d| d.refusal.as_ref()).find_map(|refusal| said_at(line, &refusal.error))
    }

    pub fn refused(&self, code: &str, line: &str, at_line: Option<usize>, at: &str) -> Vec<Cause> {
        let mut found: Vec<&Diagnostic> = self.checked.diagnostics.iter().filter(|d| d.code == code).collect();
        let on_line = |d: &&Diagnostic| at_line == Some(self.index.position(d.span.start).line);
        let exact = |d: &&Diagnostic| d.refusal.as_ref().is_some_and(|refusal| says(line, &refusal.error));
        if found.iter().any(on_line) {
            found.retain(on_line);
        } else if found.iter().any(exact) {
            found.retain(exact);
        }
        if found.is_empty() && !at.is_empty() {
            return self.not_now(at).into_iter().collect();
        }
        found.into_iter().take(CAUSES_MAX).map(|d| self.finding(d)).collect()
    }

    /// The file as it is now would not be refused for this.
    fn not_now(&self, at: &str) -> Option<Cause> {
        let field = self.checked.cluster.config.field_at(at)?;
        let value = match &field.value.shape {
            Shape::Text(text) => format!(" is `{text}` here"),
            _ => " is here".to_owned(),
        };
        let message = format!("`{at}`{value}: for this file rke does not say so");
        Some(self.cause(field.key, at, message))
    }

    pub fn subject(&self, line: &str, captures: &Captures<'_>) -> Subject {
        let named = captures.get("image").map(word).and_then(|name| self.named(name));
        let image = named.or_else(|| self.image_in(line));
        let image = image.or_else(|| self.ecr_image(captures));
        let named = captures.get("host").map(|host| host.split(':').next().unwrap_or_default().to_owned());
        let of_image = || Reference::parse(image.as_deref()?).ok().map(|reference| reference.host);
        let host = named.or_else(of_image).or_else(|| url_host(line));
        let other = ["flag", "action", "repository", "found"].into_iter().find_map(|name| captures.get(name));
        let about = image.clone().or_else(|| host.clone()).or_else(|| other.map(str::to_owned));
        Subject { image, host, about }
    }

    /// The image behind a name, from which docker leaves out the tag where it was denied.
    fn named(&self, name: &str) -> Option<String> {
        let tagged = |image: &&String| image.strip_prefix(name).is_some_and(|rest| rest.starts_with([':', '@']));
        let own = || self.checked.plan.images.iter().map(|planned| &planned.image).find(tagged).cloned();
        let plain = || (name.contains('/') && Reference::parse(name).is_ok()).then(|| name.to_owned());
        as_image(name).or_else(own).or_else(plain)
    }

    /// An image of this cluster that the line names, else the first word that can be nothing else.
    fn image_in(&self, line: &str) -> Option<String> {
        let needed = self.checked.plan.images.iter().map(|planned| planned.image.as_str());
        let words = || line.split(|c: char| c.is_whitespace() || "\"'`,;()[]{}\\=".contains(c)).map(word);
        let own = needed.filter(|image| !image.is_empty()).find(|image| words().any(|word| word == *image));
        own.map(str::to_owned).or_else(|| words().find_map(as_image))
    }

    /// ECR names repository and account, and not the host.
    fn ecr_image(&self, captures: &Captures<'_>) -> Option<String> {
        let (repository, account) = (captures.get("repository")?, captures.get("account")?);
        let images = self.checked.plan.images.iter().map(|planned| &planned.image);
        let fits = |image: &&String| {
            Reference::parse(image)
                .is_ok_and(|name| name.path == repository && name.host.split('.').next() == Some(account))
        };
        images.clone().find(fits).cloned()
    }

    pub fn causes(&self, entry: &Entry, subject: &Subject) -> Vec<Cause> {
        let mut causes = match entry.look {
            Look::Nowhere => Vec::new(),
            Look::Credentials => self.credentials(subject),
            Look::Registry => self.entries_of(subject).map(|r| self.entry(r, "this is the registry")).collect(),
            Look::Name => self.name(subject).into_iter().collect(),
            Look::RegistryPath => self.paths(),
            Look::Node => self.nodes(subject),
            Look::EcrPlugin => self.plugins(subject),
            Look::Argument => self.arguments(subject),
            Look::Version => self.version(subject),
        };
        let explains = |d: &&Diagnostic| entry.rules.contains(&d.code) && self.concerns(d, subject);
        let mut findings: Vec<_> = self.checked.diagnostics.iter().filter(explains).collect();
        findings.sort_by_key(|d| entry.rules.iter().position(|code| *code == d.code));
        let findings = findings.into_iter().map(|d| self.finding(d));
        causes.splice(0..0, findings);
        causes.truncate(CAUSES_MAX);
        causes
    }

    /// Findings of other registries and other images are not to blame.
    fn concerns(&self, diagnostic: &Diagnostic, subject: &Subject) -> bool {
        let plan = &self.checked.plan;
        if let Some(rest) = diagnostic.at.strip_prefix("private_registries[") {
            let Some(host) = &subject.host else { return true };
            let index = rest.split(']').next().and_then(|index| index.parse::<usize>().ok());
            let entry = index.and_then(|index| self.checked.cluster.registries.get(index));
            let Some(url) = entry.map(|entry| entry.url.as_ref().map_or("docker.io", |url| &url.value)) else {
                return true;
            };
            // A bare name in the url is a path of Docker Hub.
            return host_of(url) == host || (host == "docker.io" && !url.contains(['.', ':']));
        }
        if let Some(planned) = diagnostic.at.strip_prefix("system_images.").and_then(|key| plan.image(key)) {
            let host = |host: &String| Reference::parse(&planned.image).is_ok_and(|name| name.host == *host);
            return match (&subject.image, &subject.host) {
                (Some(image), _) => planned.image == *image,
                (None, named) => named.as_ref().is_none_or(host),
            };
        }
        if diagnostic.code == "D101" {
            return diagnostic.at.contains("private_registries");
        }
        true
    }

    fn entries_of(&self, subject: &Subject) -> impl Iterator<Item = &Registry> {
        let host = subject.host.clone();
        let entries = self.checked.plan.registries.entries.iter();
        entries.filter(move |(url, _)| host.as_deref() == Some(host_of(url))).map(|(_, registry)| registry)
    }

    fn credentials(&self, subject: &Subject) -> Vec<Cause> {
        let Some(image) = &subject.image else {
            return self.entries_of(subject).map(|registry| self.entry(registry, "this is the registry")).collect();
        };
        let registries = &self.checked.plan.registries;
        let sent = match registries.lookup(image) {
            Lookup::Invalid(_) => return self.name(subject).into_iter().collect(),
            Lookup::Missing { key } => {
                let missing = format!("rke looks for the url `{key}`, which no entry has");
                let near: Vec<_> = self
                    .entries_of(subject)
                    .map(|registry| self.entry(registry, &format!("{missing}: `{}` is another", registry.url)))
                    .collect();
                if !near.is_empty() {
                    return near;
                }
                let named = self.name(subject);
                let at = "private_registries";
                let field = self.checked.cluster.config.field(at);
                let listed = field.map(|field| self.cause(field.key, at, missing.clone()));
                return listed.into_iter().chain(named).collect();
            }
            Lookup::Found { key, auth } => {
                let Some(registry) = registries.get(&key) else { return Vec::new() };
                let said = match auth {
                    Auth::Basic if registry.user.is_empty() && registry.password.is_empty() => {
                        "rke finds this entry, and it has no login: an empty one is sent".to_owned()
                    }
                    Auth::Basic => format!("rke sends the login of user `{}` from here", registry.user),
                    Auth::Ecr { region } => {
                        let keys = registry
                            .ecr
                            .as_ref()
                            .is_some_and(|keys| !keys.access_key_id.is_empty() && !keys.secret_access_key.is_empty());
                        let by = if keys { "the keys of this entry" } else { "the identity of the machine it runs on" };
                        format!("rke asks ECR in {region} for a token, with {by}")
                    }
                    Auth::NotEcr(error) => format!("the plugin is on, and the url is none of ECR to rke: {error}"),
                };
                self.entry(registry, &said)
            }
        };
        vec![sent]
    }

    /// Where the name of the image comes from.
    fn name(&self, subject: &Subject) -> Option<Cause> {
        let plan = &self.checked.plan;
        let planned = match &subject.image {
            Some(image) => plan.images.iter().find(|planned| planned.image == *image),
            None => plan.images.iter().find(|p| !p.needs.is_empty() && matches!(p.lookup, Lookup::Invalid(_))),
        }?;
        match planned.source {
            Source::File(span) => {
                let at = format!("system_images.{}", planned.key);
                let message = format!("the name is written here: `{}`", planned.image);
                Some(self.cause(span, &at, message))
            }
            Source::DefaultRegistry => {
                let default = self.checked.cluster.registries.iter().position(|entry| entry.is_default())?;
                let message = format!("rke puts this url in front of `{}`", planned.upstream.as_deref().unwrap_or(""));
                let url = self.checked.cluster.registries[default].url.as_ref()?;
                Some(self.cause(url.span, &format!("private_registries[{default}].url"), message))
            }
            Source::Version => {
                let message =
                    format!("the name is that of {}: no default registry is put before it", plan.kubernetes_version);
                let span = self.checked.cluster.kubernetes_version.as_ref()?.span;
                Some(self.cause(span, "kubernetes_version", message))
            }
        }
    }

    fn paths(&self) -> Vec<Cause> {
        let defaults = self.checked.plan.registries.entries.iter().filter(|(_, r)| r.is_default);
        let with_path = defaults.filter(|(url, _)| url.contains('/'));
        with_path.map(|(_, r)| self.entry(r, "the default registry has more than host and port")).collect()
    }

    fn nodes(&self, subject: &Subject) -> Vec<Cause> {
        let Some(host) = &subject.host else { return Vec::new() };
        let nodes = self.checked.cluster.nodes.iter().enumerate();
        let named = nodes.filter(|(_, node)| node.address() == host || node.hostname() == *host);
        let cause = |(index, node): (usize, &crate::cluster::Node)| {
            let span = node.address.as_ref().map_or(node.span, |address| address.span);
            let planned = self.checked.plan.nodes.iter().find(|planned| planned.address == *host);
            let message = planned.map_or_else(
                || "this is the node".to_owned(),
                |n| format!("this is the node: rke dials {}@{}:{} with {}", n.user, n.address, n.port, n.key_path),
            );
            self.cause(span, &format!("nodes[{index}].address"), message)
        };
        named.map(cause).collect()
    }

    fn plugins(&self, subject: &Subject) -> Vec<Cause> {
        let with = |registry: &&Registry| registry.ecr.is_some();
        let mut here: Vec<_> = self.entries_of(subject).filter(with).collect();
        if here.is_empty() {
            here = self.checked.plan.registries.entries.iter().map(|(_, registry)| registry).filter(with).collect();
        }
        here.into_iter().map(|registry| self.entry(registry, "the ECR plugin is on here")).collect()
    }

    fn arguments(&self, subject: &Subject) -> Vec<Cause> {
        let Some(flag) = &subject.about else { return Vec::new() };
        let mut causes = Vec::new();
        for service in SERVICES {
            for block in ["extra_args", "extra_args_array"] {
                let at = format!("services.{service}.{block}");
                let field = self.checked.cluster.config.at(&at).and_then(|args: &Value| args.field(flag));
                let message =
                    format!("the argument is given here, for Kubernetes {}", self.checked.plan.kubernetes_version);
                causes.extend(field.map(|field| self.cause(field.key, &format!("{at}.{flag}"), message)));
            }
        }
        causes
    }

    fn version(&self, subject: &Subject) -> Vec<Cause> {
        let version = &self.checked.plan.kubernetes_version;
        let docker = self.checked.plan.catalogue.docker_versions(version).join(", ");
        let message = format!("for {version} rke takes Docker {docker}");
        let written = self.checked.cluster.kubernetes_version.as_ref();
        let named = written.map(|written| self.cause(written.span, "kubernetes_version", message));
        named.into_iter().chain(self.nodes(subject)).collect()
    }

    fn entry(&self, registry: &Registry, message: &str) -> Cause {
        let written = self.checked.cluster.registries.get(registry.index);
        let url = written.and_then(|entry| entry.url.as_ref());
        let at = format!("private_registries[{}]", registry.index);
        match url {
            Some(url) => self.cause(url.span, &format!("{at}.url"), message.to_owned()),
            None => self.cause(registry.span, &at, message.to_owned()),
        }
    }

    fn finding(&self, diagnostic: &Diagnostic) -> Cause {
        Cause {
            code: Some(diagnostic.code),
            help: diagnostic.help.as_deref().map(|help| self.secrets.hide(help)),
            ..self.cause(diagnostic.span, &diagnostic.at, diagnostic.message.clone())
        }
    }

    fn cause(&self, span: Span, at: &str, message: String) -> Cause {
        let span = visible(self.text, span);
        Cause {
            code: None,
            message: self.secrets.hide(&message),
            help: None,
            at: at.to_owned(),
            start: place(&self.index, span.start),
            end: place(&self.index, span.end),
        }
    }
}

/// Whether one of the lines of rke's text stands in the line, less what rke puts before it.
fn says(line: &str, error: &str) -> bool {
    said_at(line, error).is_some()
}

/// Where a line of the error begins in the line of the log.
fn said_at(line: &str, error: &str) -> Option<usize> {
    let told = error.lines().map(str::trim).filter(|told| !told.ends_with(':'));
    let bare = |told: &str| match told.split_once(": ") {
        Some((prefix, rest)) if prefix.starts_with("Failed to ") => rest.to_owned(),
        _ => told.to_owned(),
    };
    told.map(bare).filter(|told| !told.is_empty()).find_map(|told| line.find(&told))
}

fn word(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || "\"'`[]:,.".contains(c))
}

/// A name with a tag or digest and a path, or the address of its manifest.
fn as_image(word: &str) -> Option<String> {
    if let Some((_, rest)) = word.split_once("://") {
        let (host, path) = rest.split_once("/v2/")?;
        let host = hub(host);
        let (name, tag) = path.split_once("/manifests/")?;
        let sign = if tag.contains(':') { '@' } else { ':' };
        return as_image(&format!("{host}/{name}{sign}{tag}"));
    }
    let reference = Reference::parse(word).ok().filter(|_| word.contains('/'))?;
    let host = reference.host != "docker.io" && reference.path.contains('/');
    (reference.tag.is_some() || reference.digest.is_some() || host).then(|| word.to_owned())
}

fn url_host(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("https://").or_else(|| line.split_once("http://"))?;
    let host = rest.split(|c: char| c.is_whitespace() || "/\"'?,;)]".contains(c)).next()?;
    let host = host.rsplit('@').next().unwrap_or_default();
    (!host.is_empty()).then(|| hub(host).to_owned())
}

/// Docker Hub answers under another name than the one its images have.
fn hub(host: &str) -> &str {
    if host == "registry-1.docker.io" { "docker.io" } else { host }
}

fn host_of(url: &str) -> &str {
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    url.split('/').next().unwrap_or_default()
}
