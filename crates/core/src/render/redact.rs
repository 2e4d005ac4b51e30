//! Secrets of a text: where they are written, and the text without them.
//!
//! Found by path (the typed cluster) and by shape (any key that sounds like one), so a misspelt key or a
//! text that does not parse hides its secrets as well. Rather one value too many than one too few.

#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::cluster::Cluster;
use crate::cluster::value::Value;
use crate::credentials::Lookup;
use crate::fix::{self, Edit, Fix, Safety};
use crate::plan::Plan;
use crate::schema::{Kind, Schema, Secret, Type};
use crate::text::{Span, Spanned};

/// Stands for a secret in every output.
pub const MASK: &str = "***";

/// Shorter values are not looked for in messages: they would hit ordinary words.
const SHORTEST_SEARCHED: usize = 5;

const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "pasword",
    "passphrase",
    "secret",
    "token",
    "accesskey",
    "privatekey",
    "sshkey",
    "sshcert",
    "apikey",
    "encryptionkey",
];
/// Too short to be looked for inside of longer words.
const WHOLE_WORDS: &[&str] = &["pass", "pwd", "auth", "credential", "credentials"];
/// Keys that speak about a secret without holding it, as `ssh_key_path`.
const HARMLESS_ENDINGS: &[&str] = &["path", "name", "file", "config", "enabled", "url", "provider", "ref", "type"];
const HARMLESS_VALUES: &[&str] = &["true", "false", "null", "~", "{}", "[]", "\"\"", "''"];

/// Knows the secrets of one text, and takes them out of it and of messages about it.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    /// Sorted, apart from each other.
    spans: Vec<Span>,
    /// Longest first.
    values: Vec<String>,
}

impl Redactor {
    pub fn find(text: &str, cluster: &Cluster) -> Self {
        let mut spans = written_secrets(text);
        let mut values: Vec<String> = spans.iter().map(|span| text[span.range()].to_owned()).collect();
        for secret in cluster.registries.iter().flat_map(|registry| {
            let ecr = registry.ecr.as_ref();
            [
                registry.password.as_ref(),
                ecr.and_then(|ecr| ecr.access_key_id.as_ref()),
                ecr.and_then(|ecr| ecr.secret_access_key.as_ref()),
                ecr.and_then(|ecr| ecr.session_token.as_ref()),
            ]
        }) {
            let Some(secret) = secret.filter(|secret| !secret.value.is_empty()) else { continue };
            values.push(secret.value.clone());
            spans.extend(lines(text, secret.span));
        }
        // With its user: a short password alone would hit ordinary words.
        let urls = cluster.registries.iter().filter_map(|registry| registry.url.as_ref());
        values.extend(urls.filter_map(|url| logins(&url.value).next().map(|login| url.value[login.whole].to_owned())));
        for secret in keyed_secrets(Schema::get().root(), &cluster.config) {
            spans.extend(lines(text, secret.span));
            values.push(secret.value);
        }
        // A password such as `password` gives nothing away where a message speaks of passwords.
        let ordinary = |value: &String| SECRET_WORDS.contains(&value.to_lowercase().as_str());
        values.retain(|value| value.chars().count() >= SHORTEST_SEARCHED && !ordinary(value));
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self { spans: merged(spans, text.len()), values }
    }

    /// A message without the secrets of the text.
    pub fn hide(&self, message: &str) -> String {
        self.values.iter().fold(message.to_owned(), |message, value| message.replace(value.as_str(), MASK))
    }

    /// Whether one of the secrets occurs in a text that came from elsewhere.
    pub fn occur_in(&self, other: &str) -> bool {
        self.values.iter().any(|value| other.contains(value.as_str())) || !written_secrets(other).is_empty()
    }

    /// The text these secrets were found in, without them.
    pub fn mask(&self, text: &str) -> Masked {
        self.mask_as(text, |_| MASK.to_owned())
    }

