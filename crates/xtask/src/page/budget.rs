//! What the page may weigh, so that it is there at once on a slow line and travels as an attachment.

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::Path;

/// File names by start and end, whether sent packed, and the most KiB.
const BUDGETS: &[(&str, &str, bool, usize)] = &[
    // What the first findings wait for, and what comes after them.
    ("drydock-", "_bg.wasm", true, 350),
    ("drydock-", "_later.wasm", true, 350),
    ("editor", ".js", true, 150),
    ("style", ".css", true, 12),
    ("drydock", ".html", false, 1024),
];

/// One sentence for each file of the built page that is over its budget.
pub fn exceeded(dist: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (start, end, packed, most) in BUDGETS {
        let mut found = false;
        for file in fs::read_dir(dist)?.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if !name.starts_with(start) || !name.ends_with(end) {
                continue;
            }
            found = true;
            let bytes = fs::read(file.path()).with_context(|| format!("cannot read {name}"))?;
            let size = if *packed { gzip_size(&bytes)? } else { bytes.len() };
            if size > most * 1024 {
                let packed = if *packed { " as gzip" } else { "" };
                faults.push(format!("{name} has {}{packed}, at most {most} KiB are allowed", kib(size)));
            }
        }
        if !found {
            faults.push(format!("{start}*{end} is not in {}", dist.display()));
        }
    }
    Ok(faults)
}

/// As a web server sends it at best.
pub fn gzip_size(bytes: &[u8]) -> Result<usize> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    Ok(packed.finish()?.len())
}

pub fn kib(bytes: usize) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_and_missing_files_are_named() {
        let dist = std::env::temp_dir().join(format!("drydock-budget-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        let files = [("drydock-1_bg.wasm", 9_000_000), ("style.css", 20), ("drydock.html", 1_048_577)];
        for (name, size) in files {
            fs::write(dist.join(name), vec![b' '; size]).unwrap();
        }
        let faults = exceeded(&dist).unwrap();
        fs::remove_dir_all(&dist).unwrap();
        // Blanks pack well.
        let heavy = "drydock.html has 1024.0 KiB, at most 1024 KiB are allowed".to_owned();
        let missing = |pattern: &str| format!("{pattern} is not in {}", dist.display());
        assert_eq!(faults, [missing("drydock-*_later.wasm"), missing("editor*.js"), heavy]);
    }
}
