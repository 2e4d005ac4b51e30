//! `pull doctor` in front of registries with one fault each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::http::{Reply, serve};
use crate::services::{self, PASSWORD, USER};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::Value;

struct Pki {
    ca: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

/// An authority of the name, and a certificate that it signed for a server of the other.
fn pki(folder: &Path, authority: &str, server: &str) -> Pki {
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name.push(DnType::CommonName, authority);
    let root_key = KeyPair::generate().unwrap();
    let ca = root.self_signed(&root_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec![server.to_owned()]).unwrap();
    leaf.distinguished_name.push(DnType::CommonName, "the registry");
    let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
    Pki {
        ca: write("ca.crt", ca.pem()),
        certificate: write("server.crt", leaf.pem()),
        key: write("server.key", key.serialize_pem()),
    }
}

fn cluster(host: &str, password: &str) -> String {
    format!(
        "kubernetes_version: v0.0.0\nnetwork: {{plugin: none}}\ndns: {{provider: none}}\nmonitoring: {{provider: none}}\n\
         ingress: {{provider: none}}\nservices: {{etcd: {{snapshot: false}}}}\nprivate_registries:\n  \
         - {{url: '{host}', user: {USER}, password: '{password}'}}\n\
         system_images: {{kubernetes: '{host}/rancher/hyperkube:v1'}}\n"
    )
}

fn doctor(folder: &Path, cluster: &str, arguments: &[&str]) -> (i32, Vec<Value>) {
    fs::write(folder.join("cluster.yml"), cluster).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pull"));
    command.args(["doctor", "--json", "--retries", "0"]).args(arguments).current_dir(folder).env_clear();
    command.env("HOME", folder).env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains("canary") && !errors.contains("canary"), "{text}{errors}");
    let findings = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap(), findings)
}

/// State, text and help of one check, joined.
fn of(findings: &[Value], check: &str) -> String {
    let found = findings.iter().find(|finding| finding["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no {check} in {findings:?}"));
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    format!("{}: {} | {}", text("state"), text("text"), text("help"))
}

#[test]
fn a_certificate_that_is_not_trusted_is_told_with_the_authority_to_install_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let pki = pki(folder.path(), "Example Corp Root", "127.0.0.1");
    let (_registry, host) = services::registry_with_tls(&pki.certificate, &pki.key);
    let (code, findings) = doctor(folder.path(), &cluster(&host, PASSWORD), &[]);
    assert_eq!(code, 5);
    let tls = of(&findings, "tls");
    assert!(tls.starts_with("failed: ") && tls.contains("CN=Example Corp Root"), "{tls}");
    assert!(tls.contains(&format!("/etc/docker/certs.d/{host}/ca.crt")), "{tls}");
    assert!(findings.iter().all(|finding| finding["check"] != "image"), "what cannot be reached is not asked");

    let ca = pki.ca.display().to_string();
    let (code, findings) = doctor(folder.path(), &cluster(&host, PASSWORD), &["--ca", &ca]);
    assert_eq!(code, 4, "{findings:?}");
    assert_eq!(of(&findings, "tls"), "ok: the certificate is trusted here | ");
    assert_eq!(of(&findings, "login"), "ok: cluster.yml | ");
    assert!(of(&findings, "image").contains("the registry has no such image | `pull mirror"), "{findings:?}");

    let (code, findings) = doctor(folder.path(), &cluster(&host, "canary-wrong"), &["--ca", &ca]);
    assert_eq!(code, 3, "{findings:?}");
    assert!(of(&findings, "image").starts_with("failed: "), "{findings:?}");
}

#[test]
fn a_certificate_for_another_name_is_told_with_the_names_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let pki = pki(folder.path(), "Example Corp Root", "registry.example");
    let (_registry, host) = services::registry_with_tls(&pki.certificate, &pki.key);
    let ca = pki.ca.display().to_string();
    let (code, findings) = doctor(folder.path(), &cluster(&host, PASSWORD), &["--ca", &ca]);
    let tls = of(&findings, "tls");
    assert!(code == 5 && tls.contains("registry.example"), "{tls}");
}

#[test]
fn a_name_that_nobody_knows_and_a_port_where_nothing_listens_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (code, findings) = doctor(folder.path(), &cluster("registry.invalid", PASSWORD), &[]);
    assert_eq!(code, 5);
    let dns = of(&findings, "dns");
    assert!(dns.starts_with("failed: ") && dns.contains("resolver"), "{dns}");
    let (code, findings) = doctor(folder.path(), &cluster("127.0.0.1:9", PASSWORD), &[]);
    assert_eq!(code, 5);
    assert!(of(&findings, "tls").contains("nothing listens on that port"), "{findings:?}");
    assert!(of(&findings, "dns").starts_with("ok: 127.0.0.1"));
}

#[test]
fn a_quota_and_a_clock_that_is_off_are_told_though_all_images_are_there() {
    let digest = format!("sha256:{}", "1".repeat(64));
    let headers: &'static str = format!(
        "Docker-Content-Digest: {digest}\r\nRateLimit-Limit: 100;w=21600\r\nRateLimit-Remaining: 7;w=21600\r\n\
         Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    )
    .leak();
    let address = serve(move |request| match request.path.as_str() {
        "/v2/" | "/v2/rancher/hyperkube/manifests/v1" => Reply { header: headers, ..Reply::status(200, "") },
        _ => Reply::status(404, ""),
    });
    let host = address.strip_prefix("http://").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (code, findings) = doctor(folder.path(), &cluster(host, PASSWORD), &[]);
    assert_eq!(code, 0, "{findings:?}");
    assert!(of(&findings, "image").starts_with(&format!("ok: {digest}")), "{findings:?}");
    assert!(of(&findings, "quota").starts_with("warning: 7 of 100 pulls are left in 6 h"), "{findings:?}");
    assert!(of(&findings, "clock").contains("set the clock"), "{findings:?}");
    assert!(of(&findings, "tls").contains("insecure-registries"), "{findings:?}");
    assert!(of(&findings, "space").contains("unpacked (1 of them at a guess)"), "{findings:?}");
}

#[test]
fn the_room_that_images_take_is_that_of_their_blobs_each_once() {
    for (size, state) in [(1_u64 << 60, "warning"), (1_000_000_000, "ok")] {
        let digest = |byte: &str| format!("sha256:{}", byte.repeat(64));
        let layer = format!(r#"{{"digest": "{}", "size": {size}}}"#, digest("a"));
        let manifest = format!(
            r#"{{"schemaVersion": 2, "config": {{"digest": "{}", "size": 0}}, "layers": [{layer}, {layer}]}}"#,
            digest("b")
        );
        let address = serve(move |request| match request.path.as_str() {
            "/v2/" => Reply::status(200, ""),
            _ => Reply::ok(manifest.clone()),
        });
        let host = address.strip_prefix("http://").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let two = cluster(host, PASSWORD).replace("v1'}}", &format!("v1', alpine: '{host}/rancher/tools:v1'}}"));
        let (code, findings) = doctor(folder.path(), &two, &[]);
        assert_eq!(code, 0, "{findings:?}");
        let space = of(&findings, "space");
        assert!(space.starts_with(state) && !space.contains("guess"), "{space}");
        if state == "ok" {
            assert!(space.contains("the images come to some 3.00 GB, unpacked"), "{space}");
        } else {
            assert!(space.contains("data-root"), "{space}");
        }
    }
}