    /// As [`Self::mask`], for a text that is to be read again: there a bare `***` would be an alias of YAML.
    pub fn mask_scalars(&self, text: &str) -> Masked {
        self.mask_as(text, |span| masked_scalar(text, span))
    }

    fn mask_as(&self, text: &str, mask: impl Fn(Span) -> String) -> Masked {
        let edits: Vec<Edit> = self.spans.iter().map(|span| Edit::replace(*span, mask(*span))).collect();
        let mut masks = Vec::with_capacity(edits.len());
        let (mut end, mut masked_end) = (0, 0);
        for edit in &edits {
            let start = masked_end + edit.span.start - end;
            (end, masked_end) = (edit.span.end, start + edit.text.len());
            masks.push((edit.span, Span::new(start, masked_end)));
        }
        let (text, _) = fix::apply(text, [&Fix::new("hide secrets", Safety::Safe, edits)]);
        Masked { text, masks }
    }
}

/// A text without its secrets that still knows the places of the original.
pub struct Masked {
    pub text: String,
    /// Where a secret was, and where its mask is.
    masks: Vec<(Span, Span)>,
}

impl Masked {
    /// How many secrets were hidden.
    pub fn count(&self) -> usize {
        self.masks.len()
    }

    /// Where a span of the original lies now; what touches a secret covers its mask.
    pub fn span(&self, span: Span) -> Span {
        Span::new(self.offset(span.start, false), self.offset(span.end, true))
    }

    fn offset(&self, offset: usize, is_end: bool) -> usize {
        let before = self.masks.partition_point(|(hidden, _)| hidden.start < offset);
        match before.checked_sub(1).and_then(|last| self.masks.get(last)) {
            None => offset,
            Some((hidden, mask)) if offset < hidden.end => {
                if is_end {
                    mask.end
                } else {
                    mask.start
                }
            }
            Some((hidden, mask)) => mask.end + (offset - hidden.end),
        }
    }
}

/// A plan that shows no secret: what is told or generated from it can be pasted in a ticket.
pub fn plan(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    for planned in &mut plan.images {
        hide_login(&mut planned.image);
        match &mut planned.lookup {
            Lookup::Found { key, .. } | Lookup::Missing { key } => hide_login(key),
            Lookup::Invalid(error) => hide_login(error),
        }
    }
    let addons = plan.addons.iter_mut().flat_map(|(_, images)| images);
    addons
        .chain(&mut plan.snapshot_image)
        .chain(&mut plan.infra_container_image)
        .chain(&mut plan.prefix)
        .for_each(hide_login);
    for (key, registry) in &mut plan.registries.entries {
        hide_login(key);
        hide_login(&mut registry.url);
        hide_value(&mut registry.password);
        if let Some(ecr) = &mut registry.ecr {
            hide_value(&mut ecr.access_key_id);
            hide_value(&mut ecr.secret_access_key);
            hide_value(&mut ecr.session_token);
        }
    }
    plan
}

/// Empty stays empty: whether there is a secret is no secret.
pub fn hide_value(value: &mut String) {
    if !value.is_empty() {
        MASK.clone_into(value);
    }
}

/// Hides the passwords of addresses, as in `https://user:password@host`.
pub fn hide_login(text: &mut String) {
    let passwords: Vec<_> = logins(text).map(|login| login.password).collect();
    for password in passwords.into_iter().rev() {
        text.replace_range(password, MASK);
    }
}

/// In the quotes of the secret; in new ones where a plain scalar begins with it.
fn masked_scalar(text: &str, span: Span) -> String {
    let (secret, before) = (&text[span.range()], &text[..span.start]);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let quote = |c: &char| matches!(c, '"' | '\'');
    let (first, last) = (secret.chars().next().filter(quote), secret.chars().last().filter(quote));
    let opened = line.trim_end();
    let begins = opened.ends_with([',', '[', '{']) || line.ends_with(' ') && opened.ends_with([':', '-']);
    let (open, close) = match (first, last) {
        (Some(open), last) => (Some(open), last.filter(|close| *close == open && secret.len() > 1)),
        (None, last @ Some(_)) if opened.is_empty() => (None, last),
        (None, _) if begins && line.matches('\'').count() % 2 == 0 => (Some('\''), Some('\'')),
        _ => (None, None),
    };
    open.into_iter().chain(MASK.chars()).chain(close).collect()
}

