//! What addresses and names of hosts look like, wherever they stand.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::super::redact::{key_before, value_of};
use super::{Found, Kind, ordinary};
use crate::text::Span;

/// Keys whose value names a host, by how they end.
const NODE_KEYS: &[&str] = &["address", "adress", "hostname", "hostnameoverride", "fqdn", "nodename"];
const HOST_KEYS: &[&str] = &["host", "server", "endpoint"];
const LIST_KEYS: &[&str] = &["sans", "externalurls"];

/// Runs of letters, digits, `.`, `-` and `_`.
pub fn names(text: &str) -> impl Iterator<Item = Span> + '_ {
    runs(text, is_name).filter_map(|span| {
        let name = text[span.range()].trim_start_matches('.');
        let start = span.end - name.len();
        let end = start + name.trim_end_matches(['.', '-']).len();
        (start < end).then_some(Span::new(start, end))
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn runs<'t>(text: &'t str, inside: impl Fn(char) -> bool + 't) -> impl Iterator<Item = Span> + 't {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(&inside)?;
        let end = text[start..].find(|c| !inside(c)).map_or(text.len(), |length| start + length);
        at = end;
        Some(Span::new(start, end))
    })
}

/// An address, also one with leading zeros.
pub fn address(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        return text.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    }
    let mut parts = text.split('.').map(|part| {
        let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u8>().ok().filter(|_| digits)
    });
    let bytes = [parts.next()??, parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then(|| IpAddr::V4(Ipv4Addr::from(bytes)))
}

/// Whether an address tells anything about a site.
pub fn tells(address: IpAddr) -> bool {
    let mask = matches!(address, IpAddr::V4(address) if address.octets()[0] == 255);
    let local = matches!(address, IpAddr::V4(address) if address.is_link_local());
    !(address.is_loopback() || address.is_unspecified() || address.is_multicast() || mask || local)
}

/// Whether a cloud made the name of its machine's address, as `ec2-192-0-2-1.eu-west-1.compute.amazonaws.com`.
pub fn is_machine(host: &str) -> bool {
    let label = host.split('.').next().unwrap_or_default();
    label.split_once('-').is_some_and(|(_, rest)| address(&rest.replace('-', ".")).is_some())
}

/// Whether what is behind the account belongs to Amazon ECR.
pub fn is_ecr(rest: &str) -> bool {
    rest.starts_with("dkr.ecr") || rest.starts_with("dkr-ecr")
}

/// The domain that a host shares with others.
pub fn domain(host: &str) -> Option<&str> {
    let dots: Vec<usize> = host.match_indices('.').map(|(at, _)| at).collect();
    let &[.., second_last, last] = dots.as_slice() else { return None };
    // As in `co.uk`.
    let short = last - second_last <= 4 && host.len() - last <= 3;
    match dots.len().checked_sub(3).filter(|_| short) {
        Some(third) => Some(&host[dots[third] + 1..]),
        None => (!short).then(|| &host[second_last + 1..]),
    }
}

/// Where the host is in `https://user@host:port/path`, or in a part of that.
pub fn host(value: &str) -> Option<Range<usize>> {
    let mut start = value.find("://").map_or(0, |at| at + 3);
    start += value[start..].len() - value[start..].trim_start().len();
    let authority = value[start..].find('/').map_or(value.len(), |at| start + at);
    start = value[start..authority].rfind('@').map_or(start, |at| start + at + 1);
    let rest = &value[start..authority];
    if address(rest.trim_end()).is_some() {
        return Some(start..start + rest.trim_end().len());
    }
    if let Some(bracketed) = rest.strip_prefix('[') {
        let end = bracketed.find(']')?;
        return Some(start + 1..start + 1 + end);
    }
    let skipped = if rest.starts_with("*.") { 2 } else { 0 };
    let name = rest[skipped..].split([':', '?', '#', ' ', '\t', '\n']).next().unwrap_or_default().trim_end_matches('.');
    let start = start + skipped;
    (!name.is_empty() && name.chars().all(is_name)).then_some(start..start + name.len())
}

/// Where the registry is in the name of an image.
pub fn image_host(image: &str) -> Option<Range<usize>> {
    let (first, _) = image.split_once('/')?;
    first.contains(['.', ':']).then(|| host(first)).flatten()
}

