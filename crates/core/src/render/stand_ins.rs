//! A text whose addresses and names are replaced by others of the same kind, for showing it to strangers.
//!
//! Found by place (the typed cluster), by key and by shape, so that a text that does not parse is covered as well; then
//! replaced wherever they stand alone, in comments too. The same name gets the same stand-in, so rke's answer and the
//! findings stay what they were as far as they do not hang on the name itself. Ranges, public registries, SSH users and
//! names inside a cloud stay.

mod shape;
#[cfg(test)]
mod tests;

use core::net::IpAddr;
use std::collections::BTreeMap;

use super::redact::Masked;
use crate::cluster::Cluster;
use crate::fix::{self, Edit, Fix, Safety};
use crate::schema::Schema;
use crate::text::{Span, Spanned};

/// A text with stand-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoodIn {
    pub text: String,
    /// How many different addresses and names were replaced.
    pub names: usize,
    /// In how many places.
    pub places: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Node,
    Registry,
    Host,
    /// Of AWS.
    Account,
}

/// An address or a name, where it is written in the text.
struct Found {
    span: Span,
    kind: Kind,
    /// What it says, where it is written with escapes.
    escaped: Option<String>,
}

/// Words that stay where they are not in the place of a name: as a node's name they tell nothing.
const ORDINARY: &[&str] = &[
    "admin",
    "bastion",
    "default",
    "docker",
    "false",
    "host",
    "image",
    "kubernetes",
    "localhost",
    "master",
    "node",
    "null",
    "rancher",
    "registry",
    "root",
    "server",
    "system",
    "true",
    "ubuntu",
    "worker",
];

/// Everybody's: the findings depend on them, and they tell nothing about a site.
const PUBLIC: &[&str] = &[
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "cluster.local",
    "docker.com",
    "docker.io",
    "ecr-public.aws.com",
    "gcr.io",
    "ghcr.io",
    "github.com",
    "githubusercontent.com",
    "googleapis.com",
    "k8s.io",
    "kubernetes.io",
    "localhost",
    "mcr.microsoft.com",
    "on.aws",
    "public.ecr.aws",
    "quay.io",
    "rancher.com",
    "rancher.io",
    "suse.com",
    "svc",
];

/// Replaces them in a text whose secrets are hidden already; `cluster` is what was read from the original.
pub fn stand_in(masked: &Masked, cluster: &Cluster) -> StoodIn {
    let text = masked.text.as_str();
    let mut found = placed(masked, cluster);
    found.extend(shape::keyed(text));
    found.extend(shape::shaped(text));
    found.sort_by_key(|found| found.span);
    let mut names = Names::default();
    let mut edits: Vec<Edit> = Vec::new();
    for Found { span, kind, escaped } in found {
        let written = &text[span.range()];
        let Some(stand_in) = names.of(escaped.as_deref().unwrap_or(written), kind) else { continue };
        let free = edits.last().is_none_or(|last| last.span.end <= span.start);
        // An ordinary word is a name only in this place; the others are found again below.
        if free && (escaped.is_some() || ordinary(written)) {
            edits.push(Edit::replace(span, cased(&stand_in, written)));
        }
    }
    names.add_neighbours(text);
    sweep(text, &names, &mut edits);
    let places = edits.len();
    let (text, _) = fix::apply(text, [&Fix::new("stand in", Safety::Safe, edits)]);
    StoodIn { text, names: names.count, places }
}

