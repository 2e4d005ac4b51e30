//! Debian's docker-registry, with TLS and a login. Left out where it is not installed.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use drydock_pull::auth::Scope;
use drydock_pull::client::{Client, Place};
use drydock_pull::credentials::Keychain;
use drydock_pull::progress;
use drydock_pull::retry::Policy;
use drydock_pull::transport::Options;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

use crate::fake::{Fake, Fault};
use crate::run::pull;

/// `mover` and `canary-secret`, by bcrypt: the only form that the registry takes.
const HTPASSWD: &str = include_str!("htpasswd");

pub struct Registry {
    process: Child,
    pub address: String,
    pub folder: tempfile::TempDir,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An authority, and certificates of it for loopback and for a client.
pub fn certificates(folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&key).unwrap();
    fs::write(folder.join("ca.crt"), certificate.pem()).unwrap();
    let issuer = Issuer::new(authority, key);
    for (name, usage) in [("own", ExtendedKeyUsagePurpose::ServerAuth), ("client", ExtendedKeyUsagePurpose::ClientAuth)]
    {
        let key = KeyPair::generate().unwrap();
        let mut own = CertificateParams::new(["127.0.0.1", "localhost", "registry.test"].map(str::to_owned)).unwrap();
        own.extended_key_usages = vec![usage];
        fs::write(folder.join(name).with_extension("crt"), own.signed_by(&key, &issuer).unwrap().pem()).unwrap();
        fs::write(folder.join(name).with_extension("key"), key.serialize_pem()).unwrap();
    }
}

impl Registry {
    /// `wants_certificate`: of its clients, instead of a login.
    pub fn start(wants_certificate: bool) -> Option<Self> {
        Command::new("docker-registry").arg("--version").output().ok()?;
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        certificates(folder.path());
        fs::write(folder.path().join("htpasswd"), HTPASSWD).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (clients, auth) = if wants_certificate {
            (format!(", clientcas: [{here}/ca.crt]"), String::new())
        } else {
            (String::new(), format!("auth: {{htpasswd: {{realm: test, path: {here}/htpasswd}}}}\n"))
        };
        let config = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {here}/data}}}}\n\
             http: {{addr: 127.0.0.1:{port}, tls: {{certificate: {here}/own.crt, key: {here}/own.key{clients}}}}}\n{auth}"
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
    let Some(registry) = Registry::start(false) else { return };
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

#[tokio::test]
async fn certificates_come_from_dockers_folder() {
    let Some(registry) = Registry::start(true) else { return };
    let from = registry.folder.path();
    let with_certs = async |names: &[(&str, &str)]| {
        let certs = tempfile::tempdir().unwrap();
        let folder = certs.path().join(&registry.address);
        fs::create_dir(&folder).unwrap();
        for (name, file) in names {
            fs::copy(from.join(file), folder.join(name)).unwrap();
        }
        let options = Options { certs_d: certs.path().to_owned(), ..Options::default() };
        let policy = Policy { retries: 0, ..Policy::default() };
        let (events, _reports) = progress::channel(false, false);
        let client = Client::new(options, policy, Arc::new(Keychain::anonymous()), events).unwrap();
        let place = Place { host: registry.address.clone(), repository: "rancher/a".to_owned() };
        client.head(&place, "v1", Scope::pull("rancher/a")).await
    };
    let authority = ("ca.crt", "ca.crt");
    let own = [authority, ("client.cert", "client.crt"), ("client.key", "client.key")];
    assert!(matches!(with_certs(&own).await, Ok(None)), "it answers that there is no such image");
    for names in [&[authority][..], &[]] {
        assert_eq!(with_certs(names).await.unwrap_err().exit_code(), 5);
    }
}