fn merged(mut spans: Vec<Span>, len: usize) -> Vec<Span> {
    spans.retain(|span| !span.is_empty() && span.end <= len);
    spans.sort();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start <= last.end => *last = last.to(span),
            _ => out.push(span),
        }
    }
    out
}

/// Texts under keys that the key table calls secret, whatever they sound like.
fn keyed_secrets(ty: &Type, value: &Value) -> Vec<Spanned<String>> {
    match &ty.kind {
        Kind::List(item) => value.items().iter().flat_map(|value| keyed_secrets(item, value)).collect(),
        Kind::Map(item) => value.fields().iter().flat_map(|field| keyed_secrets(item, &field.value)).collect(),
        Kind::Struct(index) => {
            let keys = value.fields().iter().filter_map(|f| Some((Schema::get().structure(*index).key(&f.name)?, f)));
            keys.flat_map(|(key, field)| {
                let own = field.value.as_text().filter(|_| key.secret == Secret::Yes);
                own.into_iter().chain(keyed_secrets(&key.ty, &field.value))
            })
            .collect()
        }
        _ => Vec::new(),
    }
}

/// Each line of a scalar for itself, so that the lines of the text stay countable; the head of a block scalar stays.
fn lines(text: &str, scalar: Span) -> Vec<Span> {
    let mut start = scalar.start;
    let mut found = Vec::new();
    for line in text.get(scalar.range()).unwrap_or_default().split_inclusive('\n') {
        let at = start + line.len() - line.trim_start().len();
        let is_head = start == scalar.start && line.ends_with('\n') && line.starts_with(['|', '>']);
        if !is_head {
            found.push(Span::new(at, at + line.trim().len()));
        }
        start += line.len();
    }
    found
}

/// Values of keys that sound like secrets, private keys, and passwords inside URLs.
fn written_secrets(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    // Indentation of the key whose block scalar is being read.
    let mut block: Option<usize> = None;
    let mut in_private_key = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let indent = content.len() - content.trim_start().len();
        // What is a comment stays one.
        let comment = content[indent..].strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with(' '));
        let from = comment.map_or(indent, |rest| content.len() - rest.trim_start().len());
        let whole = Span::new(start + from, start + content.len());
        if block.is_some_and(|of_key| !content.is_empty() && indent <= of_key) {
            block = None;
        }
        let begins = content.contains("-----BEGIN") && content.contains("PRIVATE KEY");
        if begins || in_private_key || block.is_some() {
            in_private_key = (begins || in_private_key) && !content.contains("-----END");
            spans.push(whole);
            start += line.len();
            continue;
        }
        spans.extend(logins(content).map(|l| Span::new(start + l.password.start, start + l.password.end)));
        if let Some(is_block) = secrets_of_line(content, start, &mut spans) {
            block =
                is_block.then(|| indent + content[indent..].len() - content[indent..].trim_start_matches("- ").len());
        }
        start += line.len();
    }
    // What is hidden already is none.
    spans.retain(|span| text[span.range()].trim_matches(['"', '\'']) != MASK);
    spans
}

