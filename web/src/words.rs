//! Answers of the core as words for a table cell.

use drydock_core::credentials::{Auth, Lookup, Registry, RegistryMap};
use drydock_core::plan::{Need, Plan, PlannedImage, Source};

/// Which credentials an image is pulled with.
pub fn credentials(lookup: &Lookup, registries: &RegistryMap) -> String {
    match lookup {
        Lookup::Invalid(error) => format!("fails: {error}"),
        Lookup::Missing { key } => format!("none for {key}"),
        Lookup::Found { auth: Auth::Ecr { region }, .. } => format!("ECR token, {region}"),
        Lookup::Found { auth: Auth::NotEcr(error), .. } => format!("fails: {error}"),
        Lookup::Found { key, auth: Auth::Basic } => {
            let entry = registries.entries.iter().find(|(known, _)| known == key);
            entry.map_or("found", |(_, registry)| basic(registry)).to_owned()
        }
    }
}

/// What an entry of `private_registries` holds, without showing it.
pub fn own_credentials(registry: &Registry) -> &'static str {
    match &registry.ecr {
        _ if !registry.user.is_empty() || !registry.password.is_empty() => basic(registry),
        Some(keys) if keys.access_key_id.is_empty() || keys.secret_access_key.is_empty() => {
            "ECR token, by the identity of the machine that runs rke"
        }
        Some(_) => "ECR token, by the AWS keys in the file",
        None => basic(registry),
    }
}

fn basic(registry: &Registry) -> &'static str {
    match (registry.user.is_empty(), registry.password.is_empty()) {
        (false, false) => "user and password",
        (false, true) => "user without password",
        (true, false) => "password without user",
        (true, true) => "no user, no password",
    }
}

/// "yes: every node, DNS", or "no".
pub fn needed(needs: &[Need]) -> String {
    if needs.is_empty() {
        return "no".to_owned();
    }
    let why: Vec<&str> = needs.iter().map(|need| need.why()).collect();
    format!("yes: {}", why.join(", "))
}

/// What there is to pull. Where a version has no image for a key, rke still puts the default registry before the empty
/// name; nothing pulls that.
pub fn real_images(plan: &Plan) -> impl Iterator<Item = &PlannedImage> {
    plan.images
        .iter()
        .filter(|image| image.upstream.is_some() || image.source != Source::DefaultRegistry || !image.needs.is_empty())
}

/// Images by registry entry, in the order of the entries, and those that find none.
pub fn served(plan: &Plan) -> (Vec<Vec<&str>>, Vec<&str>) {
    let mut by_key = vec![Vec::new(); plan.registries.entries.len()];
    let mut rest = Vec::new();
    for image in real_images(plan) {
        let at = match &image.lookup {
            Lookup::Found { key, .. } => plan.registries.entries.iter().position(|(known, _)| known == key),
            Lookup::Missing { .. } | Lookup::Invalid(_) => None,
        };
        let list = at.map_or(&mut rest, |at| &mut by_key[at]);
        if !list.contains(&image.image.as_str()) {
            list.push(&image.image);
        }
    }
    (by_key, rest)
}

#[cfg(test)]
mod tests {
    use drydock_core::check;
    use drydock_core::plan::Options;

    use super::*;

    const TWO: &str = "\
private_registries:
- {url: registry.example.com, user: u, password: secret, is_default: true}
- {url: docker.io, user: u}
system_images: {etcd: docker.io/rancher/etcd:v1, alpine: quay.io/a/b:v1}
";

    fn cell(plan: &Plan, key: &str) -> String {
        let image = plan.images.iter().find(|image| image.key == key).unwrap();
        credentials(&image.lookup, &plan.registries)
    }

    #[test]
    fn credentials_are_named_and_never_shown() {
        let plan = check(TWO, &Options::default()).plan;
        assert_eq!(cell(&plan, "kubernetes"), "user and password");
        assert_eq!(cell(&plan, "etcd"), "user without password");
        assert_eq!(cell(&plan, "alpine"), "none for quay.io");
    }

    #[test]
    fn every_image_is_served_by_one_entry_or_by_none() {
        let plan = check(TWO, &Options::default()).plan;
        let (by_key, rest) = served(&plan);
        let at = plan.registries.entries.iter().position(|(key, _)| key == "docker.io").unwrap();
        assert_eq!(by_key[at], ["docker.io/rancher/etcd:v1"]);
        assert_eq!(rest, ["quay.io/a/b:v1"]);
        assert!(by_key[1 - at].iter().all(|image| image.starts_with("registry.example.com/")));
    }
}
