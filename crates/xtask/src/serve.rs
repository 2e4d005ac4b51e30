//! `cargo xtask serve`: the playground in a browser, rebuilt when its source changes.

use crate::build::trunk;
use crate::{docs, setup, workspace};
use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, thread};

pub struct Options {
    pub port: u16,
    pub open: bool,
    /// Builds the page as `cargo xtask build` does: small, but slow to build.
    pub release: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let address = (Ipv4Addr::LOCALHOST, options.port);
    if TcpListener::bind(address).is_err() {
        bail!("port {} is in use\nhelp: `--port N` picks another", options.port);
    }
    let environment = setup::ensure(&[setup::PAGE])?;
    // For Trunk's hook, whose set-up nobody would see.
    setup::ensure(&[setup::MODULES])?;

    let mut trunk = trunk(&environment);
    // Not dist/: what `cargo xtask build` left there stays.
    trunk.args(["serve", "--offline", "--dist"]).arg(workspace::root().join("target/serve"));
    trunk.args(["--address", "127.0.0.1", "--disable-address-lookup", "true"]);
    trunk.args(["--port", &options.port.to_string()]).env(docs::WITH_THE_PAGE, "1");
    if options.release {
        trunk.arg("--release");
    }
    let server = Arc::new(Mutex::new(trunk.stdin(Stdio::null()).spawn().context("cannot start trunk")?));

    let ended = Arc::clone(&server);
    ctrlc::set_handler(move || {
        if let Ok(mut server) = ended.lock() {
            let _ = server.kill();
        }
    })?;

    let url = format!("http://127.0.0.1:{}/?example=ecr", options.port);
    let mut announced = false;
    loop {
        if let Some(status) = server.lock().expect("nothing panics while it holds the lock").try_wait()? {
            if announced || status.code().is_none() {
                return Ok(());
            }
            bail!("trunk ended before the page was there ({status})");
        }
        if !announced && TcpStream::connect(address).is_ok() {
            announced = true;
            println!("playground: {url}");
            if options.open {
                open(&url);
            }
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Opens a browser where there is a screen; its failure is no fault of the server.
fn open(url: &str) {
    let opener = match env::consts::OS {
        "macos" => "open",
        _ if env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some() => "xdg-open",
        _ => return,
    };
    let _ = Command::new(opener).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}
