//! What is written can be read by those it is written for.

use drydock_core::Outcome;
use drydock_core::artifacts::{Answers, Family, find};
use drydock_core::credentials::{Lookup, Secrets};
use drydock_core::image::reference::Reference;
use drydock_core::plan::Options;
use serde::Deserialize;
use serde_json::Value;

use crate::{artifacts, sample};

/// All documents of a YAML file.
fn yaml(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).unwrap_or_else(|error| panic!("{error}:\n{text}")))
        .collect()
}

/// Keys and texts of a document.
fn words(value: &Value, keys: &mut Vec<String>, texts: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                keys.push(key.clone());
                words(value, keys, texts);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| words(item, keys, texts)),
        Value::String(text) => texts.push(text.clone()),
        _ => {}
    }
}

#[test]
fn every_file_is_of_its_language() {
    for (sample, written) in artifacts() {
        for (generator, artifact) in written {
            let (what, text) = (format!("{} of {}", generator.file, sample.name), &artifact.text);
            let steering = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            let documents = match generator.language {
                "yaml" => yaml(text),
                "json" => vec![serde_json::from_str(text).unwrap_or_else(|error| panic!("{what}: {error}"))],
                "toml" => {
                    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{what}: {error}"));
                    vec![serde_json::to_value(table).unwrap()]
                }
                "text" => {
                    for line in text.lines() {
                        assert!(Reference::parse(line).is_ok(), "{what}: {line:?} is no image");
                    }
                    Vec::new()
                }
                "sh" => {
                    assert!(
                        text.starts_with("#!/usr/bin/env bash\n") && text.contains("\nset -euo pipefail\n"),
                        "{what}"
                    );
                    Vec::new()
                }
                "markdown" => Vec::new(),
                other => panic!("{what}: nothing reads {other}"),
            };
            assert!(documents.iter().all(|document| !document.is_null()), "{what} is empty");
            let copied = |need: &String| need.contains("`ssh-add") && need.contains("$(");
            assert!(!artifact.needs.iter().any(copied), "{what}: a command to copy holds text of the file");
            let words_about = artifact.needs.iter().chain([&artifact.why]);
            assert!(!words_about.clone().any(|words| words.contains(steering)), "{what}: {words_about:?}");
            let (mut keys, mut texts) = (Vec::new(), Vec::new());
            documents.iter().for_each(|document| words(document, &mut keys, &mut texts));
            assert!(!keys.iter().any(|key| key == "pwned"), "{what}: a value became a key:\n{text}");
            if generator.id.starts_with("ansible") {
                assert!(!texts.iter().any(|text| text.contains("lookup")), "{what}: a template of the file:\n{text}");
            }
            assert!(!text.lines().any(|line| line.starts_with("pwned")), "{what}: a value became a line:\n{text}");
            let plain = ["sh", "text", "markdown"].contains(&generator.language);
            let code = |line: &&str| plain && line.starts_with('#');
            assert!(
                !text.lines().filter(code).any(|line| line.contains(steering)),
                "{what}: a comment steers:\n{text}"
            );
        }
    }
}

#[test]
fn parts_of_cluster_yml_are_what_rke_reads() {
    for (sample, written) in artifacts() {
        for (generator, artifact) in written.iter().filter(|(g, _)| ["ecr", "system-images"].contains(&g.id)) {
            let version = format!("kubernetes_version: '{}'\n", sample.plan.kubernetes_version);
            let version = if sample.name == "hostile" { String::new() } else { version };
            let checked = drydock_core::check(&format!("{version}{}", artifact.text), &Options::default());
            let what = format!("{} of {}", generator.file, sample.name);
            assert_eq!(checked.outcome, Outcome::Accepted, "{what}:\n{}", artifact.text);
            let unknown = checked.diagnostics.iter().find(|finding| finding.name == "unknown-key");
            assert!(unknown.is_none(), "{what}: {unknown:?}");
            if generator.id == "ecr" && sample.name.starts_with("ecr-") && checked.plan.prefix.is_some() {
                for image in checked.plan.images.iter().filter(|image| !image.needs.is_empty()) {
                    assert!(matches!(image.lookup, Lookup::Found { .. }), "{what}: no login for {}", image.image);
                }
            }
        }
    }
}