/// The values of keys that sound like hosts.
pub fn keyed(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    // Indentation of the key whose list is being read.
    let mut list: Option<usize> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let item = line.trim_start().strip_prefix("- ").map(|item| line.len() - item.len());
        list = list.filter(|of| item.is_some() && indent >= *of);
        if let (Some(_), Some(at)) = (list, item) {
            found.extend(named(line, at, start, Kind::Node));
        }
        for (at, _) in line.match_indices(':') {
            let key: String = key_before(line, at).chars().filter(|c| c.is_alphanumeric()).collect();
            let key = key.to_lowercase();
            let ends = |endings: &[&str]| endings.iter().any(|ending| key.ends_with(ending));
            if ends(LIST_KEYS) {
                list = Some(indent);
            } else if key == "url" {
                found.extend(named(line, at + 1, start, Kind::Registry));
            } else if ends(NODE_KEYS) {
                found.extend(named(line, at + 1, start, Kind::Node));
            } else if ends(HOST_KEYS) {
                found.extend(named(line, at + 1, start, Kind::Host));
            }
        }
        start += line.len();
    }
    found
}

/// The name behind a key. Ordinary words are names only where the cluster says so; addresses are found by their shape.
fn named(line: &str, at: usize, offset: usize, kind: Kind) -> Option<Found> {
    let value_at = at + line[at..].len() - line[at..].trim_start().len();
    let written = value_of(line[value_at..].trim_end(), line[..at].contains(['{', '[']));
    let value = written.trim_matches(['"', '\'']);
    let range = host(value).filter(|range| !ordinary(&value[range.clone()]))?;
    let is_host = address(&value[range.clone()]).is_none() && value[range.clone()].contains(char::is_alphabetic);
    let start = offset + value_at + written.find(value)? + range.start;
    is_host.then(|| Found { span: Span::new(start, start + range.len()), kind, escaped: None })
}

/// Addresses, hosts of URLs, of mail addresses and of images, and accounts in ARNs.
pub fn shaped(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut add = |kind: Kind, span: Span| found.push(Found { span, kind, escaped: None });
    let ranges = cluster_ranges(text);
    for span in addresses(text) {
        let within = |range: &(IpAddr, u32)| address(&text[span.range()]).is_some_and(|it| starts_alike(it, *range));
        if !ranges.iter().any(within) {
            add(Kind::Host, span);
        }
    }
    for span in runs(text, |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | ',' | '=' | '(' | ')' | '{' | '}' | '`'))
    {
        let word = &text[span.range()];
        let at = |range: Range<usize>| Span::new(span.start + range.start, span.start + range.end);
        let named = |range: &Range<usize>| {
            let name = &word[range.clone()];
            name.contains(char::is_alphabetic) && !ordinary(name)
        };
        if word.contains("://") {
            host(word).filter(named).into_iter().for_each(|range| add(Kind::Host, at(range)));
        } else if let Some((path, _)) = word.rsplit_once([':', '@']).filter(|(path, _)| path.contains('/')) {
            image_host(path).filter(named).into_iter().for_each(|range| add(Kind::Registry, at(range)));
        } else if let Some((_, domain)) = word.split_once('@').filter(|(_, domain)| domain.contains('.')) {
            let from = word.len() - domain.len();
            let range = host(domain).map(|range| range.start + from..range.end + from);
            range.filter(named).into_iter().for_each(|range| add(Kind::Host, at(range)));
        }
        let account = word.find("arn:aws").and_then(|arn| {
            let before: usize = word[arn..].split_inclusive(':').take(4).map(str::len).sum();
            let digits = word[arn + before..].find(|c: char| !c.is_ascii_digit())?;
            (digits == 12).then_some(arn + before..arn + before + digits)
        });
        account.into_iter().for_each(|range| add(Kind::Account, at(range)));
    }
    found
}

