//! Faults that are in no list, one of a kind each.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use drydock_pull::digest::Digest;

use crate::fake::odd::{Way, odd, odd_way};
use crate::fake::{Fake, Fault, Kind};
use crate::faults::{all, assert_whole};
use crate::run::pull;

const LAYERS: [(u64, usize); 2] = [(1, 300_000), (2, 8_500_000)];

/// Answers to GET of a blob or manifest that right ones follow.
const GETS: &[(&str, usize)] = &[
    ("HTTP/1.1 206 X\r\nContent-Length: 5\r\nContent-Range: bytes 0-4/5\r\n\r\nhello", 1),
    ("HTTP/1.1 206 X\r\nContent-Length: 5\r\nContent-Range: bytes 7-11/9000000\r\n\r\nhello", 1),
    ("HTTP/1.1 206 X\r\nContent-Length: 5\r\nContent-Range: bytes */9000000\r\n\r\nhello", 1),
    ("HTTP/1.1 206 X\r\nContent-Length: 5\r\n\r\nhello", 1),
    ("HTTP/1.1 206 X\r\nContent-Type: multipart/byteranges; boundary=x\r\nContent-Length: 5\r\n\r\n--x--", 1),
    ("HTTP/1.1 416 X\r\nContent-Range: bytes */5\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 1),
    ("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 1),
    ("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 1),
    ("HTTP/1.1 200 X\r\nContent-Length: 99999999999\r\n\r\nhello", 1),
    ("HTTP/1.1 200 X\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 1),
    ("HTTP/1.1 200 X\r\nContent-Length: -5\r\n\r\nhello", 1),
    ("HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n\x1f\x0b\r\n", 1),
    ("HTTP/1.1 204 X\r\n\r\n", 1),
    ("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 300 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 304 X\r\n\r\n", 1),
    ("HTTP/1.1 307 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 307 X\r\nLocation: http://[not an address\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/away\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 302 X\r\nLocation: http://nowhere.invalid/away\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 307 X\r\nLocation: {path}\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 307 X\r\nLocation: http://localhost:{port}/signed/gone\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 408 X\r\nConnection: close\r\n\r\n", 1),
    ("HTTP/1.1 429 X\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 429 X\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", 2),
    ("HTTP/1.1 429 X\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 429 X\r\nRetry-After: -1\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 500 X\r\n\r\n", 1),
    ("HTTP/1.1 503 X\r\n\r\n", 3),
    ("HTTP/1.1 507 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 404 X\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlost", 1),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 502 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("HTTP/1.1 20", 1),
    ("HTTP/1.1 200 X\r\nContent-Le", 1),
    ("HTTP/9.9 nonsense\r\n\r\n", 1),
    ("\x16\x03\x01\x02", 1),
    ("", 2),
];

#[test]
fn odd_answers_to_a_download_are_survived() {
    let mut cases: Vec<(Fault, usize)> = Vec::new();
    for kind in [Kind::Blob, Kind::Manifest] {
        let senseless = |answer: &str| answer.contains(" 416 ") || answer.contains(": 99999999999");
        let sensible = GETS.iter().filter(|(answer, _)| kind == Kind::Blob || !senseless(answer));
        cases.extend(sensible.map(|(answer, times)| (odd("GET", kind, answer), *times)));
        for way in [Way::Reset, Way::Dripping] {
            cases.push((odd_way(way, "GET", kind, "HTTP/1.1 200 X\r\nContent-Type: application/octet-stream\r\n"), 1));
            cases.push((odd_way(way, "GET", kind, "HTTP/1.1 200 X\r\nContent-Length: 1000000\r\n\r\nhello"), 1));
        }
    }
    all(&cases, survives_a_download);
}

fn survives_a_download((fault, times): (Fault, usize)) {
    let registry = Fake::start(fault, times);
    registry.put_image("rancher/a", "v1", &LAYERS);
    let folder = tempfile::tempdir().unwrap();
    let run = pull(folder.path(), &["save", &registry.image("rancher/a:v1"), "-o", "pack", "--timeout", "1"]);
    assert_eq!(run.code, 0, "{fault:?} x {times}: {}", run.all());
    assert!(registry.data().hits > 0 || may_not_happen(fault), "{fault:?} did not happen");
    assert_eq!(registry.data().leaked, 0, "{fault:?}: a login went where none belongs");
    assert_whole(&folder.path().join("pack"));
}

const UPLOADS: &[(&str, &str, usize)] = &[
    ("POST", "HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("POST", "HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 1),
    ("POST", "HTTP/1.1 202 X\r\nLocation: http://127.0.0.1:1/v2/x?y\r\nContent-Length: 0\r\n\r\n", 1),
    ("POST", "HTTP/1.1 202 X\r\nLocation: {path}gone?a=b&c=d%2F\r\nContent-Length: 0\r\n\r\n", 1),
    ("POST", "HTTP/1.1 429 X\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n", 1),
    ("POST", "HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("POST", "HTTP/1.1 503 X\r\n\r\n", 2),
    ("POST", "", 2),
    ("PUT", "", 2),
    ("PUT", "HTTP/1.1 20", 1),
    ("PUT", "HTTP/1.1 400 X\r\nContent-Length: 14\r\n\r\nDIGEST_INVALID", 1),
    ("PUT", "HTTP/1.1 400 X\r\nContent-Length: 14\r\n\r\nDIGEST_INVALID", 3),
    ("PUT", "HTTP/1.1 404 X\r\nContent-Length: 19\r\n\r\nBLOB_UPLOAD_UNKNOWN", 1),
    ("PUT", "HTTP/1.1 404 X\r\nContent-Length: 19\r\n\r\nBLOB_UPLOAD_UNKNOWN", 3),
    ("PUT", "HTTP/1.1 405 X\r\nContent-Length: 0\r\n\r\n", 2),
    ("PUT", "HTTP/1.1 408 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 410 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 411 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 413 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 416 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 429 X\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 307 X\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 308 X\r\nLocation: {path}?again=1&digest=sha256%3A0\r\nContent-Length: 0\r\n\r\n", 1),
    ("PUT", "HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 1),
    ("GET", "HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n", 9),
];

#[test]
fn odd_answers_to_an_upload_are_survived() {
    let mut cases: Vec<(Fault, usize)> = Vec::new();
    for (method, answer, times) in UPLOADS {
        for way in [Way::Read, Way::AtOnce] {
            cases.push((odd_way(way, method, Kind::Upload, answer), *times));
        }
    }
    for (kind, method, answer) in [
        (Kind::Blob, "HEAD", "HTTP/1.1 405 X\r\n\r\n"),
        (Kind::Blob, "HEAD", "HTTP/1.1 400 X\r\n\r\n"),
        (Kind::Blob, "HEAD", "HTTP/1.1 307 X\r\nLocation: http://localhost:{port}/signed/gone\r\n\r\n"),
        (Kind::Manifest, "HEAD", "HTTP/1.1 405 X\r\n\r\n"),
        (Kind::Manifest, "HEAD", "HTTP/1.1 501 X\r\n\r\n"),
        (Kind::Manifest, "HEAD", "HTTP/1.1 503 X\r\n\r\n"),
        (Kind::Manifest, "PUT", "HTTP/1.1 503 X\r\n\r\n"),
        (Kind::Manifest, "PUT", ""),
        (Kind::Manifest, "PUT", "HTTP/1.1 400 X\r\nContent-Length: 21\r\n\r\nMANIFEST_BLOB_UNKNOWN"),
        (Kind::Manifest, "PUT", "HTTP/1.1 404 X\r\nContent-Length: 12\r\n\r\nBLOB_UNKNOWN"),
        (Kind::Manifest, "PUT", "HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n"),
        (Kind::Manifest, "PUT", "HTTP/1.1 201 X\r\nDocker-Content-Digest: nonsense\r\nContent-Le"),
    ] {
        cases.push((odd(method, kind, answer), 1));
    }
    all(&cases, survives_an_upload);
}

/// By chance; or where the registry is asked so only after another fault.
fn may_not_happen(fault: Fault) -> bool {
    match fault {
        Fault::AtRandom(_) => true,
        Fault::Odd(odd) => odd.kind == Kind::Upload && matches!(odd.method, "GET" | "PATCH"),
        _ => false,
    }
}

fn survives_an_upload((fault, times): (Fault, usize)) {
    let (source, target) = (Fake::start(Fault::None, 0), Fake::start(fault, times));
    let digest = source.put_image("rancher/a", "v1", &[(1, 300_000), (2, 3_000_000)]);
    let folder = tempfile::tempdir().unwrap();
    let (image, to) = (source.image("rancher/a:v1"), target.image("mirror"));
    let run = pull(folder.path(), &["mirror", &image, "--to", &to, "--timeout", "1"]);
    assert_eq!(run.code, 0, "{fault:?} x {times}: {}", run.all());
    let data = target.data();
    assert!(data.hits > 0 || may_not_happen(fault), "{fault:?} did not happen");
    assert_eq!(data.leaked, 0, "{fault:?}: a login went where none belongs");
    let stored = &data.manifests[&("mirror/rancher/a".to_owned(), "v1".to_owned())].0;
    assert_eq!(Digest::of(stored), digest);
    let manifest: serde_json::Value = serde_json::from_slice(stored).unwrap();
    for blob in manifest["layers"].as_array().unwrap().iter().chain([&manifest["config"]]) {
        let digest: Digest = blob["digest"].as_str().unwrap().parse().unwrap();
        assert!(data.has.contains(&("mirror/rancher/a".to_owned(), digest)), "{fault:?}: {digest} is not there");
    }
}

/// A registry that wants a token, with an odd challenge; and a token server that is odd for once.
#[test]
fn odd_challenges_and_token_servers_are_survived() {
    let challenges = [
        "Bearer realm=\"http://{address}/token\",service=\"fake\"",
        "BEARER realm=http://{address}/token , service = fake",
        "Basic realm=\"x\", Bearer service=\"a, \\\"b\\\"\", realm=\"http://{address}/token\"",
        "Negotiate\r\nWWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: bearer realm=\"/token\"",
        "Bearer realm=\"http://{address}/token?account=me\",scope=\"repository:a:pull,push\",error=\"invalid_token\"",
        "Bearer realm=\"http://{address}/token\",service=\"\"",
    ];
    let challenge = |text: &str| -> &'static str {
        let answer = format!("HTTP/1.1 401 X\r\nWWW-Authenticate: {text}\r\nContent-Length: 0\r\n\r\n");
        Box::leak(answer.into_boxed_str())
    };
    let mut cases: Vec<(Fault, usize)> =
        challenges.iter().map(|text| (odd("GET", Kind::Other, challenge(text)), 1)).collect();
    for answer in [
        "HTTP/1.1 500 X\r\n\r\n",
        "HTTP/1.1 429 X\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 X\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        "HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 X\r\nContent-Length: 12\r\n\r\n{\"token\":\"\"}",
        "HTTP/1.1 200 X\r\nContent-Length: 14\r\n\r\n{\"token\":null}",
        "HTTP/1.1 200 X\r\nContent-Length: 20\r\n\r\n{\"token\":\"line\\nfeed\"}",
        "HTTP/1.1 307 X\r\nLocation: /token?again\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 20",
        "",
    ] {
        cases.push((odd("GET", Kind::Token, answer), 1));
    }
    cases.push((odd_way(Way::Dripping, "GET", Kind::Token, "HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n"), 1));
    all(&cases, survives_a_download);
}

#[test]
fn registries_that_are_odd_for_ever_are_borne() {
    let ranges = [
        "HTTP/1.1 416 X\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 206 X\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 206 X\r\nContent-Range: bytes 0-4/5\r\nContent-Length: 5\r\n\r\nhello",
    ];
    let mut cases: Vec<(Fault, usize)> = ranges.iter().map(|answer| (Fault::Ranges(answer), 0)).collect();
    // It says so of what it stores.
    cases.push((Fault::Gzip, usize::MAX));
    all(&cases, survives_a_download);
    let mut cases = vec![
        (Fault::KeepsHalf, 0),
        (Fault::BodyLimit(1 << 20), 0),
        (Fault::UploadElsewhere, 0),
        (odd("HEAD", Kind::Manifest, "HTTP/1.1 405 X\r\n\r\n"), usize::MAX),
        (odd("HEAD", Kind::Blob, "HTTP/1.1 405 X\r\n\r\n"), usize::MAX),
    ];
    for answer in ["HTTP/1.1 405 X\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n"] {
        cases.push((odd("PATCH", Kind::Upload, answer), usize::MAX));
    }
    all(&cases, survives_an_upload);
}

#[test]
fn a_mount_that_is_said_and_not_done_is_made_good() {
    let (source, target) = (Fake::start(Fault::None, 0), Fake::start(Fault::MountLies, 0));
    source.put_image("rancher/a", "v1", &[(1, 300_000)]);
    source.put_image("rancher/b", "v1", &[(1, 300_000), (2, 10)]);
    let folder = tempfile::tempdir().unwrap();
    let (a, b, to) = (source.image("rancher/a:v1"), source.image("rancher/b:v1"), target.address.to_string());
    let run = pull(folder.path(), &["mirror", &a, &b, "--to", &to]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert!(target.data().hits > 0, "the mount did not lie");
}

/// Many long downloads at a server that takes few at a time: more of them fail at first than one would bear.
#[test]
fn a_server_that_takes_few_at_a_time_gets_few_at_a_time() {
    all(&[Fault::Connections(1), Fault::Connections(3), Fault::AtATime(3)], |fault| {
        let registry = Fake::with(fault, 0, None, Some(400_000));
        let layers: Vec<_> = (1..=12).map(|seed| (seed, 200_000)).collect();
        registry.put_image("rancher/a", "v1", &layers);
        let folder = tempfile::tempdir().unwrap();
        let run = pull(folder.path(), &["save", &registry.image("rancher/a:v1"), "-o", "pack"]);
        assert_eq!(run.code, 0, "{fault:?}: {}", run.all());
        let hits = registry.data().hits;
        assert!(hits > 0 && hits < 40, "{fault:?}: refused {hits} times");
        assert_whole(&folder.path().join("pack"));
    });
}

#[test]
fn a_repository_that_its_registry_knows_by_another_name_is_asked_for_by_that() {
    let challenge = "HTTP/1.1 401 X\r\nWWW-Authenticate: Bearer realm=\"http://{address}/token\",service=\"s\",\
        scope=\"repository:upstream/a:pull\"\r\nContent-Length: 0\r\n\r\n";
    let registry = Fake::start(odd("GET", Kind::Other, challenge), 1);
    registry.put_image("rancher/a", "v1", &[(1, 1000)]);
    let folder = tempfile::tempdir().unwrap();
    let run = pull(folder.path(), &["save", &registry.image("rancher/a:v1"), "-o", "pack"]);
    assert_eq!(run.code, 0, "{}", run.all());
    let asked = registry.data().log.iter().find(|line| line.contains("/token")).unwrap().clone();
    for name in ["rancher", "upstream"] {
        assert!(asked.contains(&format!("scope=repository%3A{name}%2Fa%3Apull")), "{asked}");
    }
}

#[test]
fn a_handshake_that_stalls_is_given_up_and_tried_again() {
    let registry = Fake::start(Fault::None, 0);
    registry.put_image("rancher/a", "v1", &[(1, 1000)]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, behind) = (listener.local_addr().unwrap(), registry.address);
    thread::spawn(move || {
        let silent = listener.accept().unwrap();
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(behind).unwrap();
            for (mut from, mut to) in [(&client, &server), (&server, &client)]
                .map(|(from, to)| (from.try_clone().unwrap(), to.try_clone().unwrap()))
            {
                thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(Shutdown::Write);
                });
            }
        }
        drop(silent);
    });
    let folder = tempfile::tempdir().unwrap();
    let run = pull(folder.path(), &["save", &format!("{address}/rancher/a:v1"), "-o", "pack", "--timeout", "1"]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert_whole(&folder.path().join("pack"));
}

#[test]
fn a_registry_that_fails_at_random_is_read_and_filled_all_the_same() {
    let seeds: Vec<u64> = (1..=12).collect();
    all(&seeds, |seed| {
        let fault = Fault::AtRandom(seed);
        survives_a_download((fault, 0));
        survives_an_upload((fault, 0));
    });
}
