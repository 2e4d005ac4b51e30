//! What goes wrong between here and a registry, and what comes of it.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use drydock_pull::digest::Digest;
use drydock_pull::pack::Pack;

use crate::fake::{Fake, Fault};
use crate::run::pull;

/// One layer that comes through one connection, and one that comes in pieces.
const LAYERS: [(u64, usize); 2] = [(1, 1_500_000), (2, 9_000_000)];

/// Every blob of every image in the pack is there and right.
pub fn assert_whole(path: &Path) {
    let pack = Pack::open(path).unwrap();
    assert!(!pack.entries.is_empty());
    for entry in &pack.entries {
        for blob in pack.manifests(entry).unwrap().iter().flat_map(drydock_pull::manifest::Manifest::blobs) {
            assert!(pack.holds(blob).unwrap(), "{} of {}", blob.digest, entry.name);
        }
    }
}

/// Checks a dozen at a time.
pub fn all<T: Copy + Send + std::fmt::Debug + 'static>(cases: &[T], check: fn(T)) {
    let mut failed = Vec::new();
    for cases in cases.chunks(12) {
        let start = |case: &T| {
            let case = *case;
            (case, thread::spawn(move || check(case)))
        };
        let running: Vec<_> = cases.iter().map(start).collect();
        failed.extend(running.into_iter().filter_map(|(case, thread)| thread.join().err().map(|_| case)));
    }
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn every_fault_of_a_download_is_survived() {
    let cases = [
        (Fault::None, 0),
        (Fault::Cut, 1),
        (Fault::Cut, 3),
        (Fault::CutWithoutRanges, 1),
        (Fault::Reset, 1),
        (Fault::Reset, 3),
        (Fault::Corrupt, 1),
        (Fault::Halved, 1),
        (Fault::Stall, 1),
        (Fault::Drip, 1),
        (Fault::StallBeforeHead, 1),
        (Fault::ResetBeforeHead, 1),
        (Fault::ManifestLimit, 1),
        (Fault::BlobLimit, 1),
        (Fault::BlobLimit, 4),
        (Fault::BlobLimitByDate, 1),
        (Fault::BlobLimitWithoutTime, 2),
        (Fault::Manifest(503), 1),
        (Fault::Manifest(500), 2),
        (Fault::Blob(500), 1),
        (Fault::Blob(503), 1),
        (Fault::Blob(504), 2),
        (Fault::Blob(408), 1),
        (Fault::Blob(404), 1),
        (Fault::BadGatewayPage, 1),
        (Fault::LoginPage, 1),
        (Fault::WithoutLength, 1),
        (Fault::Gzip, 1),
        (Fault::WrongManifest, 1),
        (Fault::WrongRange, 2),
        (Fault::TokenUses(2), 0),
        (Fault::TokenUses(1), 0),
        (Fault::TokenForgotten(3), 0),
        (Fault::SignedExpired, 1),
    ];
    all(&cases, |(fault, times)| {
        let registry = Fake::start(fault, times);
        registry.put_image("rancher/a", "v1", &LAYERS);
        let folder = tempfile::tempdir().unwrap();
        let run = pull(folder.path(), &["save", &registry.image("rancher/a:v1"), "-o", "pack", "--timeout", "1"]);
        assert_eq!(run.code, 0, "{fault:?} x {times}: {}", run.all());
        let data = registry.data();
        assert!(fault == Fault::None || data.hits > 0, "{fault:?} did not happen");
        assert_eq!(data.leaked, 0, "{fault:?}: a login went where none belongs");
        assert!(!run.all().contains("canary"), "{}", run.all());
        assert_whole(&folder.path().join("pack"));
        assert!(!folder.path().join("pack/.parts").exists(), "{fault:?} leaves parts behind");
    });
}

#[test]
fn what_cannot_be_survived_ends_soon_with_its_own_exit_code() {
    let cases = [
        (Fault::Manifest(404), 4),
        (Fault::Manifest(403), 3),
        (Fault::Manifest(401), 3),
        (Fault::Blob(404), 4),
        (Fault::Blob(400), 5),
        (Fault::Corrupt, 6),
        (Fault::WrongManifest, 6),
        (Fault::RedirectLoop, 5),
        (Fault::LoginPage, 5),
        (Fault::Stall, 5),
        (Fault::Manifest(500), 5),
    ];
    all(&cases, |(fault, code)| {
        let registry = Fake::start(fault, usize::MAX);
        registry.put_image("rancher/a", "v1", &LAYERS[..1]);
        registry.put_image("rancher/b", "v1", &[(9, 10)]);
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let image = registry.image("rancher/a:v1");
        let run = pull(folder.path(), &["save", &image, "-o", "pack", "--timeout", "1", "--retries", "1"]);
        assert_eq!(run.code, code, "{fault:?}: {}", run.all());
        assert!(run.stderr.contains("1 images failed:") && run.stderr.contains(&image), "{}", run.stderr);
        assert!(start.elapsed() < Duration::from_secs(20), "{fault:?}: {:?}", start.elapsed());
        assert!(!folder.path().join("pack/index.json").exists(), "nothing is named that is not whole");
    });
}

