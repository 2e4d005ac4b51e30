//! The kubelet's configuration for ecr-credential-provider.

use serde_json::{Value, json};

use super::answers::REGISTRY;
use super::aws::any_ecr;
use super::ecr::PROVIDER_FOLDER;
use super::{Family, Generator, Request, quote};
use crate::image::version::Version;

pub static GENERATOR: Generator = Generator {
    id: "ecr-credential-provider",
    family: Family::Ecr,
    title: "Credential provider of the kubelet",
    file: "ecr-credential-provider.yaml",
    language: "yaml",
    questions: &[&REGISTRY],
    applies,
    why,
    needs: |_| {
        vec![
            format!("Put it on every node as `{PROVIDER_FOLDER}/config.yaml`."),
            format!(
                "The program as `{PROVIDER_FOLDER}/bin/ecr-credential-provider`, from github.com/kubernetes/\
                 cloud-provider-aws: its file name must be the provider's name. `docker-credential-ecr-login` speaks \
                 another protocol."
            ),
            "The two `extra_args` of the kubelet on RKE1; RKE2 and K3s look in this folder by themselves.".to_owned(),
            "On nodes without an instance profile the AWS keys in the kubelet's environment, which the program inherits."
                .to_owned(),
        ]
    },
    write,
};

/// The kubelet has known such providers since 1.20; what it reads is settled since 1.26.
fn api(request: &Request<'_>) -> Option<&'static str> {
    let version = Version::from_kubernetes(&request.plan.kubernetes_version).ok()?;
    let of = |range: &str| version.is_in(range);
    if of(">=1.26.0-rancher0") {
        Some("v1")
    } else if of(">=1.24.0-rancher0") {
        Some("v1beta1")
    } else if of(">=1.20.0-rancher0") {
        Some("v1alpha1")
    } else {
        None
    }
}

fn applies(request: &Request<'_>) -> Result<(), String> {
    any_ecr(request)?;
    let version = quote::line(&request.plan.kubernetes_version);
    api(request).map(drop).ok_or(format!("the kubelet of Kubernetes `{version}` knows no credential providers"))
}

fn why(request: &Request<'_>) -> String {
    let old = if request.kubelet_needs_provider() {
        "Kubernetes 1.27 removed the kubelet's own ECR login, and of rke's docker configuration the kubelet reads only \
         `auths`, not the helper that rke writes there"
    } else {
        "Before 1.27 the kubelet logs in to ECR by itself on EC2; this makes the change early, and serves machines \
         elsewhere"
    };
    format!(
        "{old}. The folder is mounted into rke's kubelet anyway, so no `extra_binds` are needed, and RKE2 looks there \
         too. The pause image is out of reach: cri-dockerd pulls it without the kubelet. `rke up` pulls it to every \
         node beforehand; where it may be cleaned away, pin `pod_infra_container` to a registry with a plain login."
    )
}

fn write(request: &Request<'_>) -> String {
    let api = api(request).unwrap_or("v1");
    quote::yaml(&config(request, api))
}

/// Only the hosts of this cluster, in full: nothing else is asked of the program.
fn config(request: &Request<'_>, api: &str) -> Value {
    let mut hosts: Vec<String> = Vec::new();
    for registry in request.ecr_registries() {
        if !hosts.iter().any(|host| host == registry.host()) {
            hosts.push(registry.host().to_owned());
        }
    }
    json!({
        "apiVersion": format!("kubelet.config.k8s.io/{api}"),
        "kind": "CredentialProviderConfig",
        "providers": [{
            "name": "ecr-credential-provider",
            "apiVersion": format!("credentialprovider.kubelet.k8s.io/{api}"),
            "matchImages": hosts,
            "defaultCacheDuration": "12h",
        }],
    })
}
