//! What is written for other programs, held to their own schemas.

use std::collections::BTreeMap;

use drydock_core::plan::Options;
use drydock_core::render::json::{self, Report, report};
use drydock_core::render::{github, gitlab, sarif};
use drydock_core::rules::RULES;
use serde_json::{Value, json};

/// All that the rules' examples bring up.
fn everything() -> Report {
    let examples = RULES.iter().flat_map(|rule| rule.doc().examples.iter().enumerate().map(move |each| (rule, each)));
    let files = examples.map(|(rule, (number, example))| {
        let text = example.text();
        let path = format!("./some folder/{}-{number}.yml", rule.code);
        report(&path, &text, &drydock_core::check(&text, &Options::default()))
    });
    Report::new(files.collect())
}

#[test]
fn sarif_is_what_its_published_schema_asks_for() {
    let schema: Value = serde_json::from_str(include_str!("../../../tests/schemas/sarif-2.1.0.json")).unwrap();
    let validator = jsonschema::draft4::new(&schema).unwrap();
    let log = sarif::log(&everything(), "0.1.0");
    let faults: Vec<_> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let spoilt = json!({"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]});
    assert!(!validator.is_valid(&spoilt), "the schema refuses a driver without a name");
}

#[test]
fn sarif_names_rules_places_and_fixes() {
    let log = sarif::log(&everything(), "0.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let result = results.iter().find(|result| result["ruleId"] == "D101").unwrap();
    assert_eq!(result["level"], "warning");
    let place = &result["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "some%20folder/D101-0.yml");
    let region = json!({"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 11});
    assert_eq!(place["physicalLocation"]["region"], region);
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "private_registries[0].username");
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement, &json!({"deletedRegion": region, "insertedContent": {"text": "user"}}));
}

#[test]
fn a_code_quality_report_is_what_gitlab_asks_for() {
    let schema: Value = serde_json::from_str(include_str!("../../../tests/schemas/gitlab-code-quality.json")).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let issues = gitlab::issues(&everything());
    let faults: Vec<_> =
        validator.iter_errors(&issues).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    for (field, spoilt) in [
        ("/0/severity", json!("error")),
        ("/0/check_name", json!(null)),
        ("/0/location/path", json!("./c.yml")),
        ("/0/location/lines", json!({"end": 1})),
        ("/0/location/lines/begin", json!(0)),
    ] {
        let mut issues = issues.clone();
        *issues.pointer_mut(field).unwrap() = spoilt;
        assert!(!validator.is_valid(&issues), "{field}");
    }
}

/// A workflow command as GitHub's runner takes it apart: up to the second `::`, the name before the first blank, then
/// properties between commas (actions/runner, src/Runner.Common/ActionCommand.cs, `TryParseV2`).
fn taken_apart(line: &str) -> (&str, BTreeMap<String, String>, String) {
    let (command, data) = line.trim_start().strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = command.split_once(' ').unwrap();
    let unescaped = |text: &str, pairs: &[(&str, &str)]| {
        // The percent sign last.
        pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain)).replace("%25", "%")
    };
    let breaks = [("%0D", "\r"), ("%0A", "\n")];
    let separators = [breaks[0], breaks[1], ("%3A", ":"), ("%2C", ",")];
    let properties = properties.trim().split(',').filter_map(|pair| pair.split_once('='));
    let properties = properties.map(|(key, value)| (key.to_owned(), unescaped(value, &separators)));
    (name, properties.collect(), unescaped(data, &breaks))
}

#[test]
fn annotations_are_what_githubs_runner_reads() {
    let mut report = everything();
    let odd = "private_registries:\n- url: \"a::b,c=d\"\n  \"100%0A %25 ::error file=x::\\r\\n,\": 1\n  é😀: 2\n";
    for path in ["a,b:c=d.yml", "100%25 %0A.yml", "::error::.yml", " é .yml"] {
        report.files.push(json::report(path, odd, &drydock_core::check(odd, &Options::default())));
    }
    let findings = report.files.iter().flat_map(|file| file.findings.iter().map(move |found| (file, found)));
    let written = github::annotations(&report);
    let mut lines = written.lines();
    for (file, found) in findings {
        let line = lines.next().expect("a line for each finding");
        let (name, properties, message) = taken_apart(line);
        assert_eq!(name, if found.severity == "note" { "notice" } else { found.severity }, "{line}");
        let number = |key: &str| properties.get(key).map(|value| value.parse::<usize>().unwrap());
        assert_eq!(properties["file"], file.path.strip_prefix("./").unwrap_or(&file.path), "{line}");
        assert_eq!(properties["title"], format!("{} {}", found.code, found.name));
        assert_eq!((number("line"), number("endLine")), (Some(found.start.line), Some(found.end.line)), "{line}");
        let columns = (found.start.line == found.end.line).then_some((found.start.column, found.end.column));
        assert_eq!(number("col").zip(number("endColumn")), columns, "{line}");
        let told = [Some(&found.message), found.help.as_ref(), found.rke_error.as_ref()];
        assert_eq!(message, told.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n"), "{line}");
        assert!(
            ["file", "line", "endLine", "col", "endColumn", "title"]
                .iter()
                .filter(|key| properties.contains_key(**key))
                .count()
                == properties.len()
        );
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn fingerprints_are_unique_over_all_findings() {
    let issues = gitlab::issues(&everything());
    let mut names: Vec<_> = issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].to_string()).collect();
    let count = names.len();
    assert!(count > RULES.len());
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
