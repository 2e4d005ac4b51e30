//! Through the proxy that the environment names.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::fake::{Fake, Fault};
use crate::faults::assert_whole;
use crate::real::Registry;
use crate::run::{Run, command};

/// An HTTP proxy that takes every name for the address behind it.
struct Proxy {
    address: SocketAddr,
    /// First line and login of each request.
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Proxy {
    fn start(behind: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<_>>>::default());
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                thread::spawn(move || forward(&stream, behind, &log));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<(String, String)> {
        self.asked.lock().unwrap().clone()
    }
}

fn forward(stream: &TcpStream, behind: SocketAddr, log: &Mutex<Vec<(String, String)>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut server = TcpStream::connect(behind).ok()?;
    let (mut answers, mut back) = (server.try_clone().ok()?, stream.try_clone().ok()?);
    // Nobody speaks before he is spoken to: not before CONNECT is answered either.
    thread::spawn(move || std::io::copy(&mut answers, &mut back));
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let (mut head, mut login) = (String::new(), String::new());
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            match header.to_ascii_lowercase().strip_prefix("proxy-authorization: ") {
                Some(_) => login = header["proxy-authorization: ".len()..].trim().to_owned(),
                None => head.push_str(&header),
            }
            if header.trim().is_empty() {
                break;
            }
        }
        log.lock().unwrap().push((format!("{method} {target}"), login));
        if method == "CONNECT" {
            let mut client = stream;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
            std::io::copy(&mut client, &mut server).ok()?;
            return None;
        }
        let path = target.splitn(4, '/').nth(3).unwrap_or_default();
        server.write_all(format!("{method} /{path} HTTP/1.1\r\n{head}").as_bytes()).ok()?;
    }
}

fn pull(folder: &std::path::Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let mut command = command(folder, arguments);
    for name in ["NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_registry_that_only_the_proxy_knows_is_reached_through_it_and_a_near_one_without() {
    let registry = Fake::start(Fault::None, 0);
    registry.put_image("rancher/a", "v1", &[(1, 9_000_000), (2, 1000)]);
    let proxy = Proxy::start(registry.address);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let url = format!("http://mover:canary-proxy@{}", proxy.address);
    let far = [
        "save",
        "registry.test:5000/rancher/a:v1",
        "--plain-http",
        "registry.test:5000",
        "-o",
        "far",
        "--retries",
        "0",
    ];
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let _ = std::fs::remove_dir_all(here.join("far"));
        let before = proxy.asked().len();
        let run = pull(here, &far, &[(name, &url)]);
        assert_eq!(run.code, 0, "{name}: {}", run.all());
        assert_whole(&here.join("far"));
        let asked = proxy.asked();
        assert!(asked.len() > before, "{name}");
        let login = "Basic bW92ZXI6Y2FuYXJ5LXByb3h5";
        for (line, shown) in &asked[before..] {
            assert!(line.contains("http://registry.test:5000/v2/") && shown == login, "{line} {shown}");
        }
        assert!(!run.all().contains("canary"), "{}", run.all());
    }
    assert_eq!(registry.data().leaked, 0, "the proxy's login went to the registry");

    let before = proxy.asked().len();
    for exception in ["registry.test", ".test", "other.example, registry.test", "*"] {
        let run = pull(here, &far, &[("HTTP_PROXY", &url), ("NO_PROXY", exception)]);
        assert_eq!(run.code, 5, "{exception}: nobody else knows the name: {}", run.all());
    }
    let near = registry.image("rancher/a:v1");
    let run = pull(here, &["save", &near, "-o", "near"], &[("HTTP_PROXY", &url), ("HTTPS_PROXY", &url)]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert_eq!(proxy.asked().len(), before, "what NO_PROXY names, and loopback, is asked directly");

    let dead = "http://mover:canary-proxy@127.0.0.1:9";
    let run = pull(here, &far, &[("HTTP_PROXY", dead)]);
    assert_eq!(run.code, 5, "{}", run.all());
    assert!(!run.all().contains("canary"), "{}", run.all());
}

#[test]
fn tls_goes_through_the_proxy_unbroken() {
    let Some(registry) = Registry::start(false) else { return };
    let proxy = Proxy::start(registry.address.parse().unwrap());
    let origin = Fake::start(Fault::None, 0);
    origin.put_image("rancher/a", "v1", &[(1, 300_000)]);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let cluster = "nodes: []\nprivate_registries:\n- url: registry.test\n  user: mover\n  password: canary-secret\n";
    std::fs::write(here.join("cluster.yml"), cluster).unwrap();
    let ca = registry.folder.path().join("ca.crt");
    let image = origin.image("rancher/a:v1");
    let mirror = ["mirror", &image, "-c", "cluster.yml", "--to", "registry.test", "--ca", ca.to_str().unwrap()];
    let run = pull(here, &mirror, &[("HTTPS_PROXY", &format!("http://{}", proxy.address))]);
    assert_eq!(run.code, 0, "{}", run.all());
    assert!(proxy.asked().iter().all(|(line, _)| line == "CONNECT registry.test:443"), "{:?}", proxy.asked());
    assert!(!run.all().contains("canary"), "{}", run.all());
}