#[test]
fn the_ecr_part_follows_the_manuals_three_conditions() {
    let sample = sample("ecr-profile");
    let ecr = find("ecr").unwrap();
    let with = |answers: &[(&str, &str)]| {
        let mut all = sample.answers.clone();
        answers.iter().for_each(|(key, value)| all.set(key, value).unwrap());
        yaml(&ecr.artifact(&sample.plan, &all).unwrap().text).remove(0)
    };
    let plugin = |file: &Value| file["private_registries"][0]["ecr_credential_plugin"].clone();
    let profile = with(&[]);
    assert_eq!(plugin(&profile), serde_json::json!({}), "the profile is found by itself");
    assert!(profile["services"]["kubelet"].get("extra_env").is_none());
    for condition in ["ec2", "instance_profile", "profile_ecr_permissions"] {
        let keys = with(&[(condition, "no")]);
        assert_eq!(plugin(&keys)["aws_secret_access_key"], "${AWS_SECRET_ACCESS_KEY}", "{condition}");
        assert_eq!(
            keys["services"]["kubelet"]["extra_env"][0], "AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID}",
            "{condition}"
        );
    }
    let arguments = &profile["services"]["kubelet"]["extra_args"];
    assert_eq!(arguments["image-credential-provider-bin-dir"], "/var/lib/rancher/credentialprovider/bin");
}

#[test]
fn what_a_mirror_holds_is_what_the_nodes_pull() {
    for name in ["plain", "default-registry", "ecr-profile", "harbor-path"] {
        let mut sample = sample(name);
        sample.answers.set("scope", "cluster").unwrap();
        if name == "plain" {
            sample.answers.set("registry", "registry.example.com").unwrap();
        }
        let sync = yaml(&sample.artifact(find("regsync").unwrap()).unwrap().text).remove(0);
        let entries = sync["sync"].as_array().unwrap();
        let targets: Vec<&str> = entries.iter().filter_map(|entry| entry["target"].as_str()).collect();
        for image in sample.plan.needed_images() {
            let reached = targets.contains(&image) || targets.contains(&&*format!("registry.example.com/{image}"));
            let astray = sample.plan.prefix.is_some_and_not_before(image);
            assert!(reached || astray, "{name}: {image} is not in {targets:#?}");
        }
        for entry in entries {
            let source = Reference::parse(entry["source"].as_str().unwrap()).unwrap();
            assert_eq!(source.host, "docker.io", "{name}: mirrored from a registry of the cluster");
        }
    }
}

trait Prefix {
    fn is_some_and_not_before(&self, image: &str) -> bool;
}

impl Prefix for Option<String> {
    /// Pinned without the default registry: said in the words beside the file.
    fn is_some_and_not_before(&self, image: &str) -> bool {
        self.as_ref().is_some_and(|prefix| !image.starts_with(prefix.as_str()))
    }
}

#[test]
fn texts_stay_texts_for_readers_of_yaml_1_1() {
    for text in ["yes", "No", "off", "y", "0123", "1_000", "0x1F", "1:30", "=", "null", "1e3", "2001-01-01", "~", "3.7"]
    {
        let file =
            format!("private_registries:\n- {{url: registry.example.com, user: '{text}', password: '{text}'}}\n");
        let plan = drydock_core::check(&file, &Options::default()).plan;
        let mut answers = Answers::default();
        answers.secrets = Secrets::Shown;
        let written = find("rke2-registries").unwrap().artifact(&plan, &answers).unwrap().text;
        for key in ["username", "password"] {
            assert!(written.contains(&format!("{key}: '{text}'\n")), "{written}");
        }
    }
}

#[test]
fn ids_say_their_family() {
    for generator in drydock_core::artifacts::GENERATORS {
        let is_ecr = generator.id.starts_with("ecr");
        assert_eq!(is_ecr, generator.family == Family::Ecr, "{}", generator.id);
    }
}
