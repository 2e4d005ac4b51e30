//! containerd's mirror of Docker Hub.

use super::answers::{CA_FILE, INSECURE, REGISTRY, host, path};
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "containerd-hosts",
    family: Family::AirGap,
    title: "containerd mirror",
    file: "hosts.toml",
    language: "toml",
    questions: &[&REGISTRY, &INSECURE, &CA_FILE],
    applies: |request| {
        request
            .text(&REGISTRY)
            .map(drop)
            .ok_or_else(|| "no registry to take for a mirror: answer `registry`".to_owned())
    },
    why: |request| {
        let registry = request.text(&REGISTRY).unwrap_or_default();
        let path = if path(&registry).is_empty() {
            ""
        } else {
            " The registry's path goes behind `/v2/`, hence `override_path`."
        };
        format!(
            "For containerd on its own, not for RKE1's Docker, and not for RKE2 and K3s, which write this file from \
             registries.yaml. Images keep their names; Docker Hub is asked last.{path} No login can stand here."
        )
    },
    needs: |_| {
        vec![
            "/etc/containerd/certs.d/docker.io/hosts.toml on every node; containerd reads it at each pull.".to_owned(),
            "`config_path = \"/etc/containerd/certs.d\"` in containerd's own configuration.".to_owned(),
        ]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let registry = request.text(&REGISTRY).unwrap_or_default();
    let scheme = if request.is_yes(&INSECURE) { "http" } else { "https" };
    let mut url = format!("{scheme}://{}", host(&registry));
    if !path(&registry).is_empty() {
        url += &format!("/v2/{}", path(&registry));
    }
    let mut out = format!("server = \"https://registry-1.docker.io\"\n\n[host.{}]\n", quote::toml(&url));
    out += "  capabilities = [\"pull\", \"resolve\"]\n";
    if !path(&registry).is_empty() {
        out += "  override_path = true\n";
    }
    if let Some(ca) = request.text(&CA_FILE) {
        out += &format!("  ca = {}\n", quote::toml(&ca));
    }
    out
}
