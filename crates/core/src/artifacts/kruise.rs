//! OpenKruise pulling on the nodes of a running cluster.

use serde_json::{Map, Value, json};

use super::answers::{AT_ONCE, NAMESPACE};
use super::pull_secret::SECRET;
use super::{Family, Generator, Request, quote};
use crate::image::reference::Reference;

pub static GENERATOR: Generator = Generator {
    id: "kruise",
    family: Family::Nodes,
    title: "OpenKruise ImageListPullJob",
    file: "image-pull-job.yaml",
    language: "yaml",
    questions: &[&AT_ONCE, &NAMESPACE],
    applies: |request| {
        if images(request).is_empty() {
            return Err("no images are known for this cluster".to_owned());
        }
        Ok(())
    },
    why: |_| {
        "OpenKruise makes one ImagePullJob an image of it, a few nodes at once, and shows which node failed in the status \
         of each. It pulls through the container runtime, like the kubelet."
            .to_owned()
    },
    needs: |request| {
        let mut needs = vec![
            "OpenKruise with the feature gate `ImagePullJobGate=true`: off since v1.5.".to_owned(),
            "A daemon of OpenKruise that finds the runtime's socket: on RKE1 from Kubernetes 1.24 on that of cri-dockerd.".to_owned(),
        ];
        if !request.logins().is_empty() {
            needs.push("The secret of the pull-secret file in the same namespace.".to_owned());
        }
        needs
    },
    write,
};

fn images<'p>(request: &Request<'p>) -> Vec<&'p str> {
    let needed = request.plan.needed_images().into_iter();
    needed.filter(|image| Reference::parse(image).is_ok()).collect()
}

fn write(request: &Request<'_>) -> String {
    let at_once: u16 = request.text(&AT_ONCE).and_then(|count| count.parse().ok()).unwrap_or(1);
    let mut spec = Map::new();
    spec.insert("images".to_owned(), json!(images(request)));
    spec.insert("parallelism".to_owned(), json!(at_once));
    spec.insert("pullPolicy".to_owned(), json!({ "backoffLimit": 3, "timeoutSeconds": 600 }));
    spec.insert(
        "completionPolicy".to_owned(),
        json!({ "type": "Always", "activeDeadlineSeconds": 7200, "ttlSecondsAfterFinished": 86400 }),
    );
    if !request.logins().is_empty() {
        spec.insert("pullSecrets".to_owned(), json!([SECRET]));
    }
    quote::yaml(&json!({
        "apiVersion": "apps.kruise.io/v1alpha1",
        "kind": "ImageListPullJob",
        "metadata": { "name": "rke-images", "namespace": request.text(&NAMESPACE) },
        "spec": Value::Object(spec),
    }))
}
