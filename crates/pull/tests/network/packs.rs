//! Packs made, cut off, carried on, split, served and mirrored.

use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use drydock_pull::manifest::Manifest;
use drydock_pull::pack::Pack;
use serde_json::Value;

use crate::fake::{Fake, Fault};
use crate::run::{Run, command, pull};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn three_images(registry: &Fake) -> Vec<String> {
    registry.put_image("rancher/a", "v1", &[(1, 200_000), (2, 150_000)]);
    registry.put_image("rancher/b", "v1", &[(1, 200_000), (3, 70_000)]);
    registry.put_image("rancher/c", "v2", &[(1, 200_000), (1, 200_000), (4, 10)]);
    ["a:v1", "b:v1", "c:v2"].iter().map(|name| registry.image(&format!("rancher/{name}"))).collect()
}

fn save(folder: &Path, images: &[String], rest: &[&str]) -> Run {
    let mut arguments = vec!["save"];
    arguments.extend(images.iter().map(String::as_str));
    arguments.extend(rest);
    pull(folder, &arguments)
}

fn assert_whole(path: &Path, images: usize) {
    let pack = Pack::open(path).unwrap();
    assert_eq!(pack.entries.len(), images);
    for blob in pack.entries.iter().flat_map(|entry| pack.manifests(entry).unwrap()).flat_map(blobs) {
        assert!(pack.holds(&blob).unwrap(), "{}", blob.digest);
    }
}

fn blobs(manifest: Manifest) -> Vec<drydock_pull::manifest::Descriptor> {
    manifest.blobs().cloned().collect()
}

