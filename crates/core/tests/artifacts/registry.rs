//! The script with skopeo and the list of skopeo sync, run for real: from one registry to another that wants a login.

use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use drydock_core::artifacts::{Answers, find};
use drydock_core::plan::Options;

const PASSWORD: &str = "se cret$";
/// `htpasswd -Bbn mover 'se cret$'`
const LOGIN: &str = "mover:$2y$05$nRnT5HUnjgt4VqC8HNXOYuZEQo2A91rItKZKmlZdSQhCfqqvmtGCO\n";

/// A docker-registry that ends with its test.
struct Registry {
    process: Child,
    host: String,
}

impl Registry {
    fn start(folder: &Path, name: &str, auth: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = format!("127.0.0.1:{port}");
        let data = folder.join(name);
        let settings = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: '{}'}}}}\nhttp: {{addr: '{host}'}}\n{auth}",
            data.display()
        );
        let file = folder.join(format!("{name}.yml"));
        fs::write(&file, settings).unwrap();
        let mut command = Command::new("docker-registry");
        let process =
            command.arg("serve").arg(file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let registry = Self { process, host };
        for _ in 0..100 {
            if TcpStream::connect(&registry.host).is_ok() {
                return registry;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("docker-registry does not listen on {}", registry.host);
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.process.kill().expect("it can be ended");
        self.process.wait().expect("it ends");
    }
}

/// An image of one layer with nothing in it, as an OCI layout. The digests are those of the four texts.
fn layout(folder: &Path) {
    let blobs = folder.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    let put = |digest: &str, bytes: &[u8]| fs::write(blobs.join(digest), bytes).unwrap();
    put(CONFIG_DIGEST, CONFIG.as_bytes());
    put(LAYER_DIGEST, &[0; 1024]);
    put(MANIFEST_DIGEST, MANIFEST.as_bytes());
    fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{MANIFEST_DIGEST}","size":{},"annotations":{{"org.opencontainers.image.ref.name":"v1"}}}}]}}"#,
        MANIFEST.len()
    );
    fs::write(folder.join("index.json"), index).unwrap();
}

const LAYER_DIGEST: &str = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
const CONFIG: &str = r#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"]}}"#;
const CONFIG_DIGEST: &str = "83656ea199d8d74b56ef7fe4a0bef9dd10aa412ec632f8ccdf3e0c903471c0a2";
const MANIFEST: &str = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:83656ea199d8d74b56ef7fe4a0bef9dd10aa412ec632f8ccdf3e0c903471c0a2","size":151},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef","size":1024}]}"#;
const MANIFEST_DIGEST: &str = "2610400cbe43690060eb8b4d0cbea3941c77c51ffee5a11b9b4683499e74f649";

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn a_registry_is_filled_for_real_and_the_missing_image_is_named() {
    if !is_installed("docker-registry") || !is_installed("skopeo") {
        println!("not run: docker-registry and skopeo are not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("htpasswd"), LOGIN).unwrap();
    let auth = format!("auth: {{htpasswd: {{realm: test, path: '{}'}}}}\n", folder.join("htpasswd").display());
    let origin = Registry::start(folder, "origin", "");
    let target = Registry::start(folder, "target", &auth);
    layout(&folder.join("image"));

    // Docker Hub is played by the first registry.
    let settings = format!(
        "[[registry]]\nlocation = \"docker.io\"\n[[registry.mirror]]\nlocation = \"{}\"\ninsecure = true\n",
        origin.host
    );
    fs::write(folder.join("registries.conf"), settings).unwrap();
    let wrapper = format!(
        "#!/bin/sh\nexec /usr/bin/skopeo --registries-conf '{}' \"$@\"\n",
        folder.join("registries.conf").display()
    );
    fs::create_dir(folder.join("bin")).unwrap();
    fs::write(folder.join("bin/skopeo"), wrapper).unwrap();
    fs::set_permissions(folder.join("bin/skopeo"), Permissions::from_mode(0o755)).unwrap();
    let command = |program: &str| {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).env_clear().env("HOME", folder);
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.join("bin").display())).env("RETRY_SECONDS", "0");
        command.env("REGISTRY_AUTH_FILE", folder.join("auth.json"));
        command
    };

    let cluster = format!(
        "kubernetes_version: v1.28.14-rancher1-1\nnetwork: {{plugin: weave}}\nprivate_registries:\n\
         - {{url: '{}/hub', user: mover, password: unused, is_default: true}}\n",
        target.host
    );
    let plan = drydock_core::check(&cluster, &Options::default()).plan;
    let mut answers = Answers::default();
    answers.set("insecure", "yes").unwrap();
    let write = |id: &str, name: &str| {
        fs::write(folder.join(name), find(id).unwrap().artifact(&plan, &answers).unwrap().text).unwrap();
    };
    write("skopeo-script", "skopeo.sh");
    write("skopeo-sync", "skopeo-sync.yml");
    let images = find("images").unwrap().artifact(&plan, &answers).unwrap().text;

    let publish = |image: &str| {
        let destination = format!("docker://{}/{image}", origin.host);
        let arguments = ["copy", "--quiet", "--dest-tls-verify=false", "oci:image:v1", destination.as_str()];
        let output = command("skopeo").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    };
    let absent = "rancher/mirrored-pause:3.7";
    images.lines().filter(|image| *image != absent).for_each(publish);

    let run = |arguments: &[&str]| {
        let mut bash = command("bash");
        bash.arg("skopeo.sh").args(arguments).env("REGISTRY_PASSWORD", PASSWORD).output().unwrap()
    };
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let missing = format!("missing in the registry, 1 of 11:\n  {absent} -> {}/hub/{absent}\n", target.host);
    assert!(said(&output).ends_with(&missing), "{}", said(&output));
    assert_eq!(run(&["--check"]).status.code(), Some(1));
    publish(absent);
    let output = run(&[]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&run(&["--check"])).ends_with("all 11 images are in the registry\n"));

    // The same names by skopeo sync, into a registry of their own.
    let synced = Registry::start(folder, "synced", "");
    let destination = format!("{}/hub/rancher", synced.host);
    let sync = ["sync", "--all", "--keep-going", "--dest-tls-verify=false", "--src", "yaml", "--dest", "docker"];
    let output = command("skopeo").args(sync).args(["skopeo-sync.yml", &destination]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    for image in images.lines().filter(|image| image.starts_with("rancher/")) {
        let source = format!("docker://{}/hub/{image}", synced.host);
        let output = command("skopeo").args(["inspect", "--raw", "--tls-verify=false", &source]).output().unwrap();
        assert!(output.status.success(), "{image} is not where rke looks: {}", said(&output));
    }
}
