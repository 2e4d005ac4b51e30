//! Registries and logins that change. What a secret is or was is never told.

use serde::Serialize;

use crate::credentials::{Auth, Lookup, Registry, Secrets};
use crate::plan::Plan;

/// An entry under one key of rke's map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegistryChange {
    /// The url; `docker.io` where it is empty.
    pub url: String,
    pub state: super::State,
    /// What differs of an entry that stays, as `password` or `ecr_credential_plugin`.
    pub fields: Vec<&'static str>,
}

/// What is sent for one image, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoginChange {
    pub image: String,
    pub from: String,
    pub to: String,
}

pub fn registries(old: &Plan, new: &Plan) -> Vec<RegistryChange> {
    let mut changes = Vec::new();
    for (url, registry) in &new.registries.entries {
        match old.registries.get(url) {
            None => changes.push(RegistryChange { url: url.clone(), state: super::State::Added, fields: Vec::new() }),
            Some(before) => {
                let fields = differing(before, registry);
                if !fields.is_empty() {
                    changes.push(RegistryChange { url: url.clone(), state: super::State::Kept, fields });
                }
            }
        }
    }
    let gone = old.registries.entries.iter().filter(|(url, _)| new.registries.get(url).is_none());
    changes.extend(gone.map(|(url, _)| RegistryChange {
        url: url.clone(),
        state: super::State::Removed,
        fields: Vec::new(),
    }));
    changes
}

fn differing(old: &Registry, new: &Registry) -> Vec<&'static str> {
    let ecr = (old.ecr.as_ref(), new.ecr.as_ref());
    let keys = |differ: bool| matches!(ecr, (Some(_), Some(_))) && differ;
    let of = |registry: &Registry| registry.ecr.clone().unwrap_or_default();
    let (before, after) = (of(old), of(new));
    [
        ("user", old.user != new.user),
        ("password", old.password != new.password),
        ("is_default", old.is_default != new.is_default),
        ("ecr_credential_plugin", ecr.0.is_some() != ecr.1.is_some()),
        ("aws_access_key_id", keys(before.access_key_id != after.access_key_id)),
        ("aws_secret_access_key", keys(before.secret_access_key != after.secret_access_key)),
        ("aws_session_token", keys(before.session_token != after.session_token)),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

/// Images that both need and pull with another entry, or in another way.
pub fn logins(old: &Plan, new: &Plan) -> Vec<LoginChange> {
    let before = old.needed_images();
    let kept = new.needed_images().into_iter().filter(|image| before.contains(image));
    kept.filter_map(|image| {
        let (from, to) = (login(old, image), login(new, image));
        (from != to).then(|| LoginChange { image: image.to_owned(), from, to })
    })
    .collect()
}

fn login(plan: &Plan, image: &str) -> String {
    match plan.registries.lookup(image) {
        Lookup::Invalid(error) => error,
        Lookup::Missing { .. } => "no login".to_owned(),
        Lookup::Found { key, auth } => match auth {
            Auth::Basic => match plan.registries.get(&key).filter(|registry| !registry.user.is_empty()) {
                Some(registry) => format!("user `{}` of {key}", registry.user),
                None => format!("a login of {key} without a user"),
            },
            Auth::Ecr { region } => format!("a token of ECR in {region}, by {key}"),
            Auth::NotEcr(error) => format!("{key}: {error}"),
        },
    }
}

pub fn kubelet_config_differs(old: &Plan, new: &Plan) -> bool {
    // Compared with their secrets, which go no further.
    old.registries.kubelet_docker_config(Secrets::Shown) != new.registries.kubelet_docker_config(Secrets::Shown)
}
