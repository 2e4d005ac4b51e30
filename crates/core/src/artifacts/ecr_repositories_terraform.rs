//! The repositories of the mirror, for Terraform and OpenTofu.

use serde_json::json;

use super::answers::{REGISTRY, SCOPE};
use super::ecr_repositories_cli::{WHY, applies};
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "ecr-repositories-terraform",
    family: Family::Ecr,
    title: "Repositories: Terraform",
    file: "ecr-repositories.tf.json",
    language: "json",
    questions: &[&REGISTRY, &SCOPE],
    applies,
    why: |_| format!("{WHY} Terraform reads this JSON form beside its own."),
    needs: |_| vec!["The provider `aws` for the registry's account and region.".to_owned()],
    write,
};

fn write(request: &Request<'_>) -> String {
    let names = request.private_ecr().map(|registry| request.repositories_in(&registry)).unwrap_or_default();
    quote::json(&json!({
        "resource": { "aws_ecr_repository": { "rke": {
            "for_each": format!("${{toset({})}}", json!(names)),
            "name": "${each.value}",
        } } },
    }))
}
