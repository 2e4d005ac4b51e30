use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::value::{Field, Value};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::text::Span;
use crate::yaml::edit::scalar;

pub static RULE: Rule = Rule { code: "D005", name: "value-lost", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "Part of a value, or all of it, is lost to a YAML sign.",
    why: "A `#` behind a blank starts a comment, `!` a tag and `&` an anchor: what follows belongs to them, and the value ends or is empty. A block scalar (`|`) keeps its line break, which a registry takes as part of the password. Quotes copied from a text program are no quotes but part of the value. None of this is an error to rke. Source: tried with gopkg.in/yaml.v2 v2.4.0.",
    examples: &[
        Example {
            before: "\
private_registries:
- url: registry.example.com
  user: reader
  password: ab #cd
            ^^^^^^
",
            after: Some(
                "\
private_registries:
- url: registry.example.com
  user: reader
  password: 'ab #cd'
",
            ),
        },
        Example {
            before: "\
private_registries:
- url: registry.example.com
  user: reader
  password: |
            ^
    secret
",
            after: Some(
                "\
private_registries:
- url: registry.example.com
  user: reader
  password: |-
    secret
",
            ),
        },
    ],
};

/// Keys whose value has no comment behind it by habit: a `#` there is part of the secret.
const SECRETS: [&str; 6] =
    ["user", "password", "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "secret_key"];

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, _) in facts.registries() {
        let Some(entry) = facts.registry_value(&at) else { continue };
        let plugin = entry.at("ecr_credential_plugin").map_or(&[][..], Value::fields);
        for field in entry.fields().iter().chain(plugin).filter(|f| f.name == "url" || SECRETS.contains(&&*f.name)) {
            let path = match entry.field(&field.name) {
                Some(_) => format!("{at}.{}", field.name),
                None => format!("{at}.ecr_credential_plugin.{}", field.name),
            };
            look(facts, reporter, field, &path);
        }
    }
}

fn look(facts: &Facts<'_>, reporter: &mut Reporter<'_>, field: &Field, path: &str) {
    let span = field.value.span;
    let end = facts.text[span.start..].find('\n').map_or(facts.text.len(), |at| span.start + at);
    let line = facts.text[span.start..end].trim_end();
    let secret = SECRETS.contains(&&*field.name);
    let written = &facts.text[span.range()];
    if written.starts_with('|') && !written.starts_with("|-") || written.starts_with('>') && !written.starts_with(">-")
    {
        let mark = Span::new(span.start, span.start + 1);
        reporter
            .report(mark, path, format!("the block keeps its line break, which becomes part of `{}`", field.name))
            .fix("drop the line break", Safety::Safe, vec![Edit::insert(mark.end, "-")]);
    } else if secret && is_suspect(field, written, line) {
        let whole = Span::new(span.start, span.start + line.len());
        let sign = if written.starts_with(['!', '&']) { &written[..1] } else { "#" };
        reporter
            .report(whole, path, format!("`{sign}` is a YAML sign here: rke reads only a part of `{}`", field.name))
            .help("put the whole value in single quotes")
            .fix("quote the whole value", Safety::Uncertain, vec![Edit::replace(whole, scalar(line))]);
    } else if written.starts_with(['“', '”', '‘', '’', '„', '«']) {
        reporter
            .report(span, path, format!("typographic quotes are no quotes: they become part of `{}`", field.name))
            .help("use ' or \"");
    }
}

/// A comment glued to the value, or a tag or anchor where a secret should stand.
fn is_suspect(field: &Field, written: &str, line: &str) -> bool {
    let plain = !written.starts_with(['"', '\'', '*']);
    let rest = line[written.len().min(line.len())..].trim_start_matches([' ', '\t']);
    let glued = rest.strip_prefix('#').is_some_and(|after| !after.is_empty() && !after.starts_with([' ', '#']));
    plain && (glued || written.starts_with(['!', '&']) && (field.value.is_nil() || field.value.as_text().is_none()))
}