#[test]
fn every_fault_of_an_upload_is_survived() {
    let source = tempfile::tempdir().unwrap();
    let origin = Fake::start(Fault::None, 0);
    let digest = origin.put_image("rancher/a", "v1", &LAYERS);
    origin.put_image("rancher/b", "v1", &[LAYERS[1], (3, 70_000)]);
    let images = [origin.image("rancher/a:v1"), origin.image("rancher/b:v1")];
    let run = pull(source.path(), &["save", &images[0], &images[1], "-o", "pack.tar"]);
    assert_eq!(run.code, 0, "{}", run.all());
    let pack = source.path().join("pack.tar");
    let cases = [
        (Fault::None, 0),
        (Fault::OpenUpload(500), 1),
        (Fault::UploadData(500), 1),
        (Fault::UploadData(500), 4),
        (Fault::UploadReset, 1),
        (Fault::UploadReset, 4),
        (Fault::UploadLimit, 1),
        (Fault::PutManifest(500), 1),
        (Fault::TokenForgotten(5), 0),
        (Fault::TokenUses(2), 0),
        (Fault::TokenUses(1), 0),
        (Fault::MountIgnored, 0),
        (Fault::MountRefused, 0),
        (Fault::NoMonolithicUpload, 0),
        (Fault::UploadData(503), 2),
    ];
    thread::scope(|scope| {
        for (fault, times) in cases {
            let pack = pack.to_str().unwrap();
            scope.spawn(move || {
                let registry = Fake::start(fault, times);
                let folder = tempfile::tempdir().unwrap();
                let to = registry.image("mirror");
                let run = pull(folder.path(), &["push", pack, "--to", &to, "--timeout", "2"]);
                assert_eq!(run.code, 0, "{fault:?} x {times}: {}", run.all());
                assert!(fault == Fault::None || registry.data().hits > 0, "{fault:?} did not happen");
                let stored = registry.data().manifests[&("mirror/rancher/a".to_owned(), "v1".to_owned())].0.clone();
                assert_eq!(Digest::of(&stored), digest);
                let again = pull(folder.path(), &["verify", pack, "--registry", &to]);
                assert_eq!(again.code, 0, "{fault:?}: {}", again.all());
                assert!(!run.all().contains("canary"), "{}", run.all());
            });
        }
    });
}

#[test]
fn a_login_goes_to_its_registry_only_and_shows_nowhere() {
    let login = "Basic bW92ZXI6Y2FuYXJ5LXNlY3JldA==";
    for fault in [Fault::None, Fault::SignedExpired, Fault::Manifest(500)] {
        let registry = Fake::with(fault, 1, Some(login.to_owned()), None);
        registry.put_image("rancher/a", "v1", &LAYERS[..1]);
        let folder = tempfile::tempdir().unwrap();
        let cluster = format!(
            "nodes: []\nprivate_registries:\n- url: {}\n  user: mover\n  password: canary-secret\n",
            registry.address
        );
        fs::write(folder.path().join("cluster.yml"), cluster).unwrap();
        let image = registry.image("rancher/a:v1");
        let run = pull(folder.path(), &["save", "-c", "cluster.yml", &image, "-o", "pack", "--json"]);
        assert_eq!(run.code, 0, "{}", run.all());
        assert!(!run.all().contains("canary") && !run.all().contains(&login[6..]), "{}", run.all());
        assert_eq!(registry.data().leaked, 0);
        let run = pull(folder.path(), &["save", &image, "-o", "other", "--json"]);
        assert_eq!(run.code, 3, "without the login: {}", run.all());
        for file in fs::read_dir(folder.path().join("pack")).unwrap() {
            let path = file.unwrap().path();
            assert!(path.is_dir() || !fs::read_to_string(path).unwrap().contains("canary"));
        }
    }
}

#[test]
fn an_expired_token_of_ecr_that_nobody_renews_is_a_matter_of_credentials() {
    let login = "Basic bW92ZXI6Y2FuYXJ5LXNlY3JldA==";
    let registry = Fake::with(Fault::EcrExpired(2), 0, Some(login.to_owned()), None);
    registry.put_image("rancher/a", "v1", &LAYERS[..1]);
    let folder = tempfile::tempdir().unwrap();
    let (address, image) = (registry.address, registry.image("rancher/a:v1"));
    let cluster =
        format!("nodes: []\nprivate_registries:\n- url: {address}\n  user: mover\n  password: canary-secret\n");
    fs::write(folder.path().join("cluster.yml"), cluster).unwrap();
    let run = pull(folder.path(), &["save", "-c", "cluster.yml", &image, "-o", "pack"]);
    assert_eq!(run.code, 3, "{}", run.all());
    assert!(run.stderr.contains("Token has expired"), "{}", run.stderr);
}
