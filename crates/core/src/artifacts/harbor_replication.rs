//! Harbor fetching the images of the list by itself.

use std::collections::BTreeMap;

use serde_json::json;

use super::answers::{REGISTRY, SCOPE};
use super::copies::Copies;
use super::harbor_proxy::{CALL, applies, target};
use super::{Family, Generator, Request, quote, script};
use crate::image::reference::Reference;

pub static GENERATOR: Generator = Generator {
    id: "harbor-replication",
    family: Family::AirGap,
    title: "Harbor replication",
    file: "harbor-replication.sh",
    language: "sh",
    questions: &[&REGISTRY, &SCOPE],
    applies: |request| {
        applies(request)?;
        super::images::any_copies(request)
    },
    why: |_| {
        "One policy a namespace, limited to the tags that the cluster pulls. Of each name the whole path is \
         kept below the project (`dest_namespace_replace_count: 0`): rke asks for `rancher/` there."
            .to_owned()
    },
    needs: |_| {
        vec![
            "Harbor that reaches Docker Hub, HARBOR_USER and HARBOR_PASSWORD of an administrator, curl and jq."
                .to_owned(),
            "The project, made before; in cluster.yml the registry with the project as `url`.".to_owned(),
            "Start it in Harbor under Replications, and look at its executions: a failed image shows there only."
                .to_owned(),
        ]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let (host, project) = target(request).unwrap_or_default();
    let copies = request.copies();
    let head = script::head(&format!("Replication from Docker Hub to {host}/{project}"));
    let mut out = format!("{head}harbor={}\n{CALL}", quote::shell(&host));
    for (namespace, (names, tags)) in namespaces(&copies) {
        let body = json!({
            "name": format!("rke-images-{namespace}"),
            "dest_namespace": project,
            "dest_namespace_replace_count": 0,
            "trigger": { "type": "manual" },
            "enabled": true,
            "override": true,
            "filters": [
                { "type": "name", "value": format!("{namespace}/{}", alternatives(&names)) },
                { "type": "tag", "value": alternatives(&tags) },
            ],
        });
        out += &format!(
            "jq --argjson id \"$id\" '. + {{src_registry: {{id: $id}}}}' <<<{} | call POST replication/policies\n",
            quote::shell(&body.to_string())
        );
    }
    out
}

/// Names and tags by namespace; a name of more parts than two, which Docker Hub does not have, is left out.
fn namespaces(copies: &Copies) -> BTreeMap<String, (Vec<String>, Vec<String>)> {
    let mut found: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for source in copies.sources() {
        let Ok(Reference { path, tag: Some(tag), .. }) = Reference::parse(source) else { continue };
        let Some((namespace, name)) = path.split_once('/').filter(|(_, name)| !name.contains('/')) else { continue };
        let (names, tags) = found.entry(namespace.to_owned()).or_default();
        for (list, item) in [(names, name.to_owned()), (tags, tag)] {
            if !list.contains(&item) {
                list.push(item);
            }
        }
    }
    found
}

/// Harbor's patterns take alternatives between braces, within one part of the path.
fn alternatives(values: &[String]) -> String {
    match values {
        [only] => only.clone(),
        values => format!("{{{}}}", values.join(",")),
    }
}
