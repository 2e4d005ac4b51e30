//! What is written for other programs, held to their own schemas.

use drydock_core::plan::Options;
use drydock_core::render::json::{Report, report};
use drydock_core::render::{gitlab, sarif};
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
fn fingerprints_are_unique_over_all_findings() {
    let issues = gitlab::issues(&everything());
    let mut names: Vec<_> = issues.as_array().unwrap().iter().map(|issue| issue["fingerprint"].to_string()).collect();
    let count = names.len();
    assert!(count > RULES.len());
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
