//! The laws of the house that a test can hold. Each failure names the file and the law.

use std::fs;
use std::path::{Path, PathBuf};

use drydock_core::artifacts::GENERATORS;
use drydock_core::rules::RULES;

const LONGEST_FILE: usize = 400;
const LONGEST_RULE: usize = 120;
const LONGEST_COMPONENT: usize = 120;
const LONGEST_MAIN: usize = 80;

struct Source {
    /// From the top of the repository, with slashes.
    path: String,
    text: String,
}

impl Source {
    fn is_in(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    fn stem(&self) -> &str {
        Path::new(&self.path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    /// Lines without comments and without the unit tests at the end.
    fn code(&self) -> impl Iterator<Item = &str> {
        let end = self.text.find("#[cfg(test)]\nmod ").unwrap_or(self.text.len());
        self.text[..end].lines().map(str::trim).filter(|line| !line.starts_with("//"))
    }

    fn names(&self, word: &str) -> bool {
        self.code().any(|line| line.contains(word))
    }
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository")
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["crates", "web", "tests"] {
        walk(&top().join(folder), &mut found);
    }
    assert!(found.len() > 10, "no sources found under {}", top().display());
    found
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("readable folder") {
        let path: PathBuf = entry.expect("readable entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !["target", "node_modules", "dist"].contains(&name) {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("readable source");
            let path = path.strip_prefix(top()).expect("below the top").to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

fn broken(law: &str, faults: Vec<String>) {
    assert!(faults.is_empty(), "{law}\n  {}", faults.join("\n  "));
}

#[test]
fn files_stay_short() {
    let too_long = sources().into_iter().filter_map(|source| {
        let most = match source.path.as_str() {
            "crates/pull/src/main.rs" => LONGEST_MAIN,
            path if path.starts_with("web/src/components/") => LONGEST_COMPONENT,
            path if path.starts_with("crates/core/src/rules/") && source.stem() != "mod" => LONGEST_RULE,
            _ => LONGEST_FILE,
        };
        let lines = source.text.lines().count();
        (lines > most).then(|| format!("{}: {lines} lines, at most {most}", source.path))
    });
    broken("a file that grows is a file to divide", too_long.collect());
}

#[test]
fn no_module_is_a_place_for_everything() {
    let vague = sources().into_iter().filter(|source| {
        source.path.split(['/', '.']).any(|part| ["utils", "util", "common", "manager", "helpers"].contains(&part))
    });
    broken("modules are named for what they hold", vague.map(|source| source.path).collect());
}

#[test]
fn nothing_is_silenced_or_left_for_later() {
    let marks = ["#[allow(", "#![allow(", "#[ignore", "todo!(", "unimplemented!("];
    let faults = sources().into_iter().filter_map(|source| {
        let line = source.text.lines().position(|line| marks.iter().any(|mark| line.trim_start().starts_with(mark)))?;
        Some(format!("{}:{}", source.path, line + 1))
    });
    broken("lints, tests and gaps are not silenced", faults.collect());
}

#[test]
fn the_core_touches_nothing_outside_itself() {
    let outside = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::time",
        "io::std",
        "std::thread",
        "async fn",
        "async move",
        "wasm_bindgen",
        "web_sys",
        "js_sys",
        "println!",
        "env!(",
    ];
    let faults = sources().into_iter().filter(|source| source.is_in("crates/core/src/")).flat_map(|source| {
        let named = outside.iter().filter(|word| source.names(word));
        named.map(|word| format!("{}: {word}", source.path)).collect::<Vec<_>>()
    });
    broken("the core has no files, network, environment, processes, clock or browser", faults.collect());
}

#[test]
fn one_file_each_names_the_parser_aws_and_the_browser() {
    let owners: &[(&str, &[&str])] = &[
        // The benchmark measures it alone.
        ("libyaml_safer", &["crates/core/src/yaml/", "crates/core/benches/"]),
        ("aws_sdk", &["crates/pull/src/ecr.rs"]),
        ("web_sys", &["web/src/browser.rs", "web/src/browser/", "web/src/editor.rs", "crates/js/"]),
    ];
    let sources = sources();
    for (word, allowed) in owners {
        let elsewhere = sources.iter().filter(|source| {
            !source.is_in("tests/") && !allowed.iter().any(|owner| source.is_in(owner)) && source.names(word)
        });
        broken(&format!("only {allowed:?} may name {word}"), elsewhere.map(|source| source.path.clone()).collect());
    }
    let parsers = sources.iter().filter(|source| source.is_in("crates/core/src/") && source.names("libyaml_safer"));
    let parsers = parsers.filter(|source| source.names("Parser"));
    assert!(parsers.count() <= 1, "the parser is named in one file of yaml/");
}

#[test]
fn modules_of_the_core_look_in_one_direction() {
    // Files that start so, and the modules they must not use.
    let laws: &[(&str, &[&str])] = &[
        (
            "text.rs",
            &["fix", "diagnostic", "problem", "yaml", "cluster", "rules", "plan", "image", "artifacts", "render"],
        ),
        ("fix.rs", &["diagnostic", "problem", "yaml", "cluster", "rules", "plan", "image", "artifacts", "render"]),
        ("diagnostic.rs", &["problem", "yaml", "cluster", "rules", "plan", "image", "artifacts", "render"]),
        ("problem.rs", &["fix", "diagnostic", "cluster", "rules", "plan", "image", "artifacts", "render"]),
        ("yaml/", &["diagnostic", "cluster", "rules", "plan", "image", "artifacts", "render"]),
        ("cluster/", &["diagnostic", "rules", "plan", "artifacts", "render"]),
        ("image/", &["diagnostic", "yaml", "rules", "artifacts", "render"]),
        ("rules/", &["artifacts", "render"]),
        ("artifacts/", &["diagnostic", "problem", "yaml", "rules", "render"]),
    ];
    let mut faults = Vec::new();
    for source in sources() {
        let Some(inside) = source.path.strip_prefix("crates/core/src/") else { continue };
        for (_, forbidden) in laws.iter().filter(|(from, _)| inside.starts_with(from)) {
            let used = forbidden.iter().filter(|module| {
                source.names(&format!("crate::{module}::")) || source.names(&format!("use crate::{module};"))
            });
            faults.extend(used.map(|module| format!("{inside} uses {module}")));
        }
    }
    broken("text <- fix <- diagnostic; problem <- yaml <- cluster <- rules; artifacts -> plan", faults);
}

/// Files in the folder that define one entry of a static slice.
fn entries(folder: &str, definition: &str) -> Vec<Source> {
    let defines = |source: &Source| source.code().any(|line| line.starts_with(definition));
    sources().into_iter().filter(|source| source.is_in(folder) && source.stem() != "mod" && defines(source)).collect()
}

#[test]
fn no_rule_and_no_generator_is_orphaned() {
    let rules = entries("crates/core/src/rules/", "pub static RULE:");
    let generators = entries("crates/core/src/artifacts/", "pub static GENERATOR:");
    let files = |sources: &[Source]| sources.iter().map(|source| source.path.clone()).collect::<Vec<_>>();
    assert_eq!(rules.len(), RULES.len(), "a line in RULES for each of {:#?}", files(&rules));
    assert_eq!(generators.len(), GENERATORS.len(), "a line in GENERATORS for each of {:#?}", files(&generators));
}

#[test]
fn rules_do_not_import_each_other() {
    let rules = entries("crates/core/src/rules/", "pub static RULE:");
    let mut faults = Vec::new();
    for rule in &rules {
        let others = rules.iter().filter(|other| other.path != rule.path);
        let used = others.filter(|other| {
            ["super", "rules"].iter().any(|parent| rule.names(&format!("{parent}::{}::", other.stem())))
        });
        faults.extend(used.map(|other| format!("{} uses {}", rule.path, other.stem())));
    }
    broken("a rule stands alone", faults);
}

#[test]
fn codes_and_names_are_unique_and_well_formed() {
    for (position, rule) in RULES.iter().enumerate() {
        let digits = rule.code.strip_prefix('D').unwrap_or_default();
        assert!(digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()), "code {}", rule.code);
        let kebab = rule.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(kebab && !rule.name.is_empty(), "name {}", rule.name);
        let twin = RULES[..position].iter().find(|other| other.code == rule.code || other.name == rule.name);
        assert!(twin.is_none(), "{} {} is there twice", rule.code, rule.name);
    }
    for (position, generator) in GENERATORS.iter().enumerate() {
        let twin = GENERATORS[..position].iter().find(|other| other.id == generator.id || other.file == generator.file);
        assert!(twin.is_none(), "generator {} or its file {} is there twice", generator.id, generator.file);
    }
}

#[test]
fn crates_depend_in_one_direction() {
    let laws: &[(&str, &[&str])] = &[
        ("crates/core", &[]),
        ("crates/pull", &["drydock-core"]),
        ("crates/js", &["drydock-core"]),
        ("crates/docs", &["drydock-core"]),
        ("web", &["drydock-core"]),
    ];
    let mut faults = Vec::new();
    for (folder, allowed) in laws {
        let Ok(manifest) = fs::read_to_string(top().join(folder).join("Cargo.toml")) else { continue };
        let ours = manifest.lines().filter(|line| line.starts_with("drydock-") || line.starts_with("xtask"));
        let names = ours.map(|line| line.split(['.', '=', ' ']).next().unwrap_or_default());
        faults.extend(names.filter(|name| !allowed.contains(name)).map(|name| format!("{folder} -> {name}")));
    }
    broken("web -> core, pull -> core, core -> nothing of ours, nothing -> tests", faults);
}
