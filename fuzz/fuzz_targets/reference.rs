//! An image name is read or refused, and what was read is the name again.

#![no_main]

use drydock_core::image::reference::Reference;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|name: &str| {
    let Ok(read) = Reference::parse(name) else { return };
    read.lookup_key();
    if read.host.is_empty() {
        return;
    }
    let mut written = format!("{}/{}", read.host, read.path);
    if let Some(tag) = &read.tag {
        written.push_str(&format!(":{tag}"));
    }
    if let Some(digest) = &read.digest {
        written.push_str(&format!("@{digest}"));
    }
    // A host without a dot, a colon or `localhost` is taken for a part of the path when it is read again.
    if read.host.contains(['.', ':']) || read.host == "localhost" {
        assert_eq!(Reference::parse(&written).as_ref(), Ok(&read));
    }
});
