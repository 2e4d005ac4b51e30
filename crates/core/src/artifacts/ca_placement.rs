//! The CA of the registries, where dockerd looks for it.

use super::answers::{CA_FILE, REGISTRY, host};
use super::{Family, Generator, Request, quote, script};
use crate::credentials::ecr::EcrHost;
use crate::image::reference::Reference;

pub static GENERATOR: Generator = Generator {
    id: "ca-placement",
    family: Family::AirGap,
    title: "CA certificate on a node",
    file: "install-ca.sh",
    language: "sh",
    questions: &[&CA_FILE, &REGISTRY],
    applies: |request| {
        if hosts(request).is_empty() {
            return Err("the file names no registry with a certificate of its own".to_owned());
        }
        Ok(())
    },
    why: |_| {
        "rke cannot be told of a CA: dockerd looks in `/etc/docker/certs.d/<host:port>/ca.crt`, the port included where \
         the url has one. It reads the file at each pull, no restart is needed. Without it pulls fail with `x509: \
         certificate signed by unknown authority`."
            .to_owned()
    },
    needs: |_| {
        vec!["Run it as root on every node, with the certificate beside it; the playbook does so too.".to_owned()]
    },
    write,
};

/// Registries that may have a CA of their own: not Docker Hub, not ECR.
pub fn hosts(request: &Request<'_>) -> Vec<String> {
    let of_plan = request.plan.registries.entries.iter().map(|(_, registry)| registry.url.clone());
    let mut hosts = Vec::new();
    for url in of_plan.chain(request.text(&REGISTRY)) {
        let name = host(&url);
        let is_host = Reference::parse(&format!("{name}/a/b")).is_ok_and(|reference| reference.host == name);
        if is_host && name != "docker.io" && EcrHost::parse(name).is_none() && !hosts.iter().any(|known| known == name)
        {
            hosts.push(name.to_owned());
        }
    }
    hosts
}

fn write(request: &Request<'_>) -> String {
    let lines: String = hosts(request).iter().map(|host| format!("  {}\n", quote::shell(host))).collect();
    let certificate = request.text(&CA_FILE).unwrap_or_else(|| "ca.crt".to_owned());
    let head = script::head(
        "Puts the CA certificate of the registries where dockerd looks for it.\nsudo bash install-ca.sh [CERTIFICATE]",
    );
    format!("{head}default={}\nregistries=(\n{lines}){SCRIPT}", quote::shell(&certificate))
}

const SCRIPT: &str = r#"
certificate=${1:-$default}
folder=${DOCKER_CERTS:-/etc/docker/certs.d}

if ! grep -q 'BEGIN CERTIFICATE' "$certificate"; then
  echo "$certificate is no certificate in PEM form" >&2
  exit 1
fi
for registry in "${registries[@]}"; do
  install -D -m 0644 "$certificate" "$folder/$registry/ca.crt"
  echo "$folder/$registry/ca.crt"
done
"#;
