//! The list of `skopeo sync`.

use serde_json::{Map, Value, json};

use super::answers::{INSECURE, REGISTRY, SCOPE};
use super::copies::Copy;
use super::images::any_targets;
use super::{Family, Generator, Request, quote};
use crate::image::reference::Reference;

pub static GENERATOR: Generator = Generator {
    id: "skopeo-sync",
    family: Family::AirGap,
    title: "skopeo sync",
    file: "skopeo-sync.yml",
    language: "yaml",
    questions: &[&REGISTRY, &SCOPE, &INSECURE],
    applies,
    why: |_| {
        "`skopeo sync` keeps only the last part of a name: without `rancher` at the end of the destination the images \
         would lie one level too high, and with `--scoped` below `docker.io/`, where rke does not look either. The file \
         therefore holds the images of `rancher/` alone."
            .to_owned()
    },
    needs,
    write,
};

fn applies(request: &Request<'_>) -> Result<(), String> {
    any_targets(request)?;
    if split(request).0.is_empty() {
        return Err("no image goes from `rancher/` to the registry: take the script with skopeo".to_owned());
    }
    Ok(())
}

/// Sources that go to the registry's `rancher/`, and the copies that do not.
fn split(request: &Request<'_>) -> (Vec<Reference>, Vec<Copy>) {
    let registry = request.text(&REGISTRY).unwrap_or_default();
    let (mut synced, mut others) = (Vec::new(), Vec::new());
    for copy in request.copies().copies {
        let fits = copy.target.as_ref().is_some_and(|target| *target == format!("{registry}/{}", copy.source));
        match Reference::parse(&copy.source) {
            Ok(source) if fits && source.path.strip_prefix("rancher/").is_some_and(|name| !name.contains('/')) => {
                synced.push(source);
            }
            _ => others.push(copy),
        }
    }
    (synced, others)
}

fn needs(request: &Request<'_>) -> Vec<String> {
    let registry = request.text(&REGISTRY).unwrap_or_default();
    let (login, tls) = match request.is_yes(&INSECURE) {
        true => (" --tls-verify=false", " --dest-tls-verify=false"),
        false => ("", ""),
    };
    let mut needs = vec![
        format!("`skopeo login{login} {}`.", super::answers::host(&registry)),
        format!(
            "`skopeo sync{tls} --all --keep-going --src yaml --dest docker skopeo-sync.yml {registry}/rancher`; it exits with \
             1 where images failed."
        ),
    ];
    for Copy { source, target } in split(request).1 {
        if let Some(target) = target {
            needs.push(format!("`skopeo copy{tls} --all docker://{source} docker://{target}`."));
        }
    }
    needs
}

fn write(request: &Request<'_>) -> String {
    let mut hosts: Map<String, Value> = Map::new();
    for source in split(request).0 {
        let host = hosts.entry(source.host).or_insert_with(|| json!({ "images": {} }));
        let Some(images) = host["images"].as_object_mut() else { continue };
        let tags = images.entry(source.path).or_insert_with(|| json!([]));
        if let Some(tags) = tags.as_array_mut() {
            let tag = Value::from(source.digest.or(source.tag).unwrap_or_else(|| "latest".to_owned()));
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    quote::yaml(&Value::Object(hosts))
}
