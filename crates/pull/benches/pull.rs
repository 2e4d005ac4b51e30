//! `cargo bench -p drydock-pull --bench pull`: seconds and memory beside curl, skopeo and crane, as far as they are
//! installed, with Debian's docker-registry on loopback.
//!
//! The set: 20 images of 5 layers of 4 MiB, two layers in all of them; 249 MiB in 82 blobs.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use drydock_pull::digest::Digest;
use drydock_pull::manifest::{Descriptor, OCI_MANIFEST};
use drydock_pull::pack::Pack;
use drydock_pull::store::{BLOBS, Entry, INDEX_FILE, LAYOUT, LAYOUT_FILE, index};
use serde_json::json;

const IMAGES: usize = 20;
const LAYERS: usize = 5;
const SHARED: usize = 2;
const LAYER: usize = 4 << 20;
const LARGE: usize = 64 << 20;
/// Bytes a second that the slow way gives each connection.
const SLOW: f64 = 5e6;
const RUNS: usize = 3;

fn main() {
    // `cargo test --benches` starts it as well, with nothing to measure.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    if Command::new("docker-registry").arg("--version").output().is_err() {
        return println!("docker-registry is not installed: nothing measured");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let layout = here.join("layout");
    make(&layout);
    let source = Registry::start(here, "source");
    let filled = run(&mut pull(&["push", text(&layout), "--to", &source.address]));
    println!("{:<46} {:>8.2} s", "push of the set and a 64 MiB blob", filled.seconds);
    let images: Vec<String> = (0..IMAGES).map(|n| format!("rancher/img{n:02}:v1")).collect();

    println!("\n{:<46} {:>8}   {:>6}", "20 images, 249 MiB, to disk", "best", "MB");
    let floor = best(|| run(&mut curl(here, &layout, &source.address)));
    row("curl -Z --parallel-max 16, nothing verified", &floor, None);
    let ours = best(|| save(here, &source.address, &images));
    row("pull save", &ours, Some(&floor));
    let (skopeo_version, crane_version) = (installed("skopeo", "--version"), installed("crane", "version"));
    let crane_pull = |address: &str| {
        let _ = fs::remove_dir_all(here.join("crane"));
        let mut crane = Command::new("crane");
        crane.args(["pull", "--format=oci", "--insecure"]);
        crane.args(images.iter().map(|image| format!("{address}/{image}"))).arg(here.join("crane"));
        run(&mut crane)
    };
    if let Some(version) = &crane_version {
        row(&format!("crane {version}, one layout"), &best(|| crane_pull(&source.address)), Some(&floor));
    }
    if let Some(version) = &skopeo_version {
        row(&format!("{version}, one layout, a loop"), &best(|| skopeo(here, &source.address, &images)), Some(&floor));
    }

    let slow = throttle(&source.address);
    println!("\n{:<46} {:>8}   {:>6}", "20 images, 249 MiB, at 5 MB/s a connection", "best", "MB");
    let floor = run(&mut curl(here, &layout, &slow));
    row("curl -Z --parallel-max 16, nothing verified", &floor, None);
    row("pull save", &best(|| save(here, &slow, &images)), Some(&floor));
    if let Some(version) = &crane_version {
        row(&format!("crane {version}, one layout, once"), &crane_pull(&slow), Some(&floor));
    }
    if let Some(version) = &skopeo_version {
        row(&format!("{version}, one layout, a loop, once"), &skopeo(here, &slow, &images), Some(&floor));
    }

    println!("\n{:<46} {:>8}   {:>6}", "one blob of 64 MiB, at 5 MB/s a connection", "best", "MB");
    row("pull save", &best(|| save(here, &slow, &["rancher/large:v1".to_owned()])), None);

    println!("\n{:<46} {:>8}   {:>6}", "mirror of the 20 images to another registry", "best", "MB");
    let pairs = |to: &Registry| -> Vec<(String, String)> {
        images.iter().map(|image| (format!("{}/{image}", source.address), format!("{}/{image}", to.address))).collect()
    };
    let mirror = |to: &Registry| {
        let mut command = pull(&["mirror", "--to", &to.address]);
        command.args(pairs(to).iter().map(|(from, _)| from));
        run(&mut command)
    };
    row("pull mirror, nothing there", &best(|| mirror(&Registry::start(here, "target"))), None);
    let target = Registry::start(here, "target");
    mirror(&target);
    row("pull mirror, all there", &best(|| mirror(&target)), None);
    drop(target);
    if let Some(version) = &crane_version {
        let copy = |to: Registry| {
            let copy =
                |(from, to): &(String, String)| run(Command::new("crane").args(["copy", "--insecure", from, to]));
            in_a_row(pairs(&to).iter().map(copy))
        };
        row(&format!("crane {version} copy, a loop"), &best(|| copy(Registry::start(here, "target"))), None);
    }
    if let Some(version) = &skopeo_version {
        let copy = |to: Registry| {
            in_a_row(pairs(&to).iter().map(|(from, to)| {
                let mut command = Command::new("skopeo");
                command.args(["copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false"]);
                run(command.args([format!("docker://{from}"), format!("docker://{to}")]))
            }))
        };
        row(&format!("{version} copy, a loop"), &best(|| copy(Registry::start(here, "target"))), None);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

struct Measured {
    seconds: f64,
    /// Most memory that was resident, in MB.
    memory: f64,
}

fn row(name: &str, measured: &Measured, floor: Option<&Measured>) {
    let times = floor.map(|floor| format!("   {:.2} x curl", measured.seconds / floor.seconds)).unwrap_or_default();
    println!("{name:<46} {:>6.2} s   {:>6.1}{times}", measured.seconds, measured.memory);
}

fn best(mut once: impl FnMut() -> Measured) -> Measured {
    let runs = (0..RUNS).map(|_| once());
    runs.min_by(|a, b| a.seconds.total_cmp(&b.seconds)).expect("some runs")
}

fn run(command: &mut Command) -> Measured {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    let mut memory = 0.0_f64;
    let status = loop {
        memory = memory.max(resident(child.id()).unwrap_or(0.0));
        match child.try_wait().expect("waits") {
            Some(status) => break status,
            None => thread::sleep(Duration::from_millis(2)),
        }
    };
    assert!(status.success(), "{command:?}: {status}");
    Measured { seconds: start.elapsed().as_secs_f64(), memory }
}

fn resident(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0 / 1e6)
}

fn pull(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pull"));
    command.args(arguments);
    command
}

fn save(here: &Path, address: &str, images: &[String]) -> Measured {
    let output = here.join("saved");
    let _ = fs::remove_dir_all(&output);
    let mut command = pull(&["save", "-o", text(&output)]);
    command.args(images.iter().map(|image| format!("{address}/{image}")));
    run(&mut command)
}

fn curl(here: &Path, layout: &Path, address: &str) -> Command {
    let pack = Pack::open(layout).expect("the layout");
    let (mut list, mut known) = (String::new(), Vec::new());
    for entry in pack.entries.iter().filter(|entry| !entry.name.contains("large")) {
        let repository = entry.name.trim_start_matches("docker.io/").trim_end_matches(":v1");
        for blob in pack.manifests(entry).expect("manifests").iter().flat_map(drydock_pull::manifest::Manifest::blobs) {
            if !known.contains(&blob.digest) {
                known.push(blob.digest);
                let output = here.join("curl").join(blob.digest.hex());
                list.push_str(&format!("url = \"http://{address}/v2/{repository}/blobs/{}\"\n", blob.digest));
                list.push_str(&format!("output = \"{}\"\n", output.display()));
            }
        }
    }
    let _ = fs::remove_dir_all(here.join("curl"));
    fs::create_dir_all(here.join("curl")).expect("a folder");
    let config = here.join("curl.txt");
    fs::write(&config, list).expect("written");
    let mut command = Command::new("curl");
    command.args(["-sS", "-f", "-Z", "--parallel-max", "16", "-K", text(&config)]);
    command
}

fn skopeo(here: &Path, address: &str, images: &[String]) -> Measured {
    let output = here.join("skopeo");
    let _ = fs::remove_dir_all(&output);
    in_a_row(images.iter().map(|image| {
        let mut command = Command::new("skopeo");
        command.args(["copy", "-q", "--src-tls-verify=false", &format!("docker://{address}/{image}")]);
        run(command.arg(format!("oci:{}:{image}", output.display())))
    }))
}

/// Of several commands all the time, and the most memory.
fn in_a_row(commands: impl Iterator<Item = Measured>) -> Measured {
    commands.fold(Measured { seconds: 0.0, memory: 0.0 }, |sum, one| Measured {
        seconds: sum.seconds + one.seconds,
        memory: sum.memory.max(one.memory),
    })
}

fn installed(program: &str, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Some(text.lines().next()?.split(" commit").next()?.replace(" version", "").trim().to_owned())
}

/// An OCI layout of the set, and of one image with one large layer.
fn make(root: &Path) {
    let blobs = root.join(BLOBS);
    fs::create_dir_all(&blobs).expect("a folder");
    fs::write(root.join(LAYOUT_FILE), LAYOUT).expect("written");
    let put = |bytes: &[u8], media_type: &str| {
        let digest = Digest::of(bytes);
        fs::write(blobs.join(digest.hex()), bytes).expect("written");
        Descriptor { media_type: media_type.to_owned(), digest, size: bytes.len() as u64, platform: None }
    };
    let json_of = |descriptor: &Descriptor| json!({"mediaType": descriptor.media_type, "digest": descriptor.digest.to_string(), "size": descriptor.size});
    let image = |name: &str, layers: &[(u64, usize)]| {
        let config = json!({"architecture": "amd64", "os": "linux", "config": {"Labels": {"of": name}},
            "rootfs": {"type": "layers", "diff_ids": []}});
        let config = put(config.to_string().as_bytes(), "application/vnd.oci.image.config.v1+json");
        let layers: Vec<_> = layers.iter().map(|(seed, len)| put(&noise(*seed, *len), LAYER_TYPE)).collect();
        let manifest = json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": json_of(&config),
            "layers": layers.iter().map(json_of).collect::<Vec<_>>()});
        Entry { name: name.to_owned(), descriptor: put(manifest.to_string().as_bytes(), OCI_MANIFEST) }
    };
    let layers = |n: usize| {
        let seed = move |layer: usize| if layer < SHARED { layer } else { 100 * (n + 1) + layer };
        (0..LAYERS).map(|layer| (seed(layer) as u64 + 1, LAYER)).collect::<Vec<_>>()
    };
    let name = |n: usize| format!("docker.io/rancher/img{n:02}:v1");
    let mut entries: Vec<Entry> = (0..IMAGES).map(|n| image(&name(n), &layers(n))).collect();
    entries.push(image("docker.io/rancher/large:v1", &[(99_999, LARGE)]));
    fs::write(root.join(INDEX_FILE), index(&entries, None)).expect("written");
}

