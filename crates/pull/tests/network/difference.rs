//! Packs that leave out what an earlier one has, pushed.

use drydock_pull::digest::Digest;

use crate::fake::images::noise;
use crate::fake::odd::odd;
use crate::fake::{Fake, Fault, Kind};
use crate::run::pull;

#[test]
fn what_a_difference_leaves_out_is_mounted_from_the_images_of_its_base() {
    let source = Fake::start(Fault::None, 0);
    source.put_image("rancher/a", "v1", &[(1, 200_000), (2, 1000)]);
    source.put_image("rancher/b", "v1", &[(1, 200_000), (3, 1000)]);
    source.put_image("rancher/c", "v1", &[(1, 200_000), (3, 1000), (4, 10)]);
    let [a, b, c] = ["a", "b", "c"].map(|name| source.image(&format!("rancher/{name}:v1")));
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(pull(here, &["save", &a, "-o", "base.tar"]).code, 0);
    // The image of the base is not in it.
    let run = pull(here, &["save", &b, &c, "-o", "next.tar", "--base", "base.tar"]);
    assert_eq!(run.code, 0, "{}", run.all());

    let shared = Digest::of(&noise(1, 200_000)).to_string();
    for (fault, base_is_there) in [(Fault::None, true), (Fault::None, false), (Fault::MountRefused, true)] {
        let target = Fake::start(fault, 0);
        let to = target.image("mirror");
        if base_is_there {
            assert_eq!(pull(here, &["push", "base.tar", "--to", &to]).code, 0);
        }
        let run = pull(here, &["push", "next.tar", "--to", &to]);
        if base_is_there && fault == Fault::None {
            assert_eq!(run.code, 0, "{}", run.all());
            assert_eq!(pull(here, &["verify", "next.tar", "--registry", &to]).code, 0);
            continue;
        }
        assert_eq!(run.code, 4, "{fault:?}: {}", run.all());
        let told = |word: &str| assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
        told(&shared);
        told("mirror/rancher/a");
        told("push the pack first that this one was made on");
        assert!(target.data().manifests.keys().all(|(repository, _)| repository == "mirror/rancher/a"));
    }

    // A folder that was filled in two runs.
    for image in [&b, &c] {
        assert_eq!(pull(here, &["save", image, "-o", "next", "--base", "base.tar"]).code, 0);
    }
    let target = Fake::start(Fault::None, 0);
    let to = target.image("mirror");
    for pack in ["base.tar", "next"] {
        let run = pull(here, &["push", pack, "--to", &to]);
        assert_eq!(run.code, 0, "{pack}: {}", run.all());
    }
}

#[test]
fn a_mirror_within_one_registry_moves_no_bytes() {
    let registry = Fake::start(Fault::None, 0);
    registry.put_image("rancher/a", "v1", &[(1, 200_000), (2, 1000)]);
    let folder = tempfile::tempdir().unwrap();
    let (image, to) = (registry.image("rancher/a:v1"), registry.image("mirror"));
    let run = pull(folder.path(), &["mirror", &image, "--to", &to]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert_eq!((registry.count("GET", "/blobs/"), registry.count("PUT", "/blobs/")), (0, 0));
    assert!(registry.data().manifests.contains_key(&("mirror/rancher/a".to_owned(), "v1".to_owned())));
}

#[test]
fn a_replica_that_lags_and_a_mount_that_has_to_wait_change_nothing() {
    let absent = odd("HEAD", Kind::Manifest, "HTTP/1.1 404 X\r\n\r\n");
    let (source, target) = (Fake::start(absent, 1), Fake::start(Fault::UploadLimit, 2));
    source.put_image("rancher/a", "v1", &[(1, 200_000)]);
    source.put_image("rancher/b", "v1", &[(1, 200_000)]);
    let folder = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| source.image(&format!("rancher/{name}:v1")));
    let run = pull(folder.path(), &["mirror", &a, &b, "--to", &target.address.to_string()]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert!(source.data().hits > 0 && target.data().hits > 0);
    assert_eq!(target.count("PUT", "/blobs/"), 3, "the layer that both have is mounted all the same");
}