/// From the places where the cluster has addresses and names.
fn placed(masked: &Masked, cluster: &Cluster) -> Vec<Found> {
    let mut found = Vec::new();
    let mut add = |kind: Kind, written: &Spanned<String>| {
        let Some(host) = shape::host(&written.value).map(|range| &written.value[range]) else { return };
        let span = masked.span(written.span);
        let raw = masked.text.get(span.range()).unwrap_or_default();
        let (span, escaped) = match raw.find(host) {
            Some(at) => (Span::new(span.start + at, span.start + at + host.len()), None),
            // The quotes stay.
            None if raw.len() > 2 && raw.starts_with(['"', '\'']) => {
                (Span::new(span.start + 1, span.end - 1), Some(host.to_owned()))
            }
            None => (span, Some(host.to_owned())),
        };
        found.push(Found { span, kind, escaped });
    };
    for node in cluster.nodes.iter() {
        let written = [&node.address, &node.internal_address, &node.hostname_override];
        written.into_iter().flatten().for_each(|name| add(Kind::Node, name));
    }
    for registry in &cluster.registries {
        registry.url.iter().for_each(|url| add(Kind::Registry, url));
    }
    let config = &cluster.config;
    let bastion = config.at("bastion_host").and_then(|bastion| bastion.text("address"));
    bastion.iter().for_each(|address| add(Kind::Node, address));
    let etcd = config.at("services.etcd").map(|etcd| etcd.texts("external_urls")).unwrap_or_default();
    etcd.iter().for_each(|url| add(Kind::Node, url));
    let sans = config.at("authentication").map(|login| login.texts("sans")).unwrap_or_default();
    // The API server's own address inside the cluster is one of them.
    sans.iter().filter(|name| shape::address(&name.value).is_none()).for_each(|name| add(Kind::Node, name));
    for pinned in &cluster.system_images {
        if shape::image_host(&pinned.image.value).is_some() {
            add(Kind::Registry, &pinned.image);
        }
    }
    found
}

/// Each address and name, in lower case, with its stand-in.
#[derive(Default)]
struct Names {
    known: BTreeMap<String, String>,
    /// Of parsed addresses: one may be written in several ways.
    addresses: BTreeMap<IpAddr, String>,
    /// Other spellings that give a name away.
    neighbours: BTreeMap<String, String>,
    numbers: [usize; 6],
    /// Without neighbours.
    count: usize,
}

impl Names {
    /// None for what stays.
    fn of(&mut self, name: &str, kind: Kind) -> Option<String> {
        let name = name.to_ascii_lowercase();
        if let Some(known) = self.known.get(&name) {
            return Some(known.clone());
        }
        let stand_in = match (shape::address(&name), kind) {
            (Some(address), _) => self.address(address)?,
            (None, Kind::Account) => self.account(&name),
            (None, _) => self.host(&name, kind)?,
        };
        self.known.insert(name, stand_in.clone());
        Some(stand_in)
    }

    fn number(&mut self, series: usize) -> usize {
        self.numbers[series] += 1;
        self.count += 1;
        self.numbers[series]
    }

    fn address(&mut self, address: IpAddr) -> Option<String> {
        if !shape::tells(address) {
            return None;
        }
        if let Some(known) = self.addresses.get(&address) {
            return Some(known.clone());
        }
        let stand_in = match address {
            IpAddr::V4(_) => match self.number(0) {
                // The two networks that are kept free for documents, then the one for benchmarks.
                n @ 1..=254 => format!("192.0.2.{n}"),
                n @ 255..=508 => format!("198.51.100.{}", n - 254),
                n => format!("198.{}.{}.{}", 18 + (n >> 16 & 1), n >> 8 & 255, n & 255),
            },
            IpAddr::V6(_) => format!("2001:db8::{:x}", self.number(1)),
        };
        self.addresses.insert(address, stand_in.clone());
        Some(stand_in)
    }

    fn host(&mut self, name: &str, kind: Kind) -> Option<String> {
        if let Some((account, rest)) = name.split_once('.').filter(|(_, rest)| shape::is_ecr(rest)) {
            let account = self.of(account, Kind::Account)?;
            return Some(format!("{account}.{rest}"));
        }
        // A machine is nobody else's, whatever domain it is in.
        let public = if kind == Kind::Node || shape::is_machine(name) { &["localhost"] } else { PUBLIC };
        if !name.contains(char::is_alphabetic) || is_under(name, public) {
            return None;
        }
        let (series, word) = match kind {
            Kind::Registry => (2, "registry"),
            Kind::Node => (3, "node"),
            Kind::Host | Kind::Account => (4, "host"),
        };
        // What is no name for a host stays none.
        let valid = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
        let hyphen = if valid { '-' } else { '_' };
        let number = self.number(series);
        // The dot decides whether docker takes the first part of an image for a registry.
        let dotless = kind != Kind::Node && !name.contains('.');
        Some(format!("{word}{hyphen}{number}{}", if dotless { "" } else { ".example" }))
    }

