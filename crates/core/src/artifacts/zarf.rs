//! A Zarf package with the images as its one component.

use serde_json::json;

use super::answers::{PLATFORM, SCOPE};
use super::images::any_copies;
use super::{Family, Generator, Request, quote};
use crate::image::reference::Reference;

pub static GENERATOR: Generator = Generator {
    id: "zarf",
    family: Family::AirGap,
    title: "Zarf package",
    file: "zarf.yaml",
    language: "yaml",
    questions: &[&SCOPE, &PLATFORM],
    applies: any_copies,
    why: |_| {
        "Zarf takes full names only. It adds a checksum to the tags of what it pushes to its own registry, for its agent \
         to rewrite pods; rke's node containers are no pods, so deploy to an external registry, where the plain names \
         stay as well."
            .to_owned()
    },
    needs: |_| {
        vec![
            "`zarf package create .`, then within the gap `zarf init --registry-url …` for your registry and `zarf package \
             deploy`."
                .to_owned(),
        ]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let copies = request.copies();
    let images: Vec<String> = copies
        .sources()
        .iter()
        .filter_map(|source| {
            let reference = Reference::parse(source).ok()?;
            Some(if source.starts_with(&format!("{}/", reference.host)) {
                (*source).to_owned()
            } else {
                format!("{}/{source}", reference.host)
            })
        })
        .collect();
    let platform = request.text(&PLATFORM).unwrap_or_default();
    quote::yaml(&json!({
        "kind": "ZarfPackageConfig",
        "metadata": {
            "name": "rke-images",
            "description": "system images of an RKE cluster",
            "architecture": platform.strip_prefix("linux/"),
        },
        "components": [{ "name": "rke-images", "required": true, "images": images }],
    }))
}
