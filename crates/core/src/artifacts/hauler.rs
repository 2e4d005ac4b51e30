//! The manifest of hauler.

use serde_json::{Value, json};

use super::answers::{PLATFORM, REGISTRY, SCOPE};
use super::images::any_copies;
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "hauler",
    family: Family::AirGap,
    title: "hauler manifest",
    file: "hauler.yaml",
    language: "yaml",
    questions: &[&SCOPE, &PLATFORM, &REGISTRY],
    applies: any_copies,
    why: |_| {
        "hauler carries the images across in one archive and keeps their names, so the registry within the gap gets the \
         `rancher/` that rke asks for. Without a platform it would take all of them."
            .to_owned()
    },
    needs: |request| {
        let registry = request.text(&REGISTRY).unwrap_or_else(|| "registry.example.com".to_owned());
        vec![
            "`hauler store sync -f hauler.yaml`, then `hauler store save --filename haul.tar.zst`.".to_owned(),
            format!("Within the gap `hauler store load haul.tar.zst`, then `hauler store copy registry://{registry}`."),
        ]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let platform = request.text(&PLATFORM).unwrap_or_default();
    let copies = request.copies();
    let images: Vec<Value> =
        copies.sources().iter().map(|source| json!({ "name": source, "platform": platform })).collect();
    quote::yaml(&json!({
        "apiVersion": "content.hauler.cattle.io/v1",
        "kind": "Images",
        "metadata": { "name": "rke-images" },
        "spec": { "images": images },
    }))
}
