//! Debian's docker-registry, with TLS and a login. Left out where it is not installed.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

use crate::fake::{Fake, Fault};
use crate::run::pull;

/// `mover` and `canary-secret`, by bcrypt: the only form that the registry takes.
const HTPASSWD: &str = include_str!("htpasswd");

struct Registry {
    process: Child,
    address: String,
    folder: tempfile::TempDir,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An authority, and a certificate of it for loopback.
fn certificates(folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&key).unwrap();
    fs::write(folder.join("ca.crt"), certificate.pem()).unwrap();
    let issuer = Issuer::new(authority, key);
    let own_key = KeyPair::generate().unwrap();
    let mut own = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    fs::write(folder.join("own.crt"), own.signed_by(&own_key, &issuer).unwrap().pem()).unwrap();
    fs::write(folder.join("own.key"), own_key.serialize_pem()).unwrap();
}

impl Registry {
    fn start() -> Option<Self> {
        Command::new("docker-registry").arg("--version").output().ok()?;
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        certificates(folder.path());
        fs::write(folder.path().join("htpasswd"), HTPASSWD).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {here}/data}}}}\n\
             http: {{addr: 127.0.0.1:{port}, tls: {{certificate: {here}/own.crt, key: {here}/own.key}}}}\n\
             auth: {{htpasswd: {{realm: test, path: {here}/htpasswd}}}}\n"
        );
        fs::write(folder.path().join("config.yml"), config).unwrap();
        let process = Command::new("docker-registry")
            .args(["serve", &format!("{here}/config.yml")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let registry = Self { process, address: format!("127.0.0.1:{port}"), folder };
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(&registry.address).is_err() {
            assert!(Instant::now() < end, "the registry does not start");
            thread::sleep(Duration::from_millis(50));
        }
        Some(registry)
    }
}

#[test]
fn a_real_registry_takes_a_mirror_and_gives_it_back() {
    let Some(registry) = Registry::start() else { return };
    let origin = Fake::start(Fault::None, 0);
    origin.put_image("rancher/a", "v1", &[(1, 9_000_000), (2, 150_000)]);
    origin.put_image("rancher/b", "v1", &[(2, 150_000)]);
    origin.put_index("rancher/multi", "v1");
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let to = format!("{}/mirror", registry.address);
    let cluster = format!("nodes: []\nprivate_registries:\n- url: {to}\n  user: mover\n  password: canary-secret\n");
    fs::write(here.join("cluster.yml"), cluster).unwrap();
    let ca = registry.folder.path().join("ca.crt");
    let images = ["a", "b", "multi"].map(|name| origin.image(&format!("rancher/{name}:v1")));
    let mut mirror = vec!["mirror", "--to", &to, "-c", "cluster.yml", "--platform", "all", "--timeout", "5"];
    mirror.extend(images.iter().map(String::as_str));

    let run = pull(here, &mirror);
    assert_eq!(run.code, 5, "its authority is not known: {}", run.all());
    assert!(run.stderr.contains("certificate"), "{}", run.stderr);

    mirror.extend(["--ca", ca.to_str().unwrap()]);
    let run = pull(here, &mirror);
    assert_eq!(run.code, 0, "{}", run.all());
    let again = pull(here, &mirror);
    assert!(again.stderr.contains("3 of them already there"), "{}", again.all());
    let copies = ["a", "b", "multi"].map(|name| format!("{to}/rancher/{name}:v1"));
    let mut save = vec!["save", "-c", "cluster.yml", "--ca", ca.to_str().unwrap(), "-o", "pack.tar"];
    save.extend(copies.iter().map(String::as_str));
    let saved = pull(here, &save);
    assert_eq!(saved.code, 0, "{}", saved.all());
    assert_eq!(pull(here, &["verify", "pack.tar"]).code, 0);

    fs::write(here.join("cluster.yml"), format!("nodes: []\nprivate_registries:\n- url: {to}\n")).unwrap();
    let denied = pull(here, &save);
    assert_eq!(denied.code, 3, "without the login: {}", denied.all());
    for run in [run, again, saved, denied] {
        assert!(!run.all().contains("canary"), "{}", run.all());
    }
}
