//! The IAM policy for whoever fills the registry.

use super::answers::{REGISTRY, SCOPE};
use super::aws::{allow_on_repositories, allow_token, any_private_ecr, policy};
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "ecr-policy-push",
    family: Family::Ecr,
    title: "IAM policy: push and create",
    file: "ecr-policy-push.json",
    language: "json",
    questions: &[&REGISTRY, &SCOPE],
    applies: any_private_ecr,
    why: |_| {
        "What `docker push` calls (ECR's user guide, image-push-iam), and the creation of the repositories, which ECR \
         does not do by itself."
            .to_owned()
    },
    needs: |_| vec!["Attach it to the identity that runs the mirror, not to the nodes: they only pull.".to_owned()],
    write,
};

const PUSH: [&str; 6] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
];

fn write(request: &Request<'_>) -> String {
    let registry: Vec<_> = request.private_ecr().into_iter().collect();
    let push = allow_on_repositories(request, "Push", &PUSH, &registry);
    let create =
        allow_on_repositories(request, "Create", &["ecr:CreateRepository", "ecr:DescribeRepositories"], &registry);
    quote::json(&policy(vec![allow_token(), push, create]))
}