    /// Of as many digits; from 123456789012 on.
    fn account(&mut self, account: &str) -> String {
        let number = self.number(5);
        match account.len() {
            12 => format!("{}", 123_456_789_011_u64 + number as u64),
            width if account.bytes().all(|b| b.is_ascii_digit()) => format!("{number:0>width$}"),
            _ => format!("account-{number}"),
        }
    }

    /// Other hosts of the same domains, first labels, and addresses with hyphens as clouds name their machines.
    fn add_neighbours(&mut self, text: &str) {
        let hosts: Vec<&String> = self.known.keys().filter(|name| shape::address(name).is_none()).collect();
        let domains: Vec<String> = hosts.iter().filter_map(|host| shape::domain(host)).map(str::to_owned).collect();
        let domains: Vec<&str> =
            domains.iter().map(String::as_str).filter(|domain| !is_under(domain, PUBLIC)).collect();
        for name in shape::names(text).map(|span| &text[span.range()]) {
            if is_under(&name.to_ascii_lowercase(), &domains) {
                self.of(name, Kind::Host);
            }
        }
        for (name, stand_in) in &self.known {
            if let Some(IpAddr::V4(_)) = shape::address(name) {
                self.neighbours.insert(name.replace('.', "-"), stand_in.replace('.', "-"));
            } else if let (Some((label, _)), Some((short, _))) = (name.split_once('.'), stand_in.split_once('.'))
                && label.len() > 4
                && label.contains(|c: char| c.is_ascii_digit())
                && label.contains(|c: char| c.is_ascii_alphabetic())
            {
                self.neighbours.insert(label.to_owned(), short.to_owned());
            }
        }
    }
}

/// Replaces every name that stands alone and is not replaced yet; longer ones first.
fn sweep(text: &str, names: &Names, edits: &mut Vec<Edit>) {
    let lower = text.to_ascii_lowercase();
    let known = names.known.iter().chain(names.neighbours.iter().filter(|(name, _)| !names.known.contains_key(*name)));
    let mut known: Vec<_> = known.filter(|(name, _)| !ordinary(name)).collect();
    known.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, stand_in) in known {
        for (at, _) in lower.match_indices(name.as_str()) {
            let span = Span::new(at, at + name.len());
            let taken = |edit: &Edit| edit.span.start < span.end && span.start < edit.span.end;
            if shape::stands_alone(text, span) && !edits.iter().any(taken) {
                edits.push(Edit::replace(span, cased(stand_in, &text[span.range()])));
            }
        }
    }
}

/// Upper case is a fault in some places: then it stays one.
fn cased(stand_in: &str, written: &str) -> String {
    if let (Some((account, _)), Some((_, rest))) = (stand_in.split_once('.'), written.split_once('.'))
        && shape::is_ecr(rest)
    {
        return format!("{account}.{rest}");
    }
    let upper = written.contains(|c: char| c.is_ascii_uppercase()) && shape::address(written).is_none();
    match stand_in.split_at_checked(1).filter(|_| upper) {
        Some((first, rest)) => first.to_ascii_uppercase() + rest,
        None => stand_in.to_owned(),
    }
}

/// Of the key table, or of everybody.
fn ordinary(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let mut keys = Schema::get().structs().iter().flat_map(|of| &of.keys);
    ORDINARY.contains(&word.as_str()) || keys.any(|key| key.name == word || key.values.contains(&word.as_str()))
}

fn is_under(name: &str, domains: &[&str]) -> bool {
    domains.iter().any(|domain| name.strip_suffix(domain).is_some_and(|head| head.is_empty() || head.ends_with('.')))
}
