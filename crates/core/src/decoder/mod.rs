//! Lines of a log put down to their cause in the file.
//!
//! Two tables: what rke says of the file itself, which the rules foretell, and what the world says.

mod cause;
mod hosts;
mod pattern;
mod refusals;
mod table;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::Checked;
use crate::cluster::Cluster;
use crate::render::json::Place;
use crate::render::redact::Redactor;
use crate::rules;
use crate::simulate::simulate;
use cause::{Case, Subject};
use pattern::{Captures, Pattern};
use refusals::{REFUSED, Refused};
use table::{Entry, Look};

/// Longest excerpt of a line, in characters.
const EXCERPT_MAX: usize = 300;
/// How many of them stand before what was understood.
const EXCERPT_LEAD: usize = 80;

/// One message that was understood, with all lines that say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decoded {
    /// Stable: the name of the rule where rke refuses the file, else of the message, as `no-basic-auth`.
    pub id: &'static str,
    /// Code of the rule that foretells it.
    pub rule: Option<&'static str>,
    /// Line of the log that says it first, from 1.
    pub line: usize,
    /// How many lines say it.
    pub count: usize,
    /// That line, cut, without secrets.
    pub excerpt: String,
    /// The image, host, node or argument it is about.
    pub about: Option<String>,
    pub means: &'static str,
    /// What of it lies in this file, the likeliest first; empty where the file does not explain it.
    pub causes: Vec<Cause>,
    /// For an image: how rke, the kubelet and cri-dockerd would pull it with this file.
    pub story: Vec<String>,
    pub remedy: String,
    pub source: &'static str,
}

/// A place of the file and why it is to blame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// Of the rule whose finding it is.
    pub code: Option<&'static str>,
    pub message: String,
    pub help: Option<String>,
    /// As `private_registries[0].url`.
    pub at: String,
    pub start: Place,
    pub end: Place,
}

/// Understands a line or a whole log, with the file it came from: `checked` is of `text`. Never fails; what it does not
/// know is left out. Repeated messages about the same thing are one.
pub fn explain_error(log: &str, text: &str, checked: &Checked) -> Vec<Decoded> {
    let decoder = Decoder::new(text, checked);
    let mut found: Vec<Decoded> = Vec::new();
    for (number, raw) in log.lines().enumerate() {
        for line in clean(raw) {
            let Some(hit) = decoder.hit(&line) else { continue };
            let known = found.iter_mut().find(|d| (d.id, &d.about) == (hit.id(), &hit.subject.about));
            match known {
                Some(known) => known.count += 1,
                None => found.push(decoder.decoded(&hit, number + 1, &line)),
            }
        }
    }
    found
}

