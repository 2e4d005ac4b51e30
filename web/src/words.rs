//! Answers of the core as words for a table cell.

use drydock_core::credentials::{Auth, Lookup, Registry, RegistryMap};
use drydock_core::plan::{Need, Plan, PlannedImage, Source};

/// Whose knowledge answers, and how old it is. `read`: the file that was opened in place of the built-in metadata.
pub fn data(plan: &Plan, read: Option<&str>) -> String {
    format!("rke {}, {}", plan.rke, metadata(plan, read))
}

/// "metadata of 2024-10-04".
pub fn metadata(plan: &Plan, read: Option<&str>) -> String {
    match (read, plan.catalogue.day(&plan.rke)) {
        (Some(file), _) => format!("metadata of {file}"),
        (None, Some(day)) => format!("metadata of {day}"),
        (None, None) => "metadata that it came with".to_owned(),
    }
}

/// "1 image", "2 images".
pub fn plural(count: usize, name: &str) -> String {
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

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

/// One image and all keys that name it.
pub struct ImageRow<'p> {
    pub image: &'p str,
    /// Each with whether this cluster needs it.
    pub keys: Vec<(&'static str, bool)>,
    /// Each once.
    pub sources: Vec<Source>,
    pub lookup: &'p Lookup,
    /// Each once; empty where this cluster does not need it.
    pub needs: Vec<Need>,
}

/// The images of the plan, each once, in the order of their first keys.
pub fn image_rows(plan: &Plan) -> Vec<ImageRow<'_>> {
    let mut rows: Vec<ImageRow<'_>> = Vec::new();
    for planned in real_images(plan) {
        let at = rows.iter().position(|row| row.image == planned.image).unwrap_or_else(|| {
            let (image, lookup) = (planned.image.as_str(), &planned.lookup);
            rows.push(ImageRow { image, keys: Vec::new(), sources: Vec::new(), lookup, needs: Vec::new() });
            rows.len() - 1
        });
        let row = &mut rows[at];
        row.keys.push((planned.key, !planned.needs.is_empty()));
        if !row.sources.contains(&planned.source) {
            row.sources.push(planned.source);
        }
        for need in &planned.needs {
            if !row.needs.contains(need) {
                row.needs.push(*need);
            }
        }
    }
    rows
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

/// One row of the picture of registries.
pub struct Serving {
    pub key: String,
    pub images: usize,
    /// Which credentials.
    pub words: &'static str,
    /// `found`, `anonymous` or `missing`.
    pub class: &'static str,
}

/// The entries, and what images are looked up under without finding one.
pub fn serving(plan: &Plan) -> Vec<Serving> {
    let (by_key, _) = served(plan);
    let mut rows: Vec<Serving> = plan
        .registries
        .entries
        .iter()
        .zip(by_key)
        .map(|((key, registry), images)| Serving {
            key: key.clone(),
            images: images.len(),
            words: own_credentials(registry),
            // An empty login is sent, and refused.
            class: if registry.user.is_empty() && registry.password.is_empty() && registry.ecr.is_none() {
                "missing"
            } else {
                "found"
            },
        })
        .collect();
    let entries = rows.len();
    let mut seen = Vec::new();
    for image in real_images(plan) {
        let (key, words) = match &image.lookup {
            Lookup::Found { .. } => continue,
            Lookup::Missing { key } => (key.as_str(), if key == "docker.io" { "anonymous" } else { "no credentials" }),
            Lookup::Invalid(_) => ("no image name", "rke cannot read it"),
        };
        if seen.contains(&image.image.as_str()) {
            continue;
        }
        seen.push(&image.image);
        let at = rows[entries..].iter().position(|row| row.key == key).unwrap_or_else(|| {
            let class = if words == "anonymous" { "anonymous" } else { "missing" };
            rows.push(Serving { key: key.to_owned(), images: 0, words, class });
            rows.len() - 1 - entries
        });
        rows[entries + at].images += 1;
    }
    rows
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
    fn an_image_has_one_row_with_all_its_keys_and_needs() {
        let plan = check(TWO, &Options::default()).plan;
        let rows = image_rows(&plan);
        let mut names: Vec<&str> = rows.iter().map(|row| row.image).collect();
        assert_eq!(rows.iter().map(|row| row.keys.len()).sum::<usize>(), real_images(&plan).count());
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows.len());
        let tools = rows.iter().find(|row| row.keys.iter().any(|(key, _)| *key == "nginx_proxy")).unwrap();
        assert!(tools.image.contains("rke-tools") && tools.keys.len() > 2, "{:?}", tools.keys);
        let (by_key, rest) = served(&plan);
        assert_eq!(by_key.iter().map(Vec::len).sum::<usize>() + rest.len(), rows.len());
    }

    #[test]
    fn every_image_is_served_by_one_entry_or_by_none() {
        let plan = check(TWO, &Options::default()).plan;
        let (by_key, rest) = served(&plan);
        let at = plan.registries.entries.iter().position(|(key, _)| key == "docker.io").unwrap();
        assert_eq!(by_key[at], ["docker.io/rancher/etcd:v1"]);
        assert_eq!(rest, ["quay.io/a/b:v1"]);
        assert!(by_key[1 - at].iter().all(|image| image.starts_with("registry.example.com/")));
        let rows: Vec<_> = serving(&plan).into_iter().map(|row| (row.key, row.images, row.class)).collect();
        assert_eq!(rows[2], ("quay.io".to_owned(), 1, "missing"));
        assert_eq!((rows[at].1, rows.len()), (1, 3));
    }
}
