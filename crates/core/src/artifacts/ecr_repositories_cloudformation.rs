//! The repositories of the mirror, as a CloudFormation stack.

use serde_json::{Map, Value, json};

use super::answers::{REGISTRY, SCOPE};
use super::ecr_repositories_cli::{WHY, applies};
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "ecr-repositories-cloudformation",
    family: Family::Ecr,
    title: "Repositories: CloudFormation",
    file: "ecr-repositories.cloudformation.json",
    language: "json",
    questions: &[&REGISTRY, &SCOPE],
    applies,
    why: |_| format!("{WHY} They stay when the stack is deleted."),
    needs: |_| {
        vec![
            "`aws cloudformation deploy --stack-name rke-images --template-file ecr-repositories.cloudformation.json`, \
             in the registry's account and region."
                .to_owned(),
        ]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let names = request.private_ecr().map(|registry| request.repositories_in(&registry)).unwrap_or_default();
    let resources: Map<String, Value> = names
        .iter()
        .map(|name| {
            let repository = json!({
                "Type": "AWS::ECR::Repository",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": { "RepositoryName": name },
            });
            (logical_id(name), repository)
        })
        .collect();
    quote::json(&json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Repositories for the images of an RKE cluster",
        "Resources": resources,
    }))
}

/// Letters and digits only, a word a part: `RancherRkeTools` of `rancher/rke-tools`. Other marks become their number,
/// so that no two names fall together.
fn logical_id(repository: &str) -> String {
    let mut id = String::new();
    let mut start = true;
    for character in repository.chars() {
        match character {
            '/' | '-' => start = true,
            _ if !character.is_ascii_alphanumeric() => id.push_str(&format!("X{:x}", u32::from(character))),
            _ if start => {
                id.push(character.to_ascii_uppercase());
                start = false;
            }
            _ => id.push(character),
        }
    }
    id
}
