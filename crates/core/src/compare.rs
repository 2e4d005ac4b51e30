//! What changes from one text to another: what is pulled, with which logins, by which nodes, and what rke says of it.

mod credentials;
mod parts;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::Checked;
use crate::plan::PlannedNode;
use crate::render::explain::verdict;
use crate::render::redact::Redactor;
pub use credentials::{LoginChange, RegistryChange};
pub use parts::{Difference, Findings, ImageChange, Images, Setting};

/// Secrets are compared and never told: only that they changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changes {
    pub outcome: Pair<Outcome>,
    pub rke: Option<Pair<String>>,
    pub kubernetes_version: Option<Pair<String>>,
    pub images: Images,
    /// Images under the same name, pulled with another login.
    pub logins: Vec<LoginChange>,
    pub registries: Vec<RegistryChange>,
    /// rke writes another docker configuration for the kubelet, and restarts it on every node.
    pub kubelet_config: bool,
    /// Nodes that come, go, or pull something.
    pub nodes: Vec<NodeChange>,
    pub findings: Findings,
    /// Everything else that rke sees differently, defaults included.
    pub settings: Vec<Setting>,
}

/// Before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair<T> {
    pub from: T,
    pub to: T,
}

impl<T: PartialEq + Clone> Pair<T> {
    pub fn differing(from: &T, to: &T) -> Option<Self> {
        (from != to).then(|| Self { from: from.clone(), to: to.clone() })
    }
}

/// What rke does before it touches a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `ok`, `error` or `panic`.
    pub outcome: &'static str,
    /// rke's text; the one it raises after its tunnels are up where there is none before.
    pub error: Option<String>,
}

impl Outcome {
    pub fn of(checked: &Checked) -> Self {
        let verdict = verdict(checked, false);
        Self { outcome: verdict.outcome, error: verdict.error.or(verdict.hostcount_error) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeChange {
    pub name: String,
    pub address: String,
    pub state: State,
    /// What it pulls that it did not need before.
    pub pulls: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Added,
    Removed,
    Kept,
}

impl Changes {
    /// Nothing that rke would do differently.
    pub fn is_empty(&self) -> bool {
        self.outcome.from == self.outcome.to
            && self.rke.is_none()
            && self.kubernetes_version.is_none()
            && self.images.is_empty()
            && self.logins.is_empty()
            && self.registries.is_empty()
            && !self.kubelet_config
            && self.nodes.is_empty()
            && self.findings.is_empty()
            && self.settings.is_empty()
    }
}

/// From `old` to `new`. A text that rke refuses is compared as if it did not: the outcome says that it does.
pub fn compare(old: &Checked, new: &Checked) -> Changes {
    let secrets = [Redactor::find("", &old.cluster), Redactor::find("", &new.cluster)];
    Changes {
        outcome: Pair { from: Outcome::of(old), to: Outcome::of(new) },
        rke: Pair::differing(&old.plan.rke, &new.plan.rke),
        kubernetes_version: Pair::differing(&old.plan.kubernetes_version, &new.plan.kubernetes_version),
        images: Images::compare(&old.plan, &new.plan),
        logins: credentials::logins(&old.plan, &new.plan),
        registries: credentials::registries(&old.plan, &new.plan),
        kubelet_config: credentials::kubelet_config_differs(&old.plan, &new.plan),
        nodes: nodes(old, new),
        findings: Findings::compare(old, new, &secrets),
        settings: parts::settings(old, new),
    }
}

fn nodes(old: &Checked, new: &Checked) -> Vec<NodeChange> {
    fn images<'c>(checked: &'c Checked, node: &PlannedNode<'_>) -> Vec<&'c str> {
        checked.plan.node_images(&node.roles().collect::<Vec<_>>())
    }
    fn find<'c>(checked: &'c Checked, address: &str) -> Option<PlannedNode<'c>> {
        checked.plan.nodes.iter().find(|node| node.address == address)
    }
    let change = |node: &PlannedNode<'_>, state, pulls| NodeChange {
        name: node.name.to_owned(),
        address: node.address.to_owned(),
        state,
        pulls,
    };
    let mut changes = Vec::new();
    for node in new.plan.nodes.iter() {
        let before = find(old, node.address);
        let had = before.map_or_else(Vec::new, |before| images(old, &before));
        let pulls: Vec<String> =
            images(new, &node).into_iter().filter(|image| !had.contains(image)).map(str::to_owned).collect();
        let state = if before.is_some() { State::Kept } else { State::Added };
        if state == State::Added || !pulls.is_empty() {
            changes.push(change(&node, state, pulls));
        }
    }
    let gone = old.plan.nodes.iter().filter(|node| find(new, node.address).is_none());
    changes.extend(gone.map(|node| change(&node, State::Removed, Vec::new())));
    changes
}
