//! `pull check --format sarif`: SARIF 2.1.0, the format of code scanning.

use serde_json::{Value, json};

use super::fingerprint::named;
use super::json::{File, Finding, FixAnswer, Place, Report};
use crate::diagnostic::Severity;
use crate::rules::{RULES, Rule};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One log with one run; `version` is that of the program.
pub fn log(report: &Report, version: &str) -> Value {
    let results = report.files.iter().flat_map(|file| named(file).map(|found| result(file, found)));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "drydock",
                "semanticVersion": version,
                "rules": RULES.iter().copied().map(descriptor).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    let kind = match rule.severity {
        Severity::Note => "note",
        severity => severity.name(),
    };
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.doc().summary},
        "fullDescription": {"text": rule.doc().why},
        "help": {"text": rule.doc().why, "markdown": super::rule::page(rule)},
        "defaultConfiguration": {"level": kind},
    })
}

fn result(file: &File, (finding, fingerprint): (&Finding, String)) -> Value {
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str(". Help: ");
        message.push_str(help);
    }
    let related = finding.related.iter().enumerate().map(|(id, related)| {
        let mut place = location(file, related.start, related.end);
        place["id"] = json!(id);
        place["message"] = json!({"text": related.message});
        place
    });
    let mut place = location(file, finding.start, finding.end);
    if !finding.at.is_empty() {
        place["logicalLocations"] = json!([{"fullyQualifiedName": finding.at}]);
    }
    json!({
        "ruleId": finding.code,
        "ruleIndex": RULES.iter().position(|rule| rule.code == finding.code),
        "level": finding.severity,
        "message": {"text": message},
        "locations": [place],
        "relatedLocations": related.collect::<Vec<_>>(),
        "fixes": finding.fixes.iter().map(|fix| correction(file, fix)).collect::<Vec<_>>(),
        "partialFingerprints": {"drydock/v1": fingerprint},
        "properties": {"stopsRke": finding.stops_rke, "rkeError": finding.rke_error},
    })
}

fn correction(file: &File, fix: &FixAnswer) -> Value {
    let replacement = |edit: &super::json::EditAnswer| json!({"deletedRegion": region(edit.start, edit.end), "insertedContent": {"text": edit.text}});
    json!({
        "description": {"text": format!("{} ({})", fix.title, fix.safety)},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri(&file.path)},
            "replacements": fix.edits.iter().map(replacement).collect::<Vec<_>>(),
        }],
    })
}

fn location(file: &File, start: Place, end: Place) -> Value {
    json!({"physicalLocation": {"artifactLocation": {"uri": uri(&file.path)}, "region": region(start, end)}})
}

fn region(start: Place, end: Place) -> Value {
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

/// A path as a URI: relative ones stay relative to where the check ran.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
