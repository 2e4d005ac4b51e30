//! `pull node` on every node of a running cluster.

use serde_json::json;

use super::{Family, Generator, Request, quote};
use crate::image::reference::Reference;

pub static GENERATOR: Generator = Generator {
    id: "pull-daemonset",
    family: Family::Nodes,
    title: "Pull on every node: DaemonSet",
    file: "pull-daemonset.yaml",
    language: "yaml",
    questions: &[],
    applies,
    why: |_| {
        "Before an upgrade: each node pulls the images of the new cluster.yml through its own dockerd, with the logins of \
         the file, so that `rke up` finds them there. The pod runs in an image that every node has already, and pulls in \
         its init container; the pause image then keeps it standing."
            .to_owned()
    },
    needs: |_| {
        vec![
            "The program `pull` as /opt/drydock/pull on every node: the playbook puts it there.".to_owned(),
            "`kubectl --namespace kube-system create secret generic drydock-cluster --from-file=cluster.yml`; delete it \
             and the DaemonSet afterwards, the file holds your logins."
                .to_owned(),
            "A namespace that admits pods with hostPath volumes, as kube-system does by default.".to_owned(),
        ]
    },
    write,
};

fn image<'p>(request: &Request<'p>, key: &str) -> Option<&'p str> {
    let image = request.plan.image(key).map(|planned| planned.image.as_str())?;
    Reference::parse(image).is_ok().then_some(image)
}

fn applies(request: &Request<'_>) -> Result<(), String> {
    match (image(request, "alpine"), image(request, "pod_infra_container")) {
        (Some(_), Some(_)) => Ok(()),
        _ => Err("the images that every node has (alpine, pod_infra_container) are unknown".to_owned()),
    }
}

fn write(request: &Request<'_>) -> String {
    let roles: Vec<&str> = ["controlplane", "etcd", "worker"]
        .into_iter()
        .filter(|role| {
            let nodes = &request.plan.nodes;
            nodes.is_empty() || nodes.iter().any(|node| node.roles().any(|of_node| of_node == *role))
        })
        .collect();
    let labels = json!({ "app.kubernetes.io/name": "drydock-pull" });
    let file = |name: &str, path: &str, kind: &str| json!({ "name": name, "hostPath": { "path": path, "type": kind } });
    quote::yaml(&json!({
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": { "name": "drydock-pull", "namespace": "kube-system" },
        "spec": {
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": {
                    "tolerations": [{ "operator": "Exists" }],
                    "nodeSelector": { "kubernetes.io/os": "linux" },
                    "hostNetwork": true,
                    "automountServiceAccountToken": false,
                    "initContainers": [{
                        "name": "pull",
                        "image": image(request, "alpine"),
                        "imagePullPolicy": "IfNotPresent",
                        "command": ["/opt/drydock/pull", "node", "/etc/drydock/cluster.yml", "--role", roles.join(",")],
                        "volumeMounts": [
                            { "name": "program", "mountPath": "/opt/drydock/pull", "readOnly": true },
                            { "name": "cluster", "mountPath": "/etc/drydock", "readOnly": true },
                            { "name": "docker", "mountPath": "/var/run/docker.sock" },
                        ],
                    }],
                    "containers": [{
                        "name": "stay",
                        "image": image(request, "pod_infra_container"),
                        "imagePullPolicy": "IfNotPresent",
                    }],
                    "volumes": [
                        file("program", "/opt/drydock/pull", "File"),
                        file("docker", "/var/run/docker.sock", "Socket"),
                        { "name": "cluster", "secret": { "secretName": "drydock-cluster" } },
                    ],
                },
            },
        },
    }))
}
