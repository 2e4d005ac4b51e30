//! All images of the version spelt out with the registry, for rke without `is_default`.

use serde_json::{Map, Value, json};

use super::answers::REGISTRY;
use super::{Family, Generator, Request, quote};
use crate::image::reference::Reference;
use crate::plan::Source;

pub static GENERATOR: Generator = Generator {
    id: "system-images",
    family: Family::AirGap,
    title: "system_images for rke before v0.1.10",
    file: "system-images.yml",
    language: "yaml",
    questions: &[&REGISTRY],
    applies,
    why: |_| {
        "rke before v0.1.10 knows no `is_default`: every image is written out with the registry before it. Any newer rke \
         does this by itself, and what is written here then stays as it is at every change of version: remove the block \
         when you upgrade rke."
            .to_owned()
    },
    needs: |_| vec!["Put it into cluster.yml in place of `system_images`.".to_owned()],
    write,
};

fn applies(request: &Request<'_>) -> Result<(), String> {
    if request.text(&REGISTRY).is_none() {
        return Err("no registry to put before the images: answer `registry`".to_owned());
    }
    if images(request).is_empty() {
        let version = quote::line(&request.plan.kubernetes_version);
        return Err(format!("no images are known: rke {} has none for `{version}`", request.plan.rke));
    }
    Ok(())
}

fn images(request: &Request<'_>) -> Map<String, Value> {
    let registry = request.text(&REGISTRY).unwrap_or_default();
    let mut images = Map::new();
    for planned in &request.plan.images {
        let image = match (&planned.source, &planned.upstream) {
            (Source::File(_), _) => planned.image.clone(),
            (_, Some(upstream)) => format!("{registry}/{upstream}"),
            (_, None) => continue,
        };
        if Reference::parse(&image).is_ok() {
            images.insert(planned.key.to_owned(), json!(image));
        }
    }
    images
}

fn write(request: &Request<'_>) -> String {
    quote::yaml(&json!({ "system_images": images(request) }))
}