/// `Some(true)` where a secret's block scalar starts on the next line.
fn secrets_of_line(line: &str, offset: usize, spans: &mut Vec<Span>) -> Option<bool> {
    let mut found = None;
    let mut at = 0;
    while let Some(next) = line[at..].find([':', '=']) {
        let separator = at + next;
        at = separator + 1;
        let key = key_before(line, separator);
        if line[at..].starts_with("//") || !sounds_secret(key) {
            continue;
        }
        let rest = &line[at..];
        let value_at = at + rest.len() - rest.trim_start().len();
        let flow = line[..separator].contains(['{', '[']);
        let mut value = value_of(&line[value_at..], flow);
        // Of `"KEY=value"` as a whole: without its end the text would no longer parse.
        if let Some(inner) = value.strip_suffix(['"', '\'']).filter(|_| !value.starts_with(['"', '\'']))
            && line[..value_at].matches(&value[inner.len()..]).count() % 2 == 1
        {
            value = inner;
        }
        if value.starts_with(['|', '>']) {
            found = Some(true);
        } else if !value.is_empty() && !HARMLESS_VALUES.contains(&value) {
            spans.push(Span::new(offset + value_at, offset + value_at + value.len()));
            found = Some(false);
        }
        at = value_at + value.len();
    }
    found
}

pub(super) fn key_before(line: &str, separator: usize) -> &str {
    let before = line[..separator].trim_end().trim_end_matches(['"', '\'']);
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start = before.char_indices().rev().take_while(|(_, c)| is_key(*c)).last().map_or(before.len(), |(i, _)| i);
    &before[start..]
}

fn sounds_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    (SECRET_WORDS.iter().any(|word| plain.contains(word)) || WHOLE_WORDS.contains(&plain.as_str()))
        && !HARMLESS_ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// The scalar at the start of the text: up to its closing quote, its comment or, in flow style, the next entry.
pub(super) fn value_of(text: &str, flow: bool) -> &str {
    let end = match text.chars().next() {
        Some('#') | None => 0,
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map_or(text.len(), |close| close + 2),
        Some(_) => {
            // A `#` glued to a word is rather a part of the secret than a comment on it.
            let is_comment = |at: &usize| !text[at + 2..].starts_with(|c: char| !c.is_whitespace() && c != '#');
            let comment = text.match_indices(" #").map(|(at, _)| at).find(is_comment).unwrap_or(text.len());
            let entry = if flow { text.find([',', '}', ']']).unwrap_or(text.len()) } else { text.len() };
            comment.min(entry)
        }
    };
    text[..end].trim_end()
}

/// `user:password` before the host of an address.
struct Login {
    whole: Range<usize>,
    password: Range<usize>,
}

/// The logins in addresses, with or without a scheme. What stands before an image's digest is its tag.
///
/// An address ends at a slash or white space, without a scheme also at what quotes or separates it. Its password goes up
/// to the last `@` in it.
fn logins(text: &str) -> impl Iterator<Item = Login> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let first = from + text[from..].find('@')?;
            let scheme = text[from..first].rfind("://").map(|at| from + at + 3);
            let scheme = scheme.filter(|start| !text[*start..first].contains(ends_any_address));
            let quotes = |c: char| ends_any_address(c) || matches!(c, '"' | '\'' | '`' | ',' | '[' | '{' | '(');
            let start = scheme.unwrap_or_else(|| {
                let before = text[from..first].char_indices().rev().find(|(_, c)| quotes(*c));
                before.map_or(from, |(at, c)| from + at + c.len_utf8())
            });
            let end = match scheme {
                Some(_) => text[first..].find(ends_any_address),
                None => text[first..].find(quotes),
            };
            let end = end.map_or(text.len(), |end| first + end);
            from = end;
            let last = text[..end].rfind('@').unwrap_or(first);
            let host = &text[last + 1..end];
            let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
            let has_host = host.starts_with(|c: char| c.is_alphanumeric() || c == '[');
            let Some(colon) = text[start..last].find(':').map(|colon| start + colon) else { continue };
            if start < colon && colon + 1 < last && has_host && !is_digest {
                return Some(Login { whole: start..last, password: colon + 1..last });
            }
        }
    })
}

fn ends_any_address(c: char) -> bool {
    c == '/' || c.is_whitespace()
}
