//! `pull explain --effective` beside what the real rke works with, where its answers lie beside the repository.

use std::fs;
use std::path::Path;

use drydock_core::check;
use drydock_core::credentials::Secrets;
use drydock_core::effective::Effective;
use drydock_core::plan::Options;
use serde_json::Value;

use super::{folder, json, pull};

/// Texts that other readers of YAML take for booleans, numbers or dates, and one that is longer than a line.
#[test]
fn texts_are_texts_to_every_reader() {
    let long = "word ".repeat(40);
    let texts = ["yes", "022", "1_000", "0x1F", "1:30", "2001-01-01", "null", "~", "1e3", "on", "", "***", long.trim()];
    for text in texts {
        let folder = folder(&[("cluster.yml", &format!("private_registries:\n- user: '{text}'\n  url: a.com\n"))]);
        let run = pull(folder.path(), &["explain", "--effective", "--show-secrets"]);
        let read: Value = serde_yaml::from_str(&run.stdout).unwrap();
        let user = &read["private_registries"][0]["user"];
        assert_eq!(user.as_str().unwrap_or_default(), text, "{}", run.stdout);
        let line = run.stdout.lines().find(|line| line.contains("user: "));
        assert!(text.is_empty() || line.is_some_and(|line| line.contains(text)), "{}", run.stdout);
        let quoted = line.is_some_and(|line| line.ends_with(['"', '\'']));
        assert!(quoted || text.is_empty() || text.starts_with("word"), "{line:?}");
    }
}

#[test]
fn values_are_those_the_real_rke_works_with() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/facts/rke-cases.json");
    let Ok(cases) = fs::read_to_string(cases) else { return };
    let cases = json(&cases);
    let told = |case: &&Value| case["outcome"] == "ok" && case["changed"].is_object();
    let cases: Vec<&Value> = cases["cases"].as_array().unwrap().iter().filter(told).collect();
    let folder = folder(&[]);
    let names: Vec<String> = (0..cases.len()).map(|number| format!("{number}.yml")).collect();
    for (name, case) in names.iter().zip(&cases) {
        fs::write(folder.path().join(name), case["yaml"].as_str().unwrap()).unwrap();
    }
    let mut arguments = vec!["explain", "--effective", "--show-secrets", "--rke", "v1.6.3"];
    arguments.extend(names.iter().map(String::as_str));
    let run = pull(folder.path(), &arguments);
    let printed = format!("\n{}", run.stdout);
    let written: Vec<&str> = printed.split("\n---\n").skip(1).collect();
    assert_eq!(written.len(), cases.len(), "{}", run.stderr);
    let effective = |text: &str| {
        let checked = check(text, &Options::default());
        Effective::new(&checked.cluster, &checked.plan).to_json(Secrets::Shown)
    };
    let (mut compared, mut without, mut differ) = (0, 0, Vec::new());
    for (case, written) in cases.iter().zip(written) {
        // Once as the core has them, once as they are read back from what was printed.
        for (how, json) in [("core", effective(case["yaml"].as_str().unwrap())), ("printed", effective(written))] {
            for (path, wanted) in case["changed"].as_object().unwrap() {
                compared += 1;
                // rke loses `ignore_daemonsets: false` of a partial drain input, and unset it counts as true: so it is
                // printed, since a whole drain input cannot leave it unset.
                if how == "printed" && path == "upgradeStrategy.nodeDrainInput" && wanted["ignoreDaemonSets"].is_null()
                {
                    without += 1;
                    continue;
                }
                let found = json.pointer(&format!("/{}", path.replace('.', "/")));
                let wanted = if wanted.get("absent").is_some() { None } else { Some(wanted) };
                if found != wanted {
                    differ.push(format!("{} {how} {path}: {found:?}, not {wanted:?}", case["name"]));
                }
            }
        }
    }
    assert!(compared > 3000 && without == 2, "{compared} {without}");
    assert!(differ.is_empty(), "{} of {compared} differ:\n{}", differ.len(), differ.join("\n"));
}
