//! Real servers, as long as a test lives: docker-registry behind a login, and dockerd.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

pub const USER: &str = "node";
/// Its base64 needs the two characters by which the alphabets differ.
pub const PASSWORD: &str = "canary???>>>~~~";
const HTPASSWD: &str = "node:$2y$05$abcdefghijklmnopqrstuuFh6/u30s/t.XfNXbFIi6igvssIHXnfq\n";

/// A program that is ended with the test.
pub struct Server {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// That Debian's package is there. A test without its server does not pass for one that ran.
fn need(program: &str, package: &str) {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(program).is_file());
    assert!(
        found,
        "{program} is missing; `cargo xtask test` installs it: apt-get install --no-install-recommends {package}"
    );
}

fn start(mut command: Command, folder: tempfile::TempDir, ready: impl Fn() -> bool) -> Server {
    let log = folder.path().join("log");
    let file = fs::File::create(&log).unwrap();
    command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
    let mut server = Server { child: command.spawn().unwrap(), _folder: folder };
    let deadline = Instant::now() + Duration::from_secs(30);
    while !ready() {
        let ended = server.child.try_wait().unwrap();
        let text = || fs::read_to_string(&log).unwrap_or_default();
        assert!(ended.is_none() && Instant::now() < deadline, "{command:?} does not start: {}", text());
        std::thread::sleep(Duration::from_millis(50));
    }
    server
}

/// docker-registry on loopback, without TLS, for [`USER`] only.
pub fn registry() -> (Server, String) {
    registry_with("")
}

/// The same with TLS: certificate and key are files in PEM form.
pub fn registry_with_tls(certificate: &Path, key: &Path) -> (Server, String) {
    registry_with(&format!(", tls: {{certificate: {}, key: {}}}", certificate.display(), key.display()))
}

fn registry_with(tls: &str) -> (Server, String) {
    need("docker-registry", "docker-registry");
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = format!("127.0.0.1:{port}");
    let root = folder.path().display();
    fs::write(folder.path().join("htpasswd"), HTPASSWD).unwrap();
    let config = format!(
        "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {root}/data}}, delete: {{enabled: true}}}}\n\
         http: {{addr: '{host}'{tls}}}\nauth: {{htpasswd: {{realm: r, path: {root}/htpasswd}}}}\n"
    );
    fs::write(folder.path().join("config.yml"), config).unwrap();
    let mut command = Command::new("docker-registry");
    command.arg("serve").arg(folder.path().join("config.yml"));
    (start(command, folder, || TcpStream::connect(&host).is_ok()), host)
}

/// dockerd with folders of its own and no network of its own. Answers its address as DOCKER_HOST takes it.
pub fn dockerd() -> (Server, String) {
    need("dockerd", "docker.io");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let socket = path("docker.sock");
    fs::write(path("daemon.json"), "{}").unwrap();
    let mut command = Command::new("dockerd");
    command.arg("--config-file").arg(path("daemon.json"));
    command.args(["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"]);
    command.arg("--data-root").arg(path("data")).arg("--exec-root").arg(path("exec")).arg("--pidfile").arg(path("pid"));
    command.arg("-H").arg(format!("unix://{}", socket.display()));
    let address = format!("unix://{}", socket.display());
    let ready = || std::os::unix::net::UnixStream::connect(&socket).is_ok();
    (start(command, folder, ready), address)
}

pub fn need_skopeo() {
    need("skopeo", "skopeo");
}

pub fn need_docker() {
    need("docker", "docker.io");
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An OCI layout with one image of one small layer, tag `v1`; `salt` makes it another.
pub fn layout(folder: &Path, salt: &str) -> PathBuf {
    let root = folder.join(format!("layout-{salt}"));
    let blobs = root.join("blobs/sha256");
    fs::create_dir_all(&blobs).unwrap();
    let write = |bytes: &[u8]| {
        fs::write(blobs.join(digest(bytes)), bytes).unwrap();
        (digest(bytes), bytes.len())
    };
    fs::write(folder.join("salt"), salt).unwrap();
    let tar = Command::new("tar").args(["--mtime=@0", "-cf", "-", "-C"]).arg(folder).arg("salt").output().unwrap();
    let (layer, layer_size) = write(&tar.stdout);
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{"Labels":{{"salt":"{salt}"}}}},"rootfs":{{"type":"layers","diff_ids":["sha256:{layer}"]}}}}"#
    );
    let (config, config_size) = write(config.as_bytes());
    let kind = "application/vnd.oci.image";
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{kind}.manifest.v1+json","config":{{"mediaType":"{kind}.config.v1+json","digest":"sha256:{config}","size":{config_size}}},"layers":[{{"mediaType":"{kind}.layer.v1.tar","digest":"sha256:{layer}","size":{layer_size}}}]}}"#
    );
    let (manifest, size) = write(manifest.as_bytes());
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"{kind}.manifest.v1+json","digest":"sha256:{manifest}","size":{size},"annotations":{{"org.opencontainers.image.ref.name":"v1"}}}}]}}"#
    );
    fs::write(root.join("index.json"), index).unwrap();
    fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    root
}
