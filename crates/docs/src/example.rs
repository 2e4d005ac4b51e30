//! Blocks of code: what they are, what the core finds in them, and how they look.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::Write as _;

use anyhow::{Result, bail};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use drydock_core::Checked;
use drydock_core::diagnostic::Diagnostic;
use drydock_core::plan::Options;
use drydock_core::rules;
use drydock_core::text::LineIndex;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::markdown::escaped;

/// What stands behind the three backticks.
#[derive(Debug, PartialEq, Eq)]
pub struct Info {
    /// `yaml`, `sh`, `json`, `js`, `html`, `text`.
    pub language: String,
    pub kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// `yaml check=D301,D306`, `yaml check=ok`: a cluster.yml in which exactly these codes are found.
    Checked(BTreeSet<String>),
    /// `yaml check`: a cluster.yml; what is found is shown, whatever it is.
    Shown,
    /// `yaml file=registries.yaml`: another file, by its name.
    File(String),
    Plain,
}

pub struct Example {
    pub info: Info,
    pub text: String,
}

impl Info {
    pub fn read(info: &str) -> Result<Self> {
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or("text").to_owned();
        let kind = match words.next() {
            None if language == "yaml" => bail!("a yaml block says check=… or file=…"),
            None => Kind::Plain,
            Some("check") => Kind::Shown,
            Some("check=ok") => Kind::Checked(BTreeSet::new()),
            Some(word) => match (word.strip_prefix("check="), word.strip_prefix("file=")) {
                (Some(codes), _) => Kind::Checked(codes.split(',').map(str::to_owned).collect()),
                (None, Some(file)) => Kind::File(file.to_owned()),
                (None, None) => bail!("`{info}`: no check= and no file="),
            },
        };
        Ok(Self { language, kind })
    }

    /// A cluster.yml, that can be opened in the playground.
    pub const fn is_cluster(&self) -> bool {
        matches!(self.kind, Kind::Checked(_) | Kind::Shown)
    }
}

impl Example {
    pub fn check(&self) -> Checked {
        drydock_core::check(&self.text, &Options::default())
    }

    /// The codes that are found in it.
    pub fn codes(&self) -> BTreeSet<String> {
        self.check().diagnostics.iter().map(|found| found.code.to_owned()).collect()
    }

    /// `page` is the path of the page it stands on: links to rules start there.
    pub fn html(&self, page: &str) -> String {
        let text = if self.info.language == "yaml" { highlighted(&self.text) } else { escaped(&self.text) };
        let pre = format!("<pre tabindex=\"0\"><code>{text}</code></pre>");
        match &self.info.kind {
            Kind::File(name) => {
                format!("<figure><figcaption><code>{}</code></figcaption>{pre}</figure>\n", escaped(name))
            }
            Kind::Checked(_) | Kind::Shown => {
                let (findings, link) = (self.findings(page), self.link(page));
                format!("<figure class=\"example\">{pre}<figcaption>{findings}{link}</figcaption></figure>\n")
            }
            Kind::Plain => format!("{pre}\n"),
        }
    }

    /// As the playground's own links have a text: `#v1=`, deflated, in base64url.
    fn link(&self, page: &str) -> String {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail.
        let _ = packed.write_all(self.text.as_bytes());
        let packed = BASE64_URL_SAFE_NO_PAD.encode(packed.finish().unwrap_or_default());
        format!("<p class=\"open\"><a href=\"{}index.html#v1={packed}\">Open in the playground</a></p>", up(page, 1))
    }

    fn findings(&self, page: &str) -> String {
        let checked = self.check();
        if checked.diagnostics.is_empty() {
            return "<p>Drydock finds nothing wrong here.</p>".to_owned();
        }
        let lines = LineIndex::new(&self.text);
        let up = up(page, 0);
        let mut list = "<ul class=\"findings\">".to_owned();
        for found in &checked.diagnostics {
            let line = lines.position(found.span.start).line;
            // Writing to a String cannot fail.
            let _ = write!(
                list,
                "<li><a href=\"{up}rules/{code}.html\">{code}</a> <span class=\"{severity}\">{severity}</span>, line \
                 {line}: {message}</li>",
                code = found.code,
                severity = found.severity.name(),
                message = prose(found),
            );
        }
        list + "</ul>"
    }
}

/// The way from a page to the top of the docs, or further up.
fn up(page: &str, further: usize) -> String {
    "../".repeat(page.matches('/').count() + further)
}

/// A message with its backticks turned into code.
fn prose(found: &Diagnostic) -> String {
    debug_assert!(rules::find(found.code).is_some());
    let mut html = String::new();
    for (at, part) in found.message.split('`').enumerate() {
        let part = escaped(part);
        html.push_str(&if at % 2 == 0 { part } else { format!("<code>{part}</code>") });
    }
    html
}

/// Keys and comments of YAML in the editor's colours; the rest is left as it is.
fn highlighted(yaml: &str) -> String {
    let mut html = String::new();
    for line in yaml.split_inclusive('\n') {
        let comment = if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
        let (code, comment) = line.split_at(comment.unwrap_or(line.len()));
        let start = code.len() - code.trim_start_matches([' ', '-']).len();
        let key = code[start..].find(": ").or_else(|| code[start..].trim_end().strip_suffix(':').map(str::len));
        match key.filter(|end| {
            code[start..start + end].bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.$/\"*".contains(&b))
        }) {
            Some(end) => {
                let _ = write!(
                    html,
                    "{}<span class=\"key\">{}</span>",
                    escaped(&code[..start]),
                    escaped(&code[start..start + end])
                );
                html.push_str(&escaped(&code[start + end..]));
            }
            None => html.push_str(&escaped(code)),
        }
        if !comment.is_empty() {
            let _ = write!(html, "<span class=\"comment\">{}</span>", escaped(comment));
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_after_yaml_says_what_is_checked() {
        let codes = |codes: &[&str]| Kind::Checked(codes.iter().map(|&code| code.to_owned()).collect());
        assert_eq!(Info::read("yaml check=D301,D306").unwrap().kind, codes(&["D301", "D306"]));
        assert_eq!(Info::read("yaml check=ok").unwrap().kind, codes(&[]));
        assert_eq!(Info::read("yaml file=a.yaml").unwrap().kind, Kind::File("a.yaml".to_owned()));
        assert_eq!(Info::read("sh").unwrap().kind, Kind::Plain);
        assert!(Info::read("yaml").is_err() && Info::read("yaml chekc=ok").is_err());
    }

    #[test]
    fn findings_are_shown_with_line_and_rule_and_hostile_text_stays_text() {
        let info = Info::read("yaml check").unwrap();
        let html = Example { info, text: "nodes: []\n\"<b>\": 1 # <i>\n".to_owned() }.html("a/b.md");
        assert!(html.contains("href=\"../rules/D101.html\""), "{html}");
        assert!(html.contains(", line 2: "), "{html}");
        assert!(!html.contains("<b>") && !html.contains("<i>"), "{html}");
    }
}
