//! The repositories of the mirror, by the AWS CLI.

use super::answers::{REGISTRY, SCOPE};
use super::aws::any_private_ecr;
use super::images::any_copies;
use super::{Family, Generator, Request, quote, script};

pub static GENERATOR: Generator = Generator {
    id: "ecr-repositories-cli",
    family: Family::Ecr,
    title: "Repositories: AWS CLI",
    file: "ecr-repositories.sh",
    language: "sh",
    questions: &[&REGISTRY, &SCOPE],
    applies,
    why: |_| WHY.to_owned(),
    needs: |_| vec!["The AWS CLI with the push policy.".to_owned()],
    write,
};

/// For every form of creation.
pub const WHY: &str = "A push to a repository that does not exist fails in ECR. One repository an image name, with the \
                       path that rke puts before it: the `rancher/` part is not optional.";

pub fn applies(request: &Request<'_>) -> Result<(), String> {
    any_private_ecr(request)?;
    any_copies(request)
}

fn write(request: &Request<'_>) -> String {
    let Some(registry) = request.private_ecr() else { return String::new() };
    let Some((account, region, _)) = registry.private() else { return String::new() };
    let names: String =
        request.repositories_in(&registry).iter().map(|name| format!("  {}\n", quote::shell(name))).collect();
    let head = script::head(&format!("Repositories in {}; those that exist are left alone.", registry.host()));
    format!(
        "{head}account={}\nregion={}\nrepositories=(\n{names})\n{SCRIPT}",
        quote::shell(account),
        quote::shell(region)
    )
}

const SCRIPT: &str = r#"
failed=()
for name in "${repositories[@]}"; do
  if said=$(aws ecr create-repository --region "$region" --registry-id "$account" --repository-name "$name" 2>&1 >/dev/null); then
    echo "created $name"
  elif [[ $said == *RepositoryAlreadyExistsException* ]]; then
    echo "$name exists"
  else
    echo "cannot create $name: $said" >&2
    failed+=("$name")
  fi
done
if ((${#failed[@]} > 0)); then
  echo "not created: ${failed[*]}" >&2
  exit 1
fi
"#;
