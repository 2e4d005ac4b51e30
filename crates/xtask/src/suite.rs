//! `cargo xtask test`: every check, and one line that counts them.

use crate::page::budget;
use crate::setup::{self, Environment};
use crate::step::{duration, shown};
use crate::{build, workspace};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::Instant;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Rust,
    Browser,
    Agree,
}

impl FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "rust" => Ok(Self::Rust),
            "browser" => Ok(Self::Browser),
            "agree" => Ok(Self::Agree),
            _ => Err(format!("`{name}` is none of rust, browser, agree")),
        }
    }
}

pub fn run(only: Option<Part>) -> Result<()> {
    let wanted = |part| only.is_none_or(|only| only == part);
    let root = workspace::root();
    let mut suite = Suite::default();
    if wanted(Part::Rust) {
        setup::ensure(&[setup::RUST_CHECKS, setup::SERVICES, setup::READERS])?;
        suite.check("formatting", &mut formatting(&root)?);
        suite.check(
            "clippy",
            cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).current_dir(&root),
        );
        suite.check("cargo test", cargo(&["test", "--workspace", "--no-fail-fast"]).current_dir(&root));
    }
    if wanted(Part::Rust) || wanted(Part::Agree) {
        suite.check("pull", cargo(&["build", "--release", "--package", "drydock-pull"]).current_dir(&root));
    }
    if wanted(Part::Agree) {
        agree(&root, &mut suite)?;
    }
    if wanted(Part::Browser) {
        browser(&root, &mut suite)?;
    }
    suite.close()
}

fn cargo(args: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(args);
    cargo
}

/// Named files: `cargo fmt` does not see modules that a macro declares.
fn formatting(root: &Path) -> Result<Command> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard", "*.rs"];
    let listed = Command::new("git").current_dir(root).args(list).output().context("cannot start git")?;
    let files = String::from_utf8(listed.stdout)?;
    let files: Vec<_> = files.lines().filter(|file| root.join(file).exists()).collect();
    if files.is_empty() {
        bail!("git lists no Rust files in {}", root.display());
    }
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.current_dir(root).args(["--check", "--edition", "2024"]).args(files);
    Ok(rustfmt)
}

/// Compares with the real rke's answers where they are beside the checkout.
fn agree(root: &Path, suite: &mut Suite) -> Result<()> {
    let shared = root.join("../shared");
    let script = shared.join("tools/agree.py");
    if !script.exists() {
        return Ok(());
    }
    let corpus = shared.join("corpus");
    let answers = fs::read_to_string(corpus.join("rke-v1.6.3.jsonl"))?;
    let expected = root.join("target/rke-answers.jsonl");
    fs::write(&expected, answers.lines().map(as_printed).collect::<Result<String>>()?)?;
    let mut compare = Command::new("python3");
    compare.arg(script).arg(root.join("target/release/pull"));
    compare.arg("--files").arg(corpus).arg("--expected").arg(expected);
    compare.arg("--cases").arg(shared.join("facts/rke-cases.json"));
    suite.check("agreement with rke", &mut compare);
    Ok(())
}

/// The corpus gives a few parse errors as rke's library returns them; the command, and the small cases, put this in
/// front (cmd/up.go:299).
fn as_printed(answer: &str) -> Result<String> {
    const PREFIX: &str = "Failed to parse cluster file: ";
    let mut answer: serde_json::Value = serde_json::from_str(answer)?;
    if answer["stage"] == "parse"
        && let Some(error) = answer["error"].as_str().filter(|error| !error.starts_with(PREFIX))
    {
        answer["error"] = format!("{PREFIX}{error}").into();
    }
    Ok(format!("{answer}\n"))
}

fn browser(root: &Path, suite: &mut Suite) -> Result<()> {
    let environment: Environment = setup::ensure(&[setup::PAGE, setup::BROWSER])?;
    match build::site(&environment) {
        Ok(dist) => {
            match budget::exceeded(&dist) {
                Ok(faults) if faults.is_empty() => suite.passed += 1,
                Ok(faults) => suite.fail("size of the page", &faults.join("; ")),
                Err(error) => suite.fail("size of the page", &format!("{error:#}")),
            }
            let mut node = environment.command("node");
            node.current_dir(root.join("tests/browser")).env("DIST", dist).args(["--test", "--test-reporter=spec"]);
            suite.check("browser", &mut node);
        }
        Err(error) => suite.fail("page", &format!("{error:#}")),
    }
    Ok(())
}

/// What was counted so far.
#[derive(Default)]
struct Suite {
    passed: usize,
    failed: usize,
    broken: Vec<String>,
}

impl Suite {
    /// Runs one command with its output shown, and counts the tests that it reports.
    fn check(&mut self, name: &str, command: &mut Command) {
        let start = Instant::now();
        eprintln!("== {name}");
        let before = self.failed;
        match self.count(command) {
            Ok(true) => eprintln!("== {name}: {}", duration(start.elapsed())),
            // What does not count its tests, as clippy, is one.
            Ok(false) if self.failed == before => self.fail(name, &format!("`{:.200}` failed", shown(command))),
            Ok(false) => self.broken.push(name.to_owned()),
            Err(error) => self.fail(name, &format!("{error:#}")),
        }
    }

    fn count(&mut self, command: &mut Command) -> Result<bool> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{:.200}`", shown(command)))?;
        for line in BufReader::new(child.stdout.take().expect("piped")).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            let (passed, failed) = counted(&line).unwrap_or_default();
            self.passed += passed;
            self.failed += failed;
        }
        Ok(child.wait()?.success())
    }

    fn fail(&mut self, name: &str, why: &str) {
        eprintln!("== {name}: {why}");
        self.failed += 1;
        self.broken.push(name.to_owned());
    }

    fn close(self) -> Result<()> {
        println!("{} passed, {} failed", self.passed, self.failed);
        if !self.broken.is_empty() {
            bail!("failed: {}", self.broken.join(", "));
        }
        Ok(())
    }
}

/// Passed and failed tests in a closing line of cargo test or of node's test runner.
fn counted(line: &str) -> Option<(usize, usize)> {
    if let Some(result) = line.strip_prefix("test result: ") {
        let number =
            |what: &str| result.split([';', '.']).find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok());
        return Some((number(" passed")?, number(" failed")?));
    }
    let (name, number) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let number = number.parse().ok()?;
    match name {
        "pass" => Some((number, 0)),
        "fail" => Some((0, number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        let rust = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        assert_eq!(counted(rust), Some((12, 3)));
        assert_eq!(counted("ℹ pass 4"), Some((4, 0)));
        assert_eq!(counted("ℹ fail 2"), Some((0, 2)));
        assert_eq!(counted("ℹ duration_ms 12.5"), None);
        assert_eq!(counted("12 passed; 0 failed"), None);
    }

    #[test]
    fn a_check_that_counts_nothing_fails_as_one() {
        let mut suite = Suite::default();
        suite.check("lint", Command::new("sh").args(["-c", "exit 1"]));
        suite.check("fine", &mut Command::new("true"));
        assert_eq!((suite.passed, suite.failed), (0, 1));
        assert_eq!(suite.close().unwrap_err().to_string(), "failed: lint");
    }
}
