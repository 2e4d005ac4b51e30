//! One golden file a generator, with what it writes for each sample. `UPDATE=1 cargo test` writes them.

use std::collections::BTreeSet;
use std::fs;

use drydock_core::artifacts::GENERATORS;

use crate::{folder, samples};

#[test]
fn files_are_as_reviewed() {
    let update = std::env::var_os("UPDATE").is_some();
    let samples = samples();
    let mut expected = BTreeSet::new();
    let mut changed = Vec::new();
    for generator in GENERATORS {
        let mut text = String::new();
        for sample in &samples {
            let body = match sample.artifact(generator) {
                Ok(artifact) => {
                    let needs: String = artifact.needs.iter().map(|need| format!("- {need}\n")).collect();
                    format!("{}\n\n{needs}\n{}", artifact.why, artifact.text)
                }
                Err(reason) => format!("not written: {reason}\n"),
            };
            text += &format!("===== {} =====\n{body}\n", sample.name);
        }
        let path = folder("golden").join(format!("{}.txt", generator.id));
        expected.insert(path.clone());
        if update {
            fs::write(&path, text).expect("a writable folder");
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            changed.push(generator.id);
        }
    }
    for entry in fs::read_dir(folder("golden")).expect("the golden files") {
        let path = entry.expect("a golden file").path();
        if update && !expected.contains(&path) {
            fs::remove_file(&path).expect("a removable file");
        }
        assert!(update || expected.contains(&path), "no generator writes {}", path.display());
    }
    assert!(changed.is_empty(), "changed: {changed:?}; see what with UPDATE=1 and git diff");
}