/// Every file below the folder, with its bytes.
fn files(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn each_blob_is_fetched_once_and_the_pack_is_the_same_each_time() {
    let registry = Fake::start(Fault::None, 0);
    let images = three_images(&registry);
    let folder = tempfile::tempdir().unwrap();
    let run = save(folder.path(), &images, &["-o", "one", "--json"]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert_eq!(registry.count("GET", "/blobs/"), 4 + 3, "four layers and three configs");
    let events: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| events.iter().filter(|event| event["event"] == kind).count();
    assert_eq!((of("start"), of("image"), of("end")), (1, 3, 1), "{}", run.stdout);
    assert_eq!(run.stderr, "");

    let mut other_way: Vec<String> = images.clone();
    other_way.reverse();
    assert_eq!(save(folder.path(), &other_way, &["-o", "two"]).code, 0);
    assert_eq!(files(&folder.path().join("one")), files(&folder.path().join("two")));
    for name in ["one.tar", "two.tar"] {
        assert_eq!(save(folder.path(), &images, &["-o", name]).code, 0);
    }
    assert_eq!(fs::read(folder.path().join("one.tar")).unwrap(), fs::read(folder.path().join("two.tar")).unwrap());
    assert!(!folder.path().join("one.tar.folder").exists());
    assert_whole(&folder.path().join("one.tar"), 3);

    let again = save(folder.path(), &images, &["-o", "one"]);
    assert!(again.stderr.contains("3 of them already there"), "{}", again.stderr);
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_with_the_right_bytes_and_fetches_little_twice() {
    const RATE: u64 = 2_500_000;
    let size: u64 = 24_000_000 + 6_000_000;
    let registry = Fake::with(Fault::None, 0, None, Some(RATE));
    registry.put_image("rancher/big", "v1", &[(1, 24_000_000), (2, 6_000_000)]);
    let image = registry.image("rancher/big:v1");
    let folder = tempfile::tempdir().unwrap();
    let mut kills = 0;
    for number in 0..20 {
        let mut child = command(folder.path(), &["save", &image, "-o", "pack"]);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let end = Instant::now() + Duration::from_millis(250 + 97 * (number % 5));
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if Instant::now() > end && kills < 6 => break None,
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        match status {
            Some(status) => {
                assert!(status.success());
                break;
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
            }
        }
    }
    assert!(kills >= 3, "{kills} kills: the run ended before it could be killed");
    assert_whole(&folder.path().join("pack"), 1);
    assert!(!folder.path().join("pack/.parts").exists());
    // What was on the wire when it died counts as sent: two blobs, at most 8 MB each.
    let sent = registry.data().bytes_sent;
    assert!(sent <= size + kills * 2 * 8_000_000, "{sent} bytes for {size} with {kills} kills");
}

#[test]
fn an_interrupted_run_says_so_and_keeps_what_it_has() {
    let registry = Fake::with(Fault::None, 0, None, Some(1_000_000));
    registry.put_image("rancher/a", "v1", &[(1, 3_000_000)]);
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["save", &registry.image("rancher/a:v1"), "-o", "pack"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(1000));
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let part = fs::read_dir(folder.path().join("pack/.parts")).unwrap().next().expect("a part").unwrap();
    assert!(part.metadata().unwrap().len() > 100_000);
}

#[test]
fn parts_of_garbage_are_no_obstacle() {
    let registry = Fake::start(Fault::None, 0);
    registry.put_image("rancher/a", "v1", &[(1, 9_000_000), (2, 150_000)]);
    let image = registry.image("rancher/a:v1");
    let folder = tempfile::tempdir().unwrap();
    let parts = folder.path().join("pack/.parts");
    fs::create_dir_all(&parts).unwrap();
    for (seed, len) in [(1, 9_000_000), (2, 150_000)] {
        let hex = drydock_pull::digest::Digest::of(&crate::fake::images::noise(seed, len)).hex();
        fs::write(parts.join(format!("{hex}.part")), vec![7; len - 5]).unwrap();
        fs::write(parts.join(format!("{hex}.journal")), format!("drydock blob 1 {len}\n0 {}\n", len - 10)).unwrap();
        fs::create_dir_all(folder.path().join("pack/blobs/sha256")).unwrap();
        fs::write(folder.path().join("pack/blobs/sha256").join("0".repeat(64)), "another's").unwrap();
    }
    let run = pull(folder.path(), &["save", &image, "-o", "pack"]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert_whole(&folder.path().join("pack"), 1);
}

#[test]
fn two_runs_in_one_folder_wait_for_each_other() {
    let registry = Fake::with(Fault::None, 0, None, Some(1_000_000));
    let images = three_images(&registry);
    let folder = tempfile::tempdir().unwrap();
    let start = |images: &[String]| {
        let mut arguments = vec!["save"];
        arguments.extend(images.iter().map(String::as_str));
        arguments.extend(["-o", "pack"]);
        command(folder.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running = [start(&images[..2]), start(&images[1..]), start(&images[2..])];
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_whole(&folder.path().join("pack"), 3);
    assert_eq!(registry.count("GET", "/blobs/"), 4 + 3, "what the first run fetched the next ones have");
}

#[test]
fn a_pack_splits_leaves_out_its_base_and_is_verified() {
    let registry = Fake::start(Fault::None, 0);
    let images = three_images(&registry);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(save(here, &images[..1], &["-o", "base.tar"]).code, 0);
    let run = save(here, &images, &["-o", "next.tar", "--base", "base.tar", "--split", "1M"]);
    assert_eq!(run.code, 0, "{}", run.all());
    let next = Pack::open(&here.join("next.tar")).unwrap();
    let base = Pack::open(&here.join("base.tar")).unwrap();
    assert_eq!(next.base, Some(base.digest));
    let config = base.manifests(&base.entries[0]).unwrap();
    assert!(config[0].blobs().all(|blob| next.blob(&blob.digest).is_none()), "the base has them");
    assert!(here.join("next.tar.001").exists() && !here.join("next.tar").exists());

    let alone = pull(here, &["verify", "next.tar"]);
    assert_eq!(alone.code, 4, "{}", alone.all());
    assert!(alone.stderr.contains(&base.digest.to_string()), "it names its base: {}", alone.stderr);
    let run = pull(here, &["verify", "next.tar.001", "--base", "base.tar"]);
    assert_eq!(run.code, 0, "{}", run.all());

    let target = Fake::start(Fault::None, 0);
    let to = target.image("mirror");
    let run = pull(here, &["push", "next.tar", "--to", &to]);
    assert_eq!(run.code, 4, "without the base: {}", run.all());
    assert_eq!(pull(here, &["push", "base.tar", "--to", &to]).code, 0);
    let run = pull(here, &["push", "next.tar", "--to", &to]);
    assert_eq!(run.code, 0, "{}", run.all());
    let run = pull(here, &["verify", "next.tar", "--registry", &to]);
    assert_eq!(run.code, 0, "{}", run.all());

    let digest = *base.digests().next().unwrap();
    let mut bytes = fs::read(here.join("base.tar")).unwrap();
    let slice = base.blob(&digest).unwrap();
    bytes[slice.offset as usize] ^= 1;
    fs::write(here.join("base.tar"), bytes).unwrap();
    let run = pull(here, &["verify", "base.tar"]);
    assert_eq!(run.code, 6, "{}", run.all());
}

#[test]
fn a_mirror_mounts_what_it_can_and_asks_little_when_nothing_changed() {
    let (source, target) = (Fake::start(Fault::None, 0), Fake::start(Fault::None, 0));
    let images = three_images(&source);
    let folder = tempfile::tempdir().unwrap();
    let to = target.address.to_string();
    let mut arguments = vec!["mirror", "--to", &to];
    arguments.extend(images.iter().map(String::as_str));
    let run = pull(folder.path(), &arguments);
    assert_eq!(run.code, 0, "{}", run.all());
    assert_eq!(source.count("GET", "/blobs/"), 7);
    assert_eq!(target.count("PUT", "/blobs/uploads/"), 7, "each blob is sent once");
    assert_eq!(target.count("POST", "mount="), 2, "the shared layer is mounted");
    let before = (source.data().log.len(), target.data().log.len());
    let run = pull(folder.path(), &arguments);
    assert!(run.code == 0 && run.stderr.contains("3 of them already there"), "{}", run.all());
    let asked = |fake: &Fake, before| fake.data().log.len() - before;
    assert!(asked(&source, before.0) <= 4 && asked(&target, before.1) <= 4, "HEAD each, and one /v2/");
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 0, "no spool is left");
}

#[test]
fn a_tag_that_must_not_change_is_success_where_it_agrees_and_failure_where_not() {
    let (source, target) = (Fake::start(Fault::None, 0), Fake::start(Fault::ImmutableTag, 0));
    source.put_image("rancher/a", "v1", &[(1, 1000)]);
    let folder = tempfile::tempdir().unwrap();
    let (image, to) = (source.image("rancher/a:v1"), target.address.to_string());
    let arguments = ["mirror", "--to", &to, &image];
    assert_eq!(pull(folder.path(), &arguments).code, 0);
    assert_eq!(pull(folder.path(), &arguments).code, 0);
    source.put_image("rancher/a", "v1", &[(2, 1000)]);
    let run = pull(folder.path(), &arguments);
    assert!(run.code == 5 && run.stderr.contains("TAG_INVALID"), "{}", run.all());
}

#[test]
fn one_platform_is_taken_or_all() {
    let registry = Fake::start(Fault::None, 0);
    let digest = registry.put_index("rancher/multi", "v1");
    let image = registry.image("rancher/multi:v1");
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(pull(here, &["save", &image, "-o", "one"]).code, 0);
    let pack = Pack::open(&here.join("one")).unwrap();
    assert_eq!(pack.manifests(&pack.entries[0]).unwrap().len(), 1);
    assert_eq!(pull(here, &["save", &image, "-o", "all.tar", "--platform", "all"]).code, 0);
    let pack = Pack::open(&here.join("all.tar")).unwrap();
    assert_eq!(pack.entries[0].descriptor.digest, digest);
    assert_eq!(pack.manifests(&pack.entries[0]).unwrap().len(), 3);
    let run = pull(here, &["save", &image, "-o", "none", "--platform", "linux/s390x"]);
    assert!(run.code == 4 && run.stderr.contains("linux/arm64, linux/amd64"), "{}", run.all());
    let target = Fake::start(Fault::None, 0);
    let to = target.address.to_string();
    assert_eq!(pull(here, &["push", "all.tar", "--to", &to]).code, 0);
    assert!(target.data().manifests.contains_key(&("rancher/multi".to_owned(), digest.to_string())));
}

#[test]
fn a_served_pack_is_a_registry() {
    let registry = Fake::start(Fault::None, 0);
    registry.put_image("rancher/a", "v1", &[(1, 9_000_000), (2, 1000)]);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(pull(here, &["save", &registry.image("rancher/a:v1"), "-o", "pack.tar"]).code, 0);
    let mut server = command(here, &["serve", "pack.tar", "--listen", "127.0.0.1:0"]);
    let mut server = server.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().to_owned();
    let run = pull(here, &["save", &format!("{address}/rancher/a:v1"), "-o", "again"]);
    let denied = pull(here, &["push", "pack.tar", "--to", &format!("{address}/new")]);
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(run.code, 0, "{}", run.all());
    assert_whole(&here.join("again"), 1);
    assert_eq!(denied.code, 5, "{}", denied.all());
}

#[test]
fn a_dry_run_tells_sizes_and_leaves_nothing() {
    let registry = Fake::start(Fault::None, 0);
    let images = three_images(&registry);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("images.txt"), format!("# ours\n{}\n\n{}\n", images[0], images[1])).unwrap();
    let run = pull(folder.path(), &["save", "--list", "images.txt", "-o", "pack", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert_eq!(run.stdout.lines().count(), 2);
    assert!(run.stderr.contains("2 images, 5 blobs"), "{}", run.stderr);
    assert!(!folder.path().join("pack").exists());
    assert_eq!(registry.count("GET", "/blobs/"), 0);
}

#[test]
fn some_failures_are_told_in_a_table_and_the_rest_is_saved() {
    let registry = Fake::start(Fault::None, 0);
    let mut images = three_images(&registry);
    images.push(registry.image("rancher/absent:v1"));
    images.push("Not An Image".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let run = save(folder.path(), &images, &["-o", "pack"]);
    assert_eq!(run.code, 1, "{}", run.all());
    assert!(run.stderr.contains("2 images failed:"), "{}", run.stderr);
    assert_whole(&folder.path().join("pack"), 3);
}

#[test]
fn hostile_manifests_are_refused() {
    let registry = Fake::start(Fault::None, 0);
    let digest = |byte: &str| format!("sha256:{}", byte.repeat(64));
    let config = serde_json::json!({"digest": digest("a"), "size": 10});
    let oci = "application/vnd.oci.image.manifest.v1+json";
    let long = "x".repeat(5 << 20);
    let manifests = [
        ("large", serde_json::json!({"schemaVersion": 2, "config": config, "annotations": {"a": long}})),
        ("sha512", serde_json::json!({"schemaVersion": 2, "config": {"digest": "sha512:00", "size": 1}})),
        ("path", serde_json::json!({"schemaVersion": 2, "config": {"digest": "sha256:../../x", "size": 1}})),
        ("both", serde_json::json!({"schemaVersion": 2, "mediaType": oci, "config": config, "manifests": []})),
        ("old", serde_json::json!({"schemaVersion": 1, "name": "a", "fsLayers": []})),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (tag, manifest) in &manifests {
        registry.put_manifest("evil", tag, manifest);
        let run = pull(folder.path(), &["save", &registry.image(&format!("evil:{tag}")), "-o", "pack"]);
        assert_eq!(run.code, 5, "{tag}: {}", run.all());
        assert!(run.stderr.contains("cannot be used"), "{tag}: {}", run.stderr);
    }
    registry.put_manifest(
        "evil",
        "huge",
        &serde_json::json!({"schemaVersion": 2,
        "config": {"digest": digest("a"), "size": 1_u64 << 60}, "layers": []}),
    );
    let run = pull(folder.path(), &["save", &registry.image("evil:huge"), "-o", "pack"]);
    assert_eq!(run.code, 7, "no disk has room for it: {}", run.all());
}

#[test]
fn skopeo_reads_a_pack_both_ways() {
    let Ok(skopeo) = std::process::Command::new("skopeo").arg("--version").output() else { return };
    assert!(skopeo.status.success());
    let registry = Fake::start(Fault::None, 0);
    let images = three_images(&registry);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(save(folder.path(), &images, &["-o", "pack.tar"]).code, 0);
    assert_eq!(save(folder.path(), &images, &["-o", "pack"]).code, 0);
    for (transport, name) in [("oci", "pack"), ("oci-archive", "pack.tar"), ("docker-archive", "pack.tar")] {
        let path = folder.path().join(name);
        let read = std::process::Command::new("skopeo")
            .args(["inspect", "--raw", &format!("{transport}:{}:{}", text(&path), images[1])])
            .output()
            .unwrap();
        assert!(read.status.success(), "{transport}: {}", String::from_utf8_lossy(&read.stderr));
    }
}
