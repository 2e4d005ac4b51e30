//! The IAM policy for whoever pulls: the nodes, and the machine that runs rke.

use super::answers::REGISTRY;
use super::aws::{allow_on_repositories, allow_token, any_private_ecr, policy};
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "ecr-policy-pull",
    family: Family::Ecr,
    title: "IAM policy: pull",
    file: "ecr-policy-pull.json",
    language: "json",
    questions: &[&REGISTRY],
    applies: any_private_ecr,
    why: |_| {
        "Only what a pull takes, in the partition of the registry's host. `ecr:GetAuthorizationToken` knows no resource, \
         hence the `*`; the token itself opens only what the second statement allows."
            .to_owned()
    },
    needs: |_| {
        vec![
            "Attach it to the role of the nodes' instance profile, and to the identity of the machine that runs rke."
                .to_owned(),
            "Repositories of your own workloads, as further resources.".to_owned(),
            "For a registry of another account a repository policy there that allows the same actions.".to_owned(),
        ]
    },
    write,
};

pub const PULL: [&str; 3] = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

fn write(request: &Request<'_>) -> String {
    let pull = allow_on_repositories(request, "Pull", &PULL, &request.private_ecrs());
    quote::json(&policy(vec![allow_token(), pull]))
}
