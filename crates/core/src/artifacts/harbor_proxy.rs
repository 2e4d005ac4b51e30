//! Harbor as a cache of Docker Hub.

use serde_json::json;

use super::answers::{REGISTRY, host, path};
use super::{Family, Generator, Request, quote, script};

pub static GENERATOR: Generator = Generator {
    id: "harbor-proxy",
    family: Family::AirGap,
    title: "Harbor proxy cache",
    file: "harbor-proxy.sh",
    language: "sh",
    questions: &[&REGISTRY],
    applies,
    why: |request| {
        let (host, project) = target(request).unwrap_or_default();
        format!(
            "A proxy project fetches from Docker Hub what is pulled through it, so nothing must be pushed. rke finds the \
             login by the image less its last two parts, that is by `{host}/{project}`: use exactly this as `url`, with \
             `is_default: true`."
        )
    },
    needs: |_| {
        vec![
            "Harbor that reaches Docker Hub, HARBOR_USER and HARBOR_PASSWORD of an administrator, curl and jq."
                .to_owned(),
            "DOCKERHUB_USER and DOCKERHUB_TOKEN against Docker Hub's limit for anonymous pulls; optional.".to_owned(),
        ]
    },
    write,
};

/// Host and project. Harbor's projects have one level.
pub fn target(request: &Request<'_>) -> Option<(String, String)> {
    let registry = request.text(&REGISTRY)?;
    let project = path(&registry);
    (!project.is_empty() && !project.contains('/')).then(|| (host(&registry).to_owned(), project.to_owned()))
}

pub fn applies(request: &Request<'_>) -> Result<(), String> {
    if request.private_ecr().is_some() {
        return Err("the registry is Amazon's, not Harbor".to_owned());
    }
    target(request).map(drop).ok_or_else(|| {
        "Harbor keeps images in projects: answer `registry` with host and project, as harbor.example.com/docker-hub"
            .to_owned()
    })
}

/// Calls of Harbor's API: `call METHOD PATH`, the body on standard input. The login goes past the command line.
pub const CALL: &str = r#"
: "${HARBOR_USER:?is not set}" "${HARBOR_PASSWORD:?is not set}"
export HARBOR_USER HARBOR_PASSWORD DOCKERHUB_USER="${DOCKERHUB_USER:-}" DOCKERHUB_TOKEN="${DOCKERHUB_TOKEN:-}"

call() {
  curl --fail-with-body --silent --show-error --request "$1" --header 'Content-Type: application/json' --data-binary @- \
    --config <(jq --null-input --raw-output '"user = " + (env.HARBOR_USER + ":" + env.HARBOR_PASSWORD | tojson)') \
    "https://$harbor/api/v2.0/$2"
}

get() { call GET "$1" </dev/null; }

registry_id() { get 'registries?q=name%3Ddocker-hub' | jq '.[0].id // empty'; }

if [ -z "$(registry_id)" ]; then
  jq --null-input '{name: "docker-hub", type: "docker-hub", url: "https://hub.docker.com"}
    + if env.DOCKERHUB_USER == "" then {}
      else {credential: {type: "basic", access_key: env.DOCKERHUB_USER, access_secret: env.DOCKERHUB_TOKEN}} end' |
    call POST registries
fi
id=$(registry_id)
"#;

fn write(request: &Request<'_>) -> String {
    let (host, project) = target(request).unwrap_or_default();
    let body = json!({ "project_name": project, "metadata": { "public": "false" } });
    let head = script::head(&format!("A project of Harbor that caches Docker Hub: {host}/{project}"));
    format!(
        "{head}harbor={}\n{CALL}\
         jq --argjson id \"$id\" '. + {{registry_id: $id}}' <<<{} | call POST projects\n",
        quote::shell(&host),
        quote::shell(&body.to_string())
    )
}
