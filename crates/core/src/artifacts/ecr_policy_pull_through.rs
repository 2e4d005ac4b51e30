//! The IAM policy for nodes that pull through ECR's cache of Docker Hub.

use super::answers::{CACHE_PREFIX, REGISTRY};
use super::aws::{allow_token, any_private_ecr, policy};
use super::ecr_policy_pull::PULL;
use super::{Family, Generator, Request, quote};
use serde_json::json;

pub static GENERATOR: Generator = Generator {
    id: "ecr-policy-pull-through",
    family: Family::Ecr,
    title: "IAM policy: pull through the cache",
    file: "ecr-policy-pull-through.json",
    language: "json",
    questions: &[&REGISTRY, &CACHE_PREFIX],
    applies: any_private_ecr,
    why: |_| {
        "The first pull of an image makes its repository and imports it, with the rights of whoever pulls: hence \
         `ecr:CreateRepository` and `ecr:BatchImportUpstreamImage` beside the pull, under the cache's prefix only."
            .to_owned()
    },
    needs: |_| vec!["Attach it to the nodes' role and to the identity of the machine that runs rke.".to_owned()],
    write,
};

fn write(request: &Request<'_>) -> String {
    let Some(registry) = request.private_ecr() else { return String::new() };
    let Some((account, region, partition)) = registry.private() else { return String::new() };
    let prefix = request.text(&CACHE_PREFIX).unwrap_or_default();
    let actions: Vec<&str> = PULL.into_iter().chain(["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]).collect();
    let resource = format!("arn:{partition}:ecr:{region}:{account}:repository/{prefix}/*");
    let pull = json!({ "Sid": "PullThrough", "Effect": "Allow", "Action": actions, "Resource": resource });
    quote::json(&policy(vec![allow_token(), pull]))
}
