//! What the scripts share: the list, logins, three attempts, and a report of what is missing.

use super::answers::{INSECURE, REGISTRY, host};
use super::aws::{Ecr, Place};
use super::copies::{Copies, repositories};
use super::images::exceptions;
use super::{Request, quote};

/// A program that copies images, in bash.
pub struct Tool {
    /// Its name, for what the person must bring.
    pub name: &'static str,
    /// One line each: what the script does, and how it is called.
    pub title: &'static str,
    pub file: &'static str,
    /// The functions `log_in USER HOST` (password on standard input), `copy SOURCE TARGET`, `exists TARGET`.
    pub functions: &'static str,
    /// Run before the first copy.
    pub before: &'static str,
    /// Whether it can copy what is pinned by digest.
    pub takes_digests: bool,
}

/// ECR registries that images go to.
pub fn targets_ecr(request: &Request<'_>) -> Vec<Ecr> {
    let copies = request.copies();
    let targets: Vec<&str> = copies.copies.iter().filter_map(|copy| copy.target.as_deref()).collect();
    let mut found = request.ecr_registries();
    found.retain(|registry| targets.iter().any(|target| host(target) == registry.host()));
    found.dedup_by(|a, b| a.host() == b.host());
    found
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

/// Of several entries for one host that of the registry to fill counts first.
fn user_of<'r>(request: &'r Request<'_>, of_host: &str) -> &'r str {
    let registry = request.text(&REGISTRY);
    let entries = request.plan.registries.entries.iter().map(|(_, entry)| entry);
    let with_user = entries.filter(|entry| host(&entry.url) == of_host && !entry.user.is_empty());
    with_user.min_by_key(|entry| Some(&entry.url) != registry.as_ref()).map_or("", |entry| &entry.user)
}

impl Tool {
    pub fn why(&self, request: &Request<'_>) -> String {
        let mut why = "Every image is tried three times; the ones that failed are named at the end, and the script then \
                       exits with 1. Rancher's own scripts go on after a failed pull and exit with 0. With `--check` it \
                       copies nothing and names what the registry lacks."
            .to_owned();
        if !targets_ecr(request).is_empty() {
            why += " ECR creates no repository on push, so the script creates them first.";
        }
        let copies = request.copies();
        for exception in exceptions(&copies).into_iter().chain(self.refused(&copies)) {
            why.push(' ');
            why += &exception;
        }
        why
    }

    fn refused(&self, copies: &Copies) -> Option<String> {
        let digests: Vec<&str> =
            copies.pairs().into_iter().map(|(source, _)| source).filter(|source| source.contains('@')).collect();
        let refused = !self.takes_digests && !digests.is_empty();
        refused.then(|| format!("Left out, since docker pushes no digests: {}; take skopeo.", digests.join(", ")))
    }

    pub fn needs(&self, request: &Request<'_>) -> Vec<String> {
        let mut needs = vec![format!("bash and {} on a machine that reaches the registry.", self.name)];
        let hosts = login_hosts(request);
        if let Some(host) = hosts.first() {
            needs.push(format!("REGISTRY_USER and REGISTRY_PASSWORD of {host}, or a login done before."));
        }
        if hosts.len() > 1 {
            needs.push(format!("A login done before at {}.", hosts[1..].join(" and ")));
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

    /// The script for the images of the cluster; `settings` are lines of bash.
    pub fn write(&self, request: &Request<'_>, settings: &str) -> String {
        let copies = request.copies();
        let pairs = if self.takes_digests { copies.pairs() } else { copies.tagged_pairs() };
        let mut creations = String::new();
        for registry in targets_ecr(request) {
            for repository in repositories(&copies, registry.host()) {
                creations += &ecr_create(&registry, &quote::shell(&repository));
            }
        }
        self.assemble(request, &format!("{settings}{}", images(&pairs)), &creations)
    }

    /// `list` fills the array `images`, `creations` make repositories.
    pub fn assemble(&self, request: &Request<'_>, list: &str, creations: &str) -> String {
        let mut out = head(&format!(
            "{title} (Kubernetes {version}, rke {rke})\n\
             bash {file}          copies all; exits with 1 and names what failed\n\
             bash {file} --check  copies nothing, names what the registry lacks",
            title = self.title,
            file = self.file,
            version = quote::line(&request.plan.kubernetes_version),
            rke = request.plan.rke
        ));
        out += list;
        out += FUNCTIONS;
        out += self.functions;
        out += "\n";
        if let Some(host) = login_hosts(request).first() {
            out += &format!("login {} {}\n", quote::shell(host), quote::shell(user_of(request, host)));
        }
        for registry in targets_ecr(request) {
            out += &ecr_login(&registry);
        }
        out += creations;
        out += self.before;
        out + LOOP
    }
}

/// The start of every script; of the file's text `about` holds only what has gone through [`quote::line`].
pub fn head(about: &str) -> String {
    // shellcheck suspects every $ between single quotes, and a user may be called robot$ci.
    let directive = "# shellcheck disable=SC2016";
    format!("#!/usr/bin/env bash\n{}{directive}\nset -euo pipefail\n\n", quote::comment(about))
}

/// `insecure` for crane and docker: `--insecure` where the registry speaks plain HTTP.
pub fn insecure(request: &Request<'_>) -> String {
    format!("insecure={}\n", if request.is_yes(&INSECURE) { "--insecure" } else { "" })
}

/// The array that every script walks through.
fn images(pairs: &[(&str, &str)]) -> String {
    let lines: String =
        pairs.iter().map(|(source, target)| format!("  {} {}\n", quote::shell(source), quote::shell(target))).collect();
    format!("# Each image, then where it goes.\nimages=(\n{lines})\n")
}

fn ecr_login(registry: &Ecr) -> String {
    let (service, region) = match &registry.place {
        Place::Public => ("ecr-public", "us-east-1"),
        Place::Private { region, .. } => ("ecr", region.as_str()),
    };
    format!(
        "aws {service} get-login-password --region {} | log_in AWS {}\n",
        quote::shell(region),
        quote::shell(registry.host())
    )
}

/// `repository` is a word of bash.
pub fn ecr_create(registry: &Ecr, repository: &str) -> String {
    match &registry.place {
        // The first part is the registry's alias, not a part of the repository.
        Place::Public => format!("name={repository}\ncreate ecr-public us-east-1 \"${{name#*/}}\"\n"),
        Place::Private { account, region, .. } => {
            format!("create ecr {} {repository} --registry-id {}\n", quote::shell(region), quote::shell(account))
        }
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
    printf '%s' "$REGISTRY_PASSWORD" | log_in "$user" "$1"
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
    # The last line says whether it is missing, or why nobody could look.
    said=$(exists "$target" 2>&1 >/dev/null) || failed+=("$target: ${said##*$'\n'}")
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
