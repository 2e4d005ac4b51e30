//! Images, findings and settings of two plans set against each other.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::Value;

use crate::Checked;
use crate::cluster::value::Shape;
use crate::credentials::Secrets;
use crate::diagnostic::Diagnostic;
use crate::effective::Effective;
use crate::plan::{Plan, PlannedImage};
use crate::render::redact::{MASK, Redactor};

/// Images of this cluster: what its nodes pull.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Images {
    /// Keys needed before and after, with another image.
    pub changed: Vec<ImageChange>,
    /// Keys that nothing needed before.
    pub added: Vec<ImageChange>,
    pub removed: Vec<ImageChange>,
    /// Names to be pulled that were not pulled before, each once: what a mirror must get.
    pub new_names: Vec<String>,
    /// Names that nobody pulls any more.
    pub gone_names: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImageChange {
    /// As `etcd` in `system_images.etcd`; `snapshot` and `infra_container_image` for the two that are no keys there.
    pub key: &'static str,
    pub from: Option<String>,
    pub to: Option<String>,
}

impl Images {
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.added.is_empty() && self.removed.is_empty()
    }

    pub fn compare(old: &Plan, new: &Plan) -> Self {
        let (before, after) = (needed(old), needed(new));
        let find = |list: &[(&'static str, String)], key: &str| {
            list.iter().find(|(other, _)| *other == key).map(|(_, image)| image.clone())
        };
        let mut images = Self::default();
        for (key, to) in &after {
            let (from, to) = (find(&before, key), Some(to.clone()));
            let change = ImageChange { key, from, to };
            match &change.from {
                None => images.added.push(change),
                Some(_) if change.from != change.to => images.changed.push(change),
                Some(_) => {}
            }
        }
        for (key, from) in &before {
            if find(&after, key).is_none() {
                images.removed.push(ImageChange { key, from: Some(from.clone()), to: None });
            }
        }
        let beyond = |these: &Plan, those: &Plan| {
            let those = those.needed_images();
            let beyond = these.needed_images().into_iter().filter(|image| !those.contains(image));
            beyond.map(str::to_owned).collect()
        };
        images.new_names = beyond(new, old);
        images.gone_names = beyond(old, new);
        images
    }
}

fn needed(plan: &Plan) -> Vec<(&'static str, String)> {
    let keyed = plan.images.iter().filter(|image| !image.needs.is_empty());
    let own = [("infra_container_image", &plan.infra_container_image), ("snapshot", &plan.snapshot_image)];
    let own = own.into_iter().filter_map(|(key, image)| Some((key, image.clone()?)));
    keyed.map(|PlannedImage { key, image, .. }| (*key, image.clone())).chain(own).collect()
}

/// Checks that begin and cease to fail, told apart by rule and words: a finding that only moved is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    pub begin: Vec<Difference>,
    pub end: Vec<Difference>,
}

/// A finding of one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub code: &'static str,
    pub name: &'static str,
    pub severity: &'static str,
    pub message: String,
    /// As `private_registries[0].url`.
    pub at: String,
    pub help: Option<String>,
    /// rke refuses the file for it.
    pub stops_rke: bool,
    /// Byte offsets in the text it is of.
    pub start: usize,
    pub end: usize,
}

impl Findings {
    pub fn is_empty(&self) -> bool {
        self.begin.is_empty() && self.end.is_empty()
    }

    /// `secrets` are those of both texts: a word of one may be a secret of the other.
    pub fn compare(old: &Checked, new: &Checked, secrets: &[Redactor]) -> Self {
        let hide = |text: &str| secrets.iter().fold(text.to_owned(), |text, secrets| secrets.hide(&text));
        let told = |d: &Diagnostic| Difference {
            code: d.code,
            name: d.name,
            severity: d.severity.name(),
            message: hide(&d.message),
            at: d.at.clone(),
            help: d.help.as_deref().map(hide),
            stops_rke: d.stops_rke,
            start: d.span.start,
            end: d.span.end,
        };
        let beyond = |these: &[Diagnostic], those: &[Diagnostic]| -> Vec<Difference> {
            let mut left: HashMap<(&str, &str), usize> = HashMap::new();
            for other in those {
                *left.entry((other.code, other.message.as_str())).or_default() += 1;
            }
            let mut here = Vec::new();
            for finding in these {
                match left.get_mut(&(finding.code, finding.message.as_str())).filter(|left| **left > 0) {
                    Some(left) => *left -= 1,
                    None => here.push(told(finding)),
                }
            }
            here
        };
        Self { begin: beyond(&new.diagnostics, &old.diagnostics), end: beyond(&old.diagnostics, &new.diagnostics) }
    }
}

/// One leaf of the configuration that rke sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// As `services.kube-api.pod_security_configuration`.
    pub at: String,
    /// Secrets as `***`; none where it is not there.
    pub from: Option<String>,
    pub to: Option<String>,
}

/// What is told elsewhere, and better.
const TOLD: [&str; 4] = ["system_images", "private_registries", "nodes", "kubernetes_version"];
const TOLD_IMAGE: &str = "services.kubelet.infra_container_image";

/// What rke works with, defaults filled in, that is not the same.
pub fn settings(old: &Checked, new: &Checked) -> Vec<Setting> {
    let seen = [old, new].map(|checked| {
        let mut effective = Effective::new(&checked.cluster, &checked.plan);
        if let Shape::Fields(fields) = &mut effective.config.shape {
            fields.retain(|field| !TOLD.contains(&&*field.name));
        }
        [Secrets::Shown, Secrets::Masked].map(|secrets| leaves(&effective.to_keys(secrets)))
    });
    let [[before, before_told], [after, after_told]] = seen;
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    let differing = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    let told = |at: &String, real: &Leaves, told: &Leaves| {
        real.contains_key(at).then(|| told.get(at).cloned().unwrap_or_else(|| MASK.to_owned()))
    };
    let setting = |at: &String| Setting {
        at: at.clone(),
        from: told(at, &before, &before_told),
        to: told(at, &after, &after_told),
    };
    differing.map(setting).collect()
}

type Leaves = BTreeMap<String, String>;

fn leaves(keyed: &Value) -> Leaves {
    let mut leaves = BTreeMap::new();
    for (key, value) in keyed.as_object().into_iter().flatten() {
        walk(value, key, &mut leaves);
    }
    leaves.remove(TOLD_IMAGE);
    leaves
}

fn walk(value: &Value, at: &str, leaves: &mut Leaves) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(key, value)| walk(value, &format!("{at}.{key}"), leaves));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, value)| walk(value, &format!("{at}[{index}]"), leaves));
        }
        leaf => {
            let word = leaf.as_str().map_or_else(|| leaf.to_string(), str::to_owned);
            leaves.insert(at.to_owned(), word);
        }
    }
}