struct Decoder<'c> {
    case: Case<'c>,
    refused: Vec<(Pattern, &'static Refused)>,
    entries: Vec<(Pattern, &'static Entry)>,
}

/// What a line was understood as.
struct Hit {
    kind: Kind,
    subject: Subject,
    /// The line of the file that the message names.
    line: Option<usize>,
}

/// Finds in a line what made it understood.
type Find<'f> = dyn Fn(&str) -> Option<usize> + 'f;

enum Kind {
    Refused {
        rule: &'static rules::Rule,
        /// None where only this file's own finding knew the text.
        known: Option<&'static Refused>,
    },
    Entry(&'static Entry),
}

impl Hit {
    fn id(&self) -> &'static str {
        match &self.kind {
            Kind::Refused { rule, .. } => rule.name,
            Kind::Entry(entry) => entry.id,
        }
    }
}

impl<'c> Decoder<'c> {
    fn new(text: &'c str, checked: &'c Checked) -> Self {
        let patterns = |entry: &'static Entry| entry.patterns.iter().map(move |text| (Pattern::new(text), entry));
        Self {
            case: Case::new(text, checked),
            refused: REFUSED.iter().map(|refused| (Pattern::new(refused.pattern), refused)).collect(),
            entries: table::entries().flat_map(patterns).collect(),
        }
    }

    fn hit(&self, line: &str) -> Option<Hit> {
        let lower = line.to_ascii_lowercase();
        let refused = self.refused.iter().find_map(|(pattern, refused)| Some((*refused, pattern.find(line, &lower)?)));
        let (known, captures) = refused.unzip();
        // What the rules say of this very file comes first: it knows which of them it was.
        if let Some(code) = self.case.own_refusal(line).or(known.map(|refused| refused.rule)) {
            let rule = rules::find(code)?;
            let known = known.filter(|refused| refused.rule == code);
            let captures = captures.unwrap_or_default();
            let about =
                ["host", "value", "version", "role", "n", "line"].into_iter().find_map(|name| captures.get(name));
            let subject = Subject { about: about.map(str::to_owned), ..Subject::default() };
            let line = captures.get("line").and_then(|line| line.parse().ok());
            return Some(Hit { kind: Kind::Refused { rule, known }, subject, line });
        }
        let (entry, captures): (_, Captures<'_>) =
            self.entries.iter().find_map(|(pattern, entry)| Some((*entry, pattern.find(line, &lower)?)))?;
        Some(Hit { kind: Kind::Entry(entry), subject: self.case.subject(line, &captures), line: None })
    }

    /// Where in the line the words begin by which it was understood.
    fn understood_at(&self, hit: &Hit, line: &str) -> Option<usize> {
        let lower = line.to_ascii_lowercase();
        let first = |pattern: &Pattern| pattern.place(&lower);
        match &hit.kind {
            Kind::Refused { rule, known } => {
                let of_known = |known: &&Refused| {
                    self.refused.iter().find(|(_, other)| std::ptr::eq(*other, *known)).and_then(|(p, _)| first(p))
                };
                known.as_ref().and_then(of_known).or_else(|| self.case.said_at(rule.code, line))
            }
            Kind::Entry(entry) => {
                let of_entry = self.entries.iter().filter(|(_, other)| std::ptr::eq(*other, *entry));
                of_entry.filter_map(|(pattern, _)| first(pattern)).min()
            }
        }
    }

    fn decoded(&self, hit: &Hit, number: usize, line: &str) -> Decoded {
        let (checked, secrets) = (self.case.checked, &self.case.secrets);
        let mut decoded = Decoded {
            id: hit.id(),
            rule: None,
            line: number,
            count: 1,
            excerpt: excerpt(line, secrets, &|line| self.understood_at(hit, line)),
            about: hit.subject.about.as_deref().map(|about| secrets.hide(about)),
            means: "",
            causes: Vec::new(),
            story: Vec::new(),
            remedy: String::new(),
            source: "",
        };
        match &hit.kind {
            Kind::Refused { rule, known } => {
                decoded.rule = Some(rule.code);
                decoded.means = rule.doc().summary;
                decoded.source =
                    rule.doc().why.rsplit_once("Source: ").map_or("", |(_, source)| source.trim_end_matches('.'));
                decoded.causes = self.case.refused(rule.code, line, hit.line, known.map_or("", |known| known.at));
                let help = decoded.causes.iter().find_map(|cause| cause.help.clone());
                decoded.remedy =
                    help.unwrap_or_else(|| known.map_or(rule.doc().summary, |known| known.remedy).to_owned());
            }
            Kind::Entry(entry) => {
                decoded.means = entry.means;
                decoded.source = entry.source;
                decoded.remedy = entry.remedy.to_owned();
                decoded.causes = self.case.causes(entry, &hit.subject);
                if let (Some(image), Look::Credentials) = (&hit.subject.image, entry.look) {
                    decoded.story = simulate(image, checked).story.iter().map(|told| secrets.hide(told)).collect();
                }
            }
        }
        decoded
    }
}

/// A line as it was meant: without colours, quotes unescaped, and one line for each `\n` that a logger wrote out.
fn clean(raw: &str) -> Vec<String> {
    let mut plain = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                if chars.next() == Some('[') {
                    chars.by_ref().find(|c| c.is_ascii_alphabetic());
                }
            }
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain.replace("\\\"", "\"").split("\\n").map(str::to_owned).collect()
}

/// Secrets of the file, and whatever looks like one in the log itself, are taken out. Of a long line the part around
/// what was understood.
fn excerpt(line: &str, secrets: &Redactor, understood_at: &Find<'_>) -> String {
    let line = Redactor::find(line, &Cluster::default()).mask(&secrets.hide(line)).text;
    let line = without_logins(line.trim());
    let mut places: Vec<usize> = line.char_indices().map(|(place, _)| place).collect();
    if places.len() <= EXCERPT_MAX {
        return line;
    }
    places.push(line.len());
    let at = understood_at(&line).map_or(0, |at| places.partition_point(|place| *place < at));
    let from = if at < EXCERPT_MAX / 2 { 0 } else { at - EXCERPT_LEAD };
    let to = (from + EXCERPT_MAX).min(places.len() - 1);
    let mark = |cut: bool| if cut { "…" } else { "" };
    format!("{}{}{}", mark(from > 0), &line[places[from]..places[to]], mark(to + 1 < places.len()))
}

/// `https://user:password@host` and `Basic dXNlcg==` without their middle and end.
fn without_logins(line: &str) -> String {
    let mut hide_next = false;
    let words = line.split(' ').map(|word| {
        let hidden = std::mem::replace(&mut hide_next, word.ends_with("Basic") || word.ends_with("Bearer"));
        match word.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?))) {
            _ if hidden => "***".to_owned(),
            Some((scheme, (login, host))) if !login.contains('/') => format!("{scheme}://***@{host}"),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
