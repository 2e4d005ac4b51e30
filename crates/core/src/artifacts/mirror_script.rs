//! A script that fills a registry with docker alone.

use super::answers::{PLATFORM, REGISTRY, SCOPE, host};
use super::aws::{Ecr, Place};
use super::copies::repositories;
use super::images::{any_targets, exceptions};
use super::{Family, Generator, Request, quote};

pub static GENERATOR: Generator = Generator {
    id: "mirror-script",
    family: Family::AirGap,
    title: "Fill a registry with docker",
    file: "mirror.sh",
    language: "sh",
    questions: &[&REGISTRY, &SCOPE, &PLATFORM],
    applies: any_targets,
    why,
    needs,
    write,
};

fn why(request: &Request<'_>) -> String {
    let mut why = "Every image is tried, three times; the ones that failed are named at the end, and the script then \
                   exits with 1. Rancher's own scripts go on after a failed pull and exit with 0. With `--check` it \
                   copies nothing and names what the registry lacks."
        .to_owned();
    if request.private_ecr().is_some() {
        why += " ECR creates no repository on push, so the script creates them first.";
    }
    for exception in exceptions(&request.copies()) {
        why.push(' ');
        why += &exception;
    }
    why
}

fn needs(request: &Request<'_>) -> Vec<String> {
    let mut needs = vec!["A machine with docker that reaches both the internet and the registry.".to_owned()];
    let hosts = login_hosts(request);
    if let Some(host) = hosts.first() {
        needs.push(format!("REGISTRY_USER and REGISTRY_PASSWORD of {host}, or a `docker login` done before."));
    }
    if hosts.len() > 1 {
        needs.push(format!("A `docker login` done before for {}.", hosts[1..].join(" and ")));
    }
    if !targets_ecr(request).is_empty() {
        needs.push(
            "The AWS CLI with an identity that may push and create repositories: see the push policy.".to_owned(),
        );
    }
    if request.plan.prefix.is_none() {
        needs.push(
            "The registry as default in cluster.yml: `is_default: true`. The file has no default yet.".to_owned(),
        );
    }
    needs
}

/// ECR registries that images go to.
fn targets_ecr(request: &Request<'_>) -> Vec<Ecr> {
    let copies = request.copies();
    let targets: Vec<&str> = copies.copies.iter().filter_map(|copy| copy.target.as_deref()).collect();
    let mut found = request.ecr_registries();
    found.retain(|registry| targets.iter().any(|target| host(target) == registry.host()));
    found.dedup_by(|a, b| a.host() == b.host());
    found
}

fn write(request: &Request<'_>) -> String {
    let copies = request.copies();
    let pairs: Vec<_> =
        copies.copies.iter().filter_map(|copy| Some((copy.source.as_str(), copy.target.as_deref()?))).collect();
    let ecr = targets_ecr(request);
    let mut out = String::from("#!/usr/bin/env bash\n");
    out += &quote::comment(&format!(
        "Fills the registry with the images of Kubernetes {} as rke {} pulls them.\n\
         Usage: bash mirror.sh          copy all; exits with 1 and names what failed\n\
         \x20      bash mirror.sh --check  copy nothing, name what the registry lacks",
        quote::line(&request.plan.kubernetes_version),
        request.plan.rke
    ));
    out += "set -euo pipefail\n\n";
    out += &format!("platform={}\n", quote::shell(&request.text(&PLATFORM).unwrap_or_default()));
    out += "# Each image, then where it goes.\nimages=(\n";
    for (source, target) in pairs {
        out += &format!("  {} {}\n", quote::shell(source), quote::shell(target));
    }
    out += ")\n";
    out += FUNCTIONS;
    if let Some(host) = login_hosts(request).first() {
        out += &format!("login {} {}\n", quote::shell(host), quote::shell(user_of(request, host)));
    }
    for registry in ecr {
        out += &ecr_login(&registry);
        for repository in repositories(&copies, registry.host()) {
            out += &ecr_create(&registry, &repository);
        }
    }
    out + LOOP
}

