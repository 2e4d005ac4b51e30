//! A machine whose disk fills, and whose names are found late. Both are made with mounts, which only root may do.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::fake::{Fake, Fault};
use crate::faults::assert_whole;
use crate::run::{command, pull};

/// A file system of so many bytes, as long as this lives.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount(bytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"]).arg(folder.path());
        let mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        mounted.then(|| Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

#[test]
fn a_disk_that_fills_ends_the_run_at_once_and_what_came_is_kept() {
    let Some(disk) = Disk::mount(20 << 20) else { return eprintln!("not run: no file system can be mounted here") };
    let registry = Fake::with(Fault::None, 0, None, Some(1_500_000));
    registry.put_image("rancher/a", "v1", &[(1, 9_000_000), (2, 2_000_000)]);
    let image = registry.image("rancher/a:v1");
    let home = tempfile::tempdir().unwrap();
    let pack = disk.path().join("pack");
    let save = ["save", &image, "-o", pack.to_str().unwrap()];

    let child = command(home.path(), &save).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    while registry.data().bytes_sent < 1_000_000 {
        assert!(Instant::now() < end, "nothing is downloaded");
        thread::sleep(Duration::from_millis(5));
    }
    // Somebody else takes the room that was there when the run looked.
    let free = drydock_pull::store::free_space(disk.path()).unwrap();
    fs::write(disk.path().join("theirs"), vec![1; free as usize - 300_000]).unwrap();
    let full = Instant::now();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(7), "{told}");
    assert!(told.contains("No space left on device") && told.contains(pack.to_str().unwrap()), "{told}");
    assert!(full.elapsed() < Duration::from_secs(10), "{:?}", full.elapsed());
    assert!(!pack.join("index.json").exists(), "nothing is named that is not whole");

    let before = pull(home.path(), &save);
    assert_eq!(before.code, 7, "known before anything is fetched: {}", before.all());
    assert!(before.stderr.contains("bytes free"), "{}", before.stderr);

    fs::remove_file(disk.path().join("theirs")).unwrap();
    registry.data().bytes_sent = 0;
    let again = pull(home.path(), &save);
    assert_eq!(again.code, 0, "{}", again.all());
    assert_whole(&pack);
    let sent = registry.data().bytes_sent;
    assert!(sent < 10_700_000, "{sent} of 11 MB again: what had come is not fetched twice");
}

#[test]
fn a_name_that_is_found_late_is_waited_for() {
    let registry = Fake::start(Fault::None, 0);
    registry.put_image("rancher/a", "v1", &[(1, 300_000)]);
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("hosts"), "127.0.0.1 localhost\n").unwrap();
    // Refused at once, where the machine's own resolver may take its time.
    fs::write(here.join("resolv.conf"), "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n").unwrap();
    let mounts = "mount --bind hosts /etc/hosts && mount --bind resolv.conf /etc/resolv.conf";
    let may = |script: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "sh", "-c", script]).current_dir(here).stderr(Stdio::null());
        unshare.status().is_ok_and(|status| status.success())
    };
    if !may(mounts) {
        return eprintln!("not run: nothing can be mounted here");
    }
    let host = format!("late.test:{}", registry.address.port());
    let image = format!("{host}/rancher/a:v1");
    let run = format!("{mounts} && exec \"$0\" save {image} --plain-http {host} -o pack");
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", &run, env!("CARGO_BIN_EXE_pull")]).current_dir(here).env("HOME", here);
    let child = unshare.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(registry.count("GET", "/"), 0);
    fs::write(here.join("hosts"), "127.0.0.1 localhost late.test\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("again in"), "{told}");
    assert_whole(&here.join("pack"));
}
