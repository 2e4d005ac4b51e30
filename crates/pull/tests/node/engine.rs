//! `pull node` against an engine that fails in the ways engines do.

use std::collections::HashMap;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::http::{Reply, Request, serve};

const RIGHT: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const WRONG: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
const IMAGE: &str = "r.example/rancher/hyperkube:v1";
const DONE: &str = "{\"status\":\"Pulling fs layer\",\"id\":\"a\",\"progressDetail\":{}}\n{\"status\":\"Downloading\",\"id\":\"a\",\"progressDetail\":{\"current\":5,\"total\":9}}\n{\"status\":\"Status: Downloaded newer image\"}\n";

/// An engine whose pulls end as told, one after the other, the last one for ever.
struct Engine {
    address: String,
    /// Logins of the pulls, as they came.
    logins: Arc<Mutex<Vec<String>>>,
}

/// How one pull ends: what is answered, and the digest that the engine has then.
type Pull = (u16, &'static str, Option<&'static str>);

fn engine(pulls: &'static [Pull], registry: Reply) -> Engine {
    let logins = Arc::new(Mutex::new(Vec::new()));
    let (log, has) = (Arc::clone(&logins), Mutex::new(None));
    let registry = (registry.status, registry.body);
    let address = serve(move |request: &Request| {
        let mut has = has.lock().unwrap();
        let path = request.path.split('?').next().unwrap();
        if path.ends_with("/version") {
            return Reply::ok(r#"{"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12"}"#);
        }
        if path.contains("/distribution/") {
            return Reply::status(registry.0, &registry.1);
        }
        if (request.method.as_str(), path.ends_with("/images/create")) == ("POST", true) {
            let mut log = log.lock().unwrap();
            let (status, body, digest) = pulls[log.len().min(pulls.len() - 1)];
            log.push(request.header("x-registry-auth").to_owned());
            *has = digest;
            return Reply::status(status, body);
        }
        match *has {
            Some(digest) => Reply::ok(format!(
                r#"{{"Id": "{WRONG}", "RepoDigests": ["other.example/rancher/hyperkube@{RIGHT}", "r.example/rancher/hyperkube@{digest}"]}}"#
            )),
            None => Reply::status(404, r#"{"message": "No such image"}"#),
        }
    });
    Engine { address, logins }
}

fn registry_has(digest: &str) -> Reply {
    let descriptor = format!(r#"{{"mediaType": "m", "digest": "{digest}", "size": 1}}"#);
    Reply::ok(format!(r#"{{"Descriptor": {descriptor}, "Platforms": []}}"#))
}

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

const CLUSTER: &str = "\
kubernetes_version: v0.0.0
network: {plugin: none}
dns: {provider: none}
monitoring: {provider: none}
ingress: {provider: none}
private_registries:
  - {url: r.example, user: u, password: 'canary???>>>~~~'}
system_images: {kubernetes: 'r.example/rancher/hyperkube:v1', etcd: 'r.example/rancher/etcd:v1'}
nodes:
  - {address: 10.0.0.1, hostname_override: head, role: [controlplane, etcd]}
  - {address: 10.0.0.2, role: [worker]}
";

fn node(docker: &str, arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cluster.yml"), CLUSTER).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pull"));
    command.arg("node").args(arguments).current_dir(folder.path());
    command.env_clear().env("HOME", folder.path()).env("DOCKER_HOST", docker.replace("http://", "tcp://"));
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let run =
        Run { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!run.stdout.contains("canary") && !run.stderr.contains("canary"), "{}{}", run.stdout, run.stderr);
    run
}

#[test]
fn what_a_node_pulls_depends_on_its_roles() {
    for (arguments, images) in [
        (&["--address", "10.0.0.2"][..], &["hyperkube"][..]),
        (&["--address", "head"], &["etcd", "hyperkube"]),
        (&["--role", "worker"], &["hyperkube"]),
        (&["--role", "etcd,worker"], &["etcd", "hyperkube"]),
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--dry-run"]).collect();
        let run = node("tcp://127.0.0.1:9", &arguments);
        let want: String = images.iter().map(|image| format!("r.example/rancher/{image}:v1\n")).collect();
        assert_eq!((run.code, run.stdout), (0, want), "{arguments:?}");
    }
    for (arguments, words) in [(&[][..], "10.0.0.1, 10.0.0.2"), (&["--address", "10.0.0.3"], "no node `10.0.0.3`")] {
        let run = node("tcp://127.0.0.1:9", arguments);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn a_failure_that_may_pass_is_tried_again_and_one_that_may_not_ends_it() {
    const ERROR: &str = "{\"status\":\"Downloading\",\"id\":\"a\"}\n{\"errorDetail\":{\"message\":\"unexpected EOF\"},\"error\":\"unexpected EOF\"}\n";
    const BUSY: &str = r#"{"message": "toomanyrequests: slow down"}"#;
    const BROKEN: &str = r#"{"message": "received unexpected HTTP status: 503 Service Unavailable"}"#;
    const GONE: &str = r#"{"message": "manifest for r.example/rancher/hyperkube:v1 not found: manifest unknown"}"#;
    const SHUT: &str = r#"{"message": "unauthorized: authentication required"}"#;
    const FULL: &str = "{\"errorDetail\":{\"message\":\"write /x: no space left on device\"},\"error\":\"\"}\n";
    const OK: Pull = (200, DONE, Some(RIGHT));
    for (name, pulls, code, tries) in [
        ("no fault", &[OK][..], 0, 1),
        ("an error in the stream", &[(200, ERROR, None), OK], 0, 2),
        ("three errors in the stream", &[(200, ERROR, None), (200, ERROR, None), (200, ERROR, None), OK], 0, 4),
        ("a stream that ends too early", &[(200, "{\"status\":\"Downloading\",\"id\":\"a\"}\n", None), OK], 0, 2),
        ("a line cut in two", &[(200, "{\"status\":\"Downl", None), OK], 0, 2),
        ("429", &[(429, BUSY, None), (500, BUSY, None), OK], 0, 3),
        ("5xx", &[(500, BROKEN, None), (502, "<html>", None), (503, "", None), OK], 0, 4),
        ("not there", &[(404, GONE, None)], 4, 1),
        ("refused, with a fresh login too", &[(500, SHUT, None)], 3, 2),
        ("refused once", &[(500, SHUT, None), OK], 0, 2),
        ("no space", &[(200, FULL, None)], 7, 1),
        ("another image than the registry's", &[(200, DONE, Some(WRONG))], 6, 1),
    ] {
        let engine = engine(pulls, registry_has(RIGHT));
        let run = node(&engine.address, &["--role", "worker"]);
        assert_eq!(run.code, code, "{name}: {}", run.stderr);
        assert_eq!(engine.logins.lock().unwrap().len(), tries, "{name}: {}", run.stderr);
        assert_eq!(run.stderr.contains(&format!("done {IMAGE}")), code == 0, "{name}: {}", run.stderr);
    }
}

#[test]
fn the_login_reaches_the_engine_in_the_alphabet_it_reads() {
    let engine = engine(&[(200, DONE, Some(RIGHT))], registry_has(RIGHT));
    assert_eq!(node(&engine.address, &["--role", "worker"]).code, 0);
    use base64::Engine as _;
    let logins = engine.logins.lock().unwrap();
    let login = base64::engine::general_purpose::URL_SAFE.decode(&logins[0]).expect("no + and no /");
    let login: HashMap<String, serde_json::Value> = serde_json::from_slice(&login).unwrap();
    assert_eq!((&login["username"], &login["password"]), (&"u".into(), &"canary???>>>~~~".into()));
    assert!(logins[0].contains(['-', '_']), "the test's password needs them");
}

#[test]
fn an_image_that_is_there_is_compared_and_not_pulled() {
    let engine = engine(&[(200, DONE, Some(RIGHT))], registry_has(RIGHT));
    assert_eq!(node(&engine.address, &["--role", "worker"]).code, 0);
    let run = node(&engine.address, &["--role", "worker", "--json"]);
    assert_eq!(engine.logins.lock().unwrap().len(), 1);
    let events: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["image"], IMAGE);
    assert_eq!((&events[0]["result"], &events[0]["digest"]), (&"already".into(), &RIGHT.into()));
    assert_eq!(events.last().unwrap()["exit_code"], 0);
}

#[test]
fn an_engine_that_cannot_be_reached_is_told_at_once() {
    let start = std::time::Instant::now();
    for host in ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:9"] {
        let run = node(host, &["--role", "worker"]);
        assert_eq!(run.code, 5, "{}", run.stderr);
        assert!(run.stderr.contains(&format!("the Docker Engine at {host}")), "{}", run.stderr);
    }
    assert!(start.elapsed().as_secs() < 3);
}

/// The engine behind a door that is shut for a while after so many connections.
fn started_anew(engine: &str, after: usize) -> String {
    let behind = engine.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let relay = move |client: TcpStream, behind: &str| {
        let server = TcpStream::connect(behind).unwrap();
        let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut from, &mut to));
        let (mut from, mut to) = (server, client);
        thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Both);
        });
    };
    thread::spawn(move || {
        for stream in listener.incoming().take(after) {
            relay(stream.unwrap(), &behind);
        }
        drop(listener);
        thread::sleep(Duration::from_millis(700));
        for stream in TcpListener::bind(address).unwrap().incoming() {
            relay(stream.unwrap(), &behind);
        }
    });
    format!("http://{address}")
}

#[test]
fn an_engine_that_is_started_anew_on_the_way_is_waited_for() {
    // Version, registry, image, pull, image, image: shut after each of them.
    for after in 1..=5 {
        let engine = engine(&[(200, DONE, Some(RIGHT))], registry_has(RIGHT));
        let run = node(&started_anew(&engine.address, after), &["--role", "worker"]);
        assert_eq!(run.code, 0, "after {after}: {}", run.stderr);
        assert!(run.stderr.contains("again in"), "after {after}: {}", run.stderr);
    }
}
