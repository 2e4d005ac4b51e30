//! Every file that is generated from the samples: compared, read back, and run.

mod consumers;
mod golden;
mod programs;
mod registry;
mod scripts;

use std::fs;
use std::path::{Path, PathBuf};

use drydock_core::artifacts::{Answers, Artifact, GENERATORS, Generator};
use drydock_core::credentials::Secrets;
use drydock_core::image::catalogue::Catalogue;
use drydock_core::plan::{Options, Plan};

/// A cluster.yml; its first line may hold answers, as `# answers: registry=registry.example.com insecure=yes`.
pub struct Sample {
    pub name: String,
    pub text: String,
    pub plan: Plan,
    pub answers: Answers,
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

impl Sample {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("readable sample");
        let first = text.lines().next().unwrap_or_default();
        let mut answers = Answers::default();
        for answer in first.strip_prefix("# answers: ").into_iter().flat_map(|answers| split_outside(answers)) {
            match answer.split_once('=') {
                Some((key, value)) => answers.set(key, value).expect("a valid answer"),
                None => answers.secrets = Secrets::Shown,
            }
        }
        let plan = drydock_core::check(&text, &Options::default()).plan;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self { name, text, plan, answers }
    }

    pub fn artifact(&self, generator: &Generator) -> Result<Artifact, String> {
        generator.artifact(&self.plan, &self.answers)
    }
}

/// Answers are apart by a blank before the next key.
fn split_outside(answers: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in answers.match_indices(' ') {
        let next = answers[at + 1..].split('=').next().unwrap_or_default();
        if !next.is_empty() && next.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            parts.push(&answers[start..at]);
            start = at + 1;
        }
    }
    parts.push(&answers[start..]);
    parts
}

pub fn samples() -> Vec<Sample> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder("samples")).expect("the samples").map(|entry| entry.expect("a sample").path()).collect();
    paths.sort();
    assert!(paths.len() >= 7, "at least six samples and a hostile one");
    paths.iter().map(|path| Sample::read(path)).collect()
}

pub fn sample(name: &str) -> Sample {
    Sample::read(&folder("samples").join(format!("{name}.yml")))
}

/// Everything that is written, over all samples.
pub fn artifacts() -> Vec<(Sample, Vec<(&'static Generator, Artifact)>)> {
    let of = |sample: &Sample| {
        GENERATORS.iter().copied().filter_map(|generator| Some((generator, sample.artifact(generator).ok()?))).collect()
    };
    samples().into_iter().map(|sample| (of(&sample), sample)).map(|(written, sample)| (sample, written)).collect()
}

#[test]
fn a_secret_is_written_only_where_asked() {
    for (sample, written) in artifacts() {
        for (generator, artifact) in written {
            let all = format!("{}{}{}", artifact.text, artifact.why, artifact.needs.join("\n"));
            assert!(!all.contains("canary"), "{} of {} holds a secret:\n{all}", generator.file, sample.name);
        }
    }
    let keys = sample("ecr-keys");
    let ecr = keys.artifact(drydock_core::artifacts::find("ecr").unwrap()).unwrap().text;
    assert!(ecr.contains("shown/secret+key"), "asked for and not there:\n{ecr}");
}

#[test]
fn every_generator_writes_for_at_least_one_sample_and_says_why_not_for_others() {
    let samples = samples();
    for generator in GENERATORS {
        let outcomes: Vec<_> = samples.iter().map(|sample| sample.artifact(generator)).collect();
        assert!(outcomes.iter().any(Result::is_ok), "{} is never written", generator.id);
        for outcome in outcomes {
            match outcome {
                Ok(artifact) => {
                    assert!(artifact.text.ends_with('\n') && !artifact.text.ends_with("\n\n"), "{}", generator.id);
                    assert!(!artifact.why.is_empty() && !artifact.needs.is_empty(), "{}", generator.id);
                }
                Err(reason) => assert!(!reason.is_empty(), "{}", generator.id),
            }
        }
    }
}

#[test]
fn an_upgrade_to_a_version_of_newer_metadata_names_its_images() {
    let data = r#"{"K8sVersionRKESystemImages": {
        "v1.33.0-rancher1-1": {"etcd": "rancher/etcd:1", "kubernetes": "rancher/hyperkube:v1.33.0-rancher1"},
        "v1.33.1-rancher1-1": {"etcd": "rancher/etcd:1", "kubernetes": "rancher/hyperkube:v1.33.1-rancher1"}}}"#;
    let catalogue = Catalogue::read(data).unwrap();
    let options = Options { catalogue, ..Options::default() };
    let plan = drydock_core::check("kubernetes_version: v1.33.0-rancher1-1\n", &options).plan;
    let mut answers = Answers::default();
    let generator = drydock_core::artifacts::find("images-difference").unwrap();
    answers.set("next_version", "v1.33.1-rancher1-1").unwrap();
    assert_eq!(generator.artifact(&plan, &answers).unwrap().text, "rancher/hyperkube:v1.33.1-rancher1\n");
    answers.set("next_version", "v1.30.5-rancher1-1").unwrap();
    let reason = generator.artifact(&plan, &answers).unwrap_err();
    assert_eq!(reason, "no images are known for v1.30.5-rancher1-1");
}

#[test]
fn an_answer_that_cannot_be_taken_says_what_is_wanted() {
    let mut answers = Answers::default();
    for (key, value, says) in [
        ("registry", "https://registry.example.com", "without scheme"),
        ("registry", "registry.example.com/", "without a slash at the end"),
        ("registry", "myregistry", "give host"),
        ("ec2", "maybe", "yes or no"),
        ("scope", "all", "cluster, version"),
        ("next_version", "v1.99", "v1.30.5-rancher1-1"),
        ("target_version", "v1.30.14", "v1.30.14+rke2r1"),
        ("cache_prefix", "Docker_Hub", "lower-case"),
        ("at_once", "0", "a number"),
        ("namespace", "My Shop", "lower-case"),
        ("ca_file", "-x", "give a path"),
        ("colour", "red", "no question is called `colour`"),
    ] {
        let error = answers.set(key, value).expect_err(value).to_string();
        assert!(error.contains(says), "{key}={value}: {error}");
    }
    assert_eq!(answers, Answers::default(), "nothing was taken");
    answers.set("ec2", "true").unwrap();
    answers.set("ec2", "").unwrap();
    assert_eq!(answers, Answers::default(), "an empty answer takes one back");
}