/// What is an address by its shape, but no range.
fn addresses(text: &str) -> impl Iterator<Item = Span> + '_ {
    let v4 = runs(text, |c| c.is_ascii_digit() || c == '.').filter(|span| {
        let before = &text[..span.start];
        // A tag of an image, or a part of a version.
        let glued = before.ends_with([':', '-']) && before[..before.len() - 1].ends_with(|c: char| c.is_alphabetic());
        !glued && !before.ends_with(|c: char| c.is_alphanumeric())
    });
    let v6 = runs(text, |c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'))
        .filter(|span| !text[..span.start].ends_with(|c: char| c.is_alphanumeric()))
        .filter(|span| text[span.range()].matches(':').count() > 1);
    v4.chain(v6).filter_map(|span| {
        let run = text[span.range()].trim_end_matches('.');
        let run = [run, run.strip_suffix(':').unwrap_or(run)].into_iter().find(|run| address(run).is_some())?;
        let span = Span::new(span.start, span.start + run.len());
        let glued = text[span.end..].starts_with(|c: char| c.is_alphanumeric());
        (!glued && range_at(text, span).is_none()).then_some(span)
    })
}

/// The range that begins here: nothing behind its prefix is set.
fn range_at(text: &str, span: Span) -> Option<(IpAddr, u32)> {
    let address = address(&text[span.range()])?;
    let length = text[span.end..].strip_prefix('/')?;
    let length = &length[..length.find(|c: char| !c.is_ascii_digit()).unwrap_or(length.len())];
    let length: u32 = length.parse().ok()?;
    let (bits, width) = bits(address);
    let rest = width.checked_sub(length).filter(|rest| *rest > 0)?;
    (bits.trailing_zeros() >= rest || bits == 0).then_some((address, length))
}

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

fn starts_alike(address: IpAddr, (range, length): (IpAddr, u32)) -> bool {
    let ((one, width), (other, other_width)) = (bits(address), bits(range));
    width == other_width && (one ^ other).checked_shr(width - length).unwrap_or(0) == 0
}

/// Of pods and services: addresses in them exist in every cluster.
fn cluster_ranges(text: &str) -> Vec<(IpAddr, u32)> {
    let lines =
        text.lines().filter(|line| line.contains("cidr") || line.contains("ip_range") || line.contains("ip-range"));
    let ranges = lines.flat_map(|line| {
        let spans = runs(line, |c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'));
        spans.filter_map(|span| range_at(line, span)).collect::<Vec<_>>()
    });
    ranges.collect()
}

/// Whether a name is no part of a longer one.
pub fn stands_alone(text: &str, span: Span) -> bool {
    let (name, before, behind) = (&text[span.range()], &text[..span.start], &text[span.end..]);
    if let Some(address) = address(name) {
        let digit = |c: char| if address.is_ipv4() { c.is_ascii_digit() } else { c.is_ascii_hexdigit() || c == ':' };
        // An address is one inside a longer name, too; a range is not.
        let dotted = before.strip_suffix('.').is_some_and(|head| head.ends_with(digit))
            || behind.strip_prefix('.').is_some_and(|tail| tail.starts_with(digit));
        let is_key = behind.starts_with(": ") || behind.starts_with(":\n");
        return !before.ends_with(digit)
            && (!behind.starts_with(digit) || is_key)
            && !dotted
            && range_at(text, span).is_none();
    }
    if address(&name.replace('-', ".")).is_some() {
        return !before.ends_with(|c: char| c.is_ascii_digit()) && !behind.starts_with(|c: char| c.is_ascii_digit());
    }
    let joined = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    // Inside double quotes.
    let escape = before.ends_with(['n', 't', 'r']) && before[..before.len() - 1].ends_with('\\');
    if name.contains('.') {
        return (escape || !before.ends_with(char::is_alphanumeric)) && !behind.starts_with(char::is_alphanumeric);
    }
    // Of a single word another name or a path may have it, too.
    let ends_in_dot = before.strip_suffix('.').is_some_and(|head| head.ends_with(char::is_alphanumeric));
    let starts_with_dot = behind.strip_prefix('.').is_some_and(|tail| tail.starts_with(char::is_alphanumeric));
    let path = before.ends_with('/') || behind.starts_with('/');
    (escape || !before.ends_with(joined) && !ends_in_dot)
        && !behind.starts_with(joined)
        && !starts_with_dot
        && (!path || before.ends_with("//"))
}
