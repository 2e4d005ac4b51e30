//! A browser for the tests.

use super::{Found, Tool, debian, which};
use std::env;
use std::path::PathBuf;

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

pub const CHROMIUM: Tool = Tool {
    name: "Chromium",
    find: |_| Ok(find().map(|file| Found { folder: None, variables: vec![("CHROMIUM", file.into())] })),
    install: |_| debian::install(&["chromium"]),
    remedy: "install Chromium or Chrome (on Debian `sudo apt-get install chromium`), or set CHROMIUM to its path",
};

fn find() -> Option<PathBuf> {
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    named
        .into_iter()
        .chain(NAMES.iter().filter_map(|name| which(name)))
        .chain([PathBuf::from(MAC)])
        .find(|file| file.is_file())
}