/// Registries with a login of their own that images go to: the one to fill first. Only that one is sent the password.
fn login_hosts(request: &Request<'_>) -> Vec<String> {
    let ecr = targets_ecr(request);
    let registry = request.text(&REGISTRY);
    let targets = request.copies().copies.into_iter().filter_map(|copy| copy.target);
    let mut hosts: Vec<String> = Vec::new();
    for target in registry.into_iter().chain(targets) {
        let host = host(&target).to_owned();
        if !hosts.contains(&host) && ecr.iter().all(|registry| registry.host() != host) {
            hosts.push(host);
        }
    }
    hosts
}

fn user_of<'r>(request: &'r Request<'_>, of_host: &str) -> &'r str {
    let entries = request.plan.registries.entries.iter().map(|(_, registry)| registry);
    let mut users = entries.filter(|registry| host(&registry.url) == of_host).map(|registry| registry.user.as_str());
    users.find(|user| !user.is_empty()).unwrap_or_default()
}

fn ecr_login(registry: &Ecr) -> String {
    let (service, region) = match &registry.place {
        Place::Public => ("ecr-public", "us-east-1"),
        Place::Private { region, .. } => ("ecr", region.as_str()),
    };
    format!(
        "aws {service} get-login-password --region {} | docker login --username AWS --password-stdin {}\n",
        quote::shell(region),
        quote::shell(registry.host())
    )
}

fn ecr_create(registry: &Ecr, repository: &str) -> String {
    match &registry.place {
        // The first part is the registry's alias, not a part of the repository.
        Place::Public => {
            let name = repository.split_once('/').map_or(repository, |(_, name)| name);
            format!("create ecr-public us-east-1 {}\n", quote::shell(name))
        }
        Place::Private { account, region, .. } => format!(
            "create ecr {} {} --registry-id {}\n",
            quote::shell(region),
            quote::shell(repository),
            quote::shell(account)
        ),
    }
}

const FUNCTIONS: &str = r#"
check=false
case "${1:-}" in
  '') ;;
  --check) check=true ;;
  *) echo "usage: $0 [--check]" >&2; exit 2 ;;
esac

# Without a password: whoever runs this has logged in before, or the registry wants no login.
login() {
  local user=${REGISTRY_USER:-$2}
  if [ -n "${REGISTRY_PASSWORD:-}" ]; then
    if [ -z "$user" ]; then echo "REGISTRY_USER is not set" >&2; exit 2; fi
    printf '%s' "$REGISTRY_PASSWORD" | docker login --username "$user" --password-stdin "$1"
  fi
}

# An existing repository is as good as a new one.
create() {
  local service=$1 region=$2 name=$3 said
  shift 3
  "$check" && return
  if said=$(aws "$service" create-repository --region "$region" --repository-name "$name" "$@" 2>&1 >/dev/null); then
    echo "created $name"
  elif [[ $said != *RepositoryAlreadyExistsException* ]]; then
    echo "cannot create the repository $name: $said" >&2
    exit 1
  fi
}

copy() {
  docker pull --quiet --platform "$platform" "$1" && docker tag "$1" "$2" && docker push --quiet "$2"
}

try() {
  local attempt
  for attempt in 1 2 3; do
    if copy "$1" "$2"; then return 0; fi
    echo "attempt $attempt failed: $1" >&2
    if ((attempt < 3)); then sleep "${RETRY_SECONDS:-5}"; fi
  done
  return 1
}

"#;

const LOOP: &str = r#"
failed=()
for ((i = 0; i < ${#images[@]}; i += 2)); do
  source=${images[i]} target=${images[i + 1]}
  if "$check"; then
    docker manifest inspect "$target" >/dev/null 2>&1 || failed+=("$target")
  else
    echo "$((i / 2 + 1)) of $((${#images[@]} / 2)): $source -> $target"
    try "$source" "$target" || failed+=("$source -> $target")
  fi
done
if ((${#failed[@]} > 0)); then
  echo "missing in the registry, ${#failed[@]} of $((${#images[@]} / 2)):" >&2
  printf '  %s\n' "${failed[@]}" >&2
  exit 1
fi
echo "all $((${#images[@]} / 2)) images are in the registry"
"#;
