//! What the docs say is tried: examples find what they claim, scripts are scripts, and every link leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use drydock_docs::example::{Example, Kind};
use drydock_docs::{File, Source, build, markdown, sources};

/// What a page may link to beside the docs: the playground, and its element's script.
const BESIDE: [&str; 2] = ["../index.html", "../embed.js"];

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/docs is two folders deep").to_owned()
}

fn site() -> Vec<File> {
    let style = fs::read_to_string(top().join("web/style.css")).unwrap();
    build(&top().join("docs"), &style).unwrap()
}

fn examples() -> Vec<(Source, Vec<Example>)> {
    let (_, sources) = sources(&top().join("docs")).unwrap();
    let of = |source: Source| {
        let examples = markdown::examples(&source).unwrap_or_else(|error| panic!("{}: {error}", source.path));
        (source, examples)
    };
    sources.into_iter().map(of).collect()
}

fn faultless(faults: &[String]) {
    assert!(faults.is_empty(), "\n  {}", faults.join("\n  "));
}

#[test]
fn each_example_finds_exactly_what_it_says() {
    let (mut faults, mut checked) = (Vec::new(), 0);
    for (source, examples) in examples() {
        for example in examples {
            match &example.info.kind {
                Kind::Checked(codes) => {
                    checked += 1;
                    let found = example.codes();
                    if found != *codes {
                        faults.push(format!("{}: says {codes:?}, found {found:?} in\n{}", source.path, example.text));
                    }
                }
                Kind::Shown if !source.generated => {
                    faults.push(format!("{}: an example does not say what is found in it", source.path));
                }
                Kind::Shown | Kind::File(_) | Kind::Plain => {}
            }
        }
    }
    faultless(&faults);
    assert!(checked > 20, "only {checked} examples are checked");
}

#[test]
fn files_that_are_shown_can_be_read() {
    let mut faults = Vec::new();
    for (source, examples) in examples() {
        for Example { info, text } in examples {
            let read = match (&info.kind, info.language.as_str()) {
                (Kind::File(_), "yaml") => {
                    serde_yaml::from_str::<serde_yaml::Value>(&text).err().map(|e| e.to_string())
                }
                (_, "json") => serde_json::from_str::<serde_json::Value>(&text).err().map(|e| e.to_string()),
                _ => None,
            };
            faults.extend(read.map(|error| format!("{}: {error} in\n{text}", source.path)));
        }
    }
    faultless(&faults);
}

#[test]
fn scripts_that_are_shown_are_scripts() {
    let mut scripts = String::new();
    for (source, examples) in examples() {
        for example in examples.iter().filter(|example| example.info.language == "sh") {
            scripts.push_str(&format!("# {}\n{}\n", source.path, example.text));
        }
    }
    assert!(scripts.lines().count() > 50, "{scripts}");
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().expect("bash is installed");
    bash.stdin.take().unwrap().write_all(scripts.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success());
}

/// Values of `href` and `src`.
fn addresses(html: &str) -> impl Iterator<Item = &str> {
    let of = |attribute: &'static str| html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    of(" href=\"").chain(of(" src=\""))
}

fn ids(html: &str) -> Vec<&str> {
    html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// `../urls.html` on `rules/D201.html` is `urls.html`; what leads out of the docs keeps its `..`.
fn resolved(page: &str, address: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_somewhere() {
    let site = site();
    let pages: BTreeMap<&str, &str> = site.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    let (mut faults, mut inside) = (Vec::new(), 0);
    for (path, html) in pages.iter().filter(|(path, _)| path.ends_with(".html")) {
        for address in
            addresses(html).filter(|address| !address.starts_with("https://") && !address.starts_with("data:"))
        {
            inside += 1;
            let (file, anchor) = address.split_once('#').map_or((address, None), |(f, a)| (f, Some(a)));
            let target = if file.is_empty() { (*path).to_owned() } else { resolved(path, file) };
            match (pages.get(target.as_str()), anchor) {
                (Some(page), Some(anchor)) if !ids(page).contains(&anchor) => {
                    faults.push(format!("{path}: {address}: {target} has no #{anchor}"));
                }
                (None, _) if !BESIDE.contains(&target.as_str()) => {
                    faults.push(format!("{path}: {address}: no {target}"))
                }
                _ => {}
            }
            if file.starts_with('/') || file.contains("://") {
                faults.push(format!("{path}: {address} holds under one address only"));
            }
        }
    }
    faultless(&faults);
    assert!(inside > 1000, "only {inside} links were looked at");
}

#[test]
fn names_of_places_are_unique_and_titles_too() {
    let mut faults = Vec::new();
    let mut titles = BTreeSet::new();
    for file in site().iter().filter(|file| file.path.ends_with(".html")) {
        let mut seen = BTreeSet::new();
        faults.extend(
            ids(&file.text).into_iter().filter(|id| !seen.insert(*id)).map(|id| format!("{}: #{id}", file.path)),
        );
        let title =
            file.text.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
        if !titles.insert(title.to_owned()) {
            faults.push(format!("{}: the title `{title}` is there twice", file.path));
        }
    }
    faultless(&faults);
}

#[test]
fn nothing_is_shown_that_the_policy_would_refuse() {
    for file in site().iter().filter(|file| file.path.ends_with(".html")) {
        assert!(!file.text.contains(" style=\"") && !file.text.contains("<style"), "{}", file.path);
        assert_eq!(file.text.matches("<script").count(), 1, "{}", file.path);
        assert!(!file.text.contains('{') || !file.text.contains("{up}"), "{}: a place is not filled", file.path);
    }
}
