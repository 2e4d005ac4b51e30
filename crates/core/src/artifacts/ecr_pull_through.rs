//! ECR as a cache of Docker Hub: nothing has to be pushed.

use super::answers::{CACHE_PREFIX, REGISTRY};
use super::aws::any_private_ecr;
use super::{Family, Generator, Request, quote, script};

pub static GENERATOR: Generator = Generator {
    id: "ecr-pull-through",
    family: Family::Ecr,
    title: "Pull-through cache",
    file: "ecr-pull-through.sh",
    language: "sh",
    questions: &[&REGISTRY, &CACHE_PREFIX],
    applies: any_private_ecr,
    why: |request| {
        format!(
            "With this rule ECR fetches an image from Docker Hub when it is first pulled, so no mirror is filled. rke \
             finds the login for `{0}` since it drops the last two parts of the image and looks up the rest; the entry \
             in `private_registries` must have exactly this url. Docker Hub lets ECR in only with a login, kept in a \
             secret whose name must start with `ecr-pullthroughcache/`.",
            url(request)
        )
    },
    needs: |request| {
        vec![
            "The AWS CLI and jq.".to_owned(),
            "DOCKERHUB_USER and DOCKERHUB_TOKEN, an access token of Docker Hub that may read public repositories."
                .to_owned(),
            format!("In cluster.yml: `url: {}` with `is_default: true` and `ecr_credential_plugin`.", url(request)),
            "The pull-through policy for nodes and for the machine that runs rke.".to_owned(),
            "Repositories outside `rancher/` (weave, ACI) come through the same rule.".to_owned(),
        ]
    },
    write,
};

fn url(request: &Request<'_>) -> String {
    let host = request.private_ecr().map(|registry| registry.host().to_owned()).unwrap_or_default();
    format!("{host}/{}", request.text(&CACHE_PREFIX).unwrap_or_default())
}

fn write(request: &Request<'_>) -> String {
    let Some(registry) = request.private_ecr() else { return String::new() };
    let Some((account, region, _)) = registry.private() else { return String::new() };
    let prefix = request.text(&CACHE_PREFIX).unwrap_or_default();
    let head = script::head(&format!("Docker Hub behind {}.", url(request)));
    format!(
        "{head}account={}\nregion={}\nprefix={}\n{SCRIPT}",
        quote::shell(account),
        quote::shell(region),
        quote::shell(&prefix)
    )
}

const SCRIPT: &str = r#"
: "${DOCKERHUB_USER:?is not set}" "${DOCKERHUB_TOKEN:?is not set}"

export DOCKERHUB_USER DOCKERHUB_TOKEN

# Through a pipe, so that the token shows in no list of processes.
secret=$(
  jq --null-input '{username: env.DOCKERHUB_USER, accessToken: env.DOCKERHUB_TOKEN}' |
    aws secretsmanager create-secret --region "$region" --name "ecr-pullthroughcache/$prefix" \
      --secret-string file:///dev/stdin --query ARN --output text
)
aws ecr create-pull-through-cache-rule --region "$region" --registry-id "$account" \
  --ecr-repository-prefix "$prefix" --upstream-registry-url registry-1.docker.io --credential-arn "$secret"
"#;
