//! A template by which ECR makes repositories itself.

use serde_json::json;

use super::answers::{CACHE_PREFIX, REGISTRY};
use super::aws::any_private_ecr;
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "ecr-creation-template",
    family: Family::Ecr,
    title: "Repositories: creation template",
    file: "ecr-creation-template.json",
    language: "json",
    questions: &[&REGISTRY, &CACHE_PREFIX],
    applies: any_private_ecr,
    why: |_| {
        "Repositories under the prefix are then made by the first push or by the pull-through cache, without a list of \
         names. `CREATE_ON_PUSH` is younger than the other value: where the AWS CLI refuses it, update the CLI or \
         create the repositories by name."
            .to_owned()
    },
    needs: |request| {
        let region = request.private_ecr().and_then(|registry| registry.private().map(|place| place.1.to_owned()));
        vec![format!(
            "`aws ecr create-repository-creation-template --region {} --cli-input-json \
             file://ecr-creation-template.json`, with `ecr:CreateRepositoryCreationTemplate`.",
            region.unwrap_or_default()
        )]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let path = request.private_ecr().map(|registry| registry.path).unwrap_or_default();
    let prefix = match path.as_str() {
        "" => "rancher".to_owned(),
        path => path.to_owned(),
    };
    quote::json(&json!({
        "prefix": prefix,
        "description": "images of RKE clusters",
        "appliedFor": ["CREATE_ON_PUSH", "PULL_THROUGH_CACHE"],
        "imageTagMutability": "MUTABLE",
    }))
}
