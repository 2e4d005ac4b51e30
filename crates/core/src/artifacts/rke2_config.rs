//! config.yaml of RKE2 and K3s.

use serde_json::{Map, Value, json};

use super::answers::{EMBEDDED_REGISTRY, REGISTRY, TARGET_VERSION, host, path};
use super::rke2_registries::target;
use super::{Family, Generator, Request, quote};
use crate::image::reference::Reference;

pub static GENERATOR: Generator = Generator {
    id: "rke2-config",
    family: Family::Rke2,
    title: "config.yaml",
    file: "config.yaml",
    language: "yaml",
    questions: &[&TARGET_VERSION, &REGISTRY, &EMBEDDED_REGISTRY],
    applies: |request| {
        target(request)?;
        if settings(request).is_empty() {
            return Err(
                "nothing belongs into config.yaml: no default registry, or one with a path, which this release refuses"
                    .to_owned(),
            );
        }
        Ok(())
    },
    why,
    needs: |request| {
        let target = target(request);
        let word = target.as_ref().map_or("rke2", |target| target.word());
        let mut needs =
            vec![format!("Merge it into /etc/rancher/{word}/config.yaml of every server before it first starts.")];
        if has_default(request) {
            let name = target.map(|target| target.title()).unwrap_or_default();
            needs.push(format!("{name}'s own images in the registry: they are others than rke's, see the script."));
        }
        needs
    },
    write,
};

fn why(request: &Request<'_>) -> String {
    let Ok(target) = target(request) else { return String::new() };
    let registry = request.text(&REGISTRY).unwrap_or_default();
    let mut why = if has_default(request) {
        "`system-default-registry` is what `is_default` was: it stands before the images of the system and leaves pods \
         alone."
            .to_owned()
    } else if !registry.is_empty() {
        format!(
            "{} {} stops at a path in `system-default-registry` (`registries must be valid RFC 3986 URI authorities`): \
             registries.yaml redirects Docker Hub instead.",
            target.title(),
            target.name
        )
    } else {
        String::new()
    };
    if request.is_yes(&EMBEDDED_REGISTRY) {
        why += match target.embedded_registry() {
            None => " This release cannot share images among nodes: `embedded_registry` is left out.",
            Some(false) => " `embedded-registry` is an experiment in this release.",
            Some(true) => {
                " With `embedded-registry` a node takes layers from its neighbours, so that many nodes ask the registry \
                 for them once. It needs containerd: RKE1's Docker has nothing like it."
            }
        };
    }
    if request.plan.infra_container_image.is_some() {
        why += " `pause-image` is what `services.kubelet.infra_container_image` was.";
    }
    why.trim_start().to_owned()
}

fn has_default(request: &Request<'_>) -> bool {
    let path_fits = |registry: String| path(&registry).is_empty() || target(request).is_ok_and(|t| t.takes_path());
    request.text(&REGISTRY).is_some_and(path_fits)
}

fn settings(request: &Request<'_>) -> Map<String, Value> {
    let mut settings = Map::new();
    if let Some(registry) = request.text(&REGISTRY).filter(|registry| host(registry) != "docker.io")
        && has_default(request)
    {
        settings.insert("system-default-registry".to_owned(), json!(registry));
    }
    if request.is_yes(&EMBEDDED_REGISTRY) && target(request).is_ok_and(|target| target.embedded_registry().is_some()) {
        settings.insert("embedded-registry".to_owned(), json!(true));
    }
    if let Some(image) = request.plan.infra_container_image.as_ref().filter(|image| Reference::parse(image).is_ok()) {
        settings.insert("pause-image".to_owned(), json!(image));
    }
    settings
}

fn write(request: &Request<'_>) -> String {
    quote::yaml(&Value::Object(settings(request)))
}