const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Bytes that no compressor shrinks.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; len];
    random.fill(&mut bytes);
    bytes
}

struct Registry {
    process: Child,
    address: String,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Registry {
    /// With nothing in it.
    fn start(here: &Path, name: &str) -> Self {
        let _ = fs::remove_dir_all(here.join(name));
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let address = format!("127.0.0.1:{port}");
        let config: PathBuf = here.join(format!("{name}.yml"));
        let text = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: {address}}}\n",
            here.join(name).display()
        );
        File::create(&config).and_then(|mut file| file.write_all(text.as_bytes())).expect("written");
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let registry = Self { process: command.spawn().expect("starts"), address };
        while TcpStream::connect(&registry.address).is_err() {
            thread::sleep(Duration::from_millis(20));
        }
        registry
    }
}

/// A way to the registry that is slow on each connection.
fn throttle(upstream: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (address, upstream) = (listener.local_addr().expect("an address").to_string(), upstream.to_owned());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(&upstream) else { continue };
            let (mut up_from, mut up_to) = (client.try_clone().expect("cloned"), server.try_clone().expect("cloned"));
            thread::spawn(move || {
                let _ = std::io::copy(&mut up_from, &mut up_to);
                let _ = up_to.shutdown(std::net::Shutdown::Both);
            });
            thread::spawn(move || slowly(server, client));
        }
    });
    address
}

fn slowly(mut from: TcpStream, mut to: TcpStream) {
    let (mut bytes, mut free_at) = (vec![0; 16 << 10], Instant::now());
    while let Ok(len @ 1..) = from.read(&mut bytes) {
        // What was not used while nothing came is lost: as with a limiter that has no burst.
        free_at = free_at.max(Instant::now()) + Duration::from_secs_f64(len as f64 / SLOW);
        thread::sleep(free_at.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes[..len]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
