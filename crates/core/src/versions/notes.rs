//! What changes at which Kubernetes version, for this cluster: each entry one line of the table, and one test.
//!
//! What rke refuses or a rule finds is not here: findings that begin and end tell that.

use serde::Serialize;

use crate::Checked;
use crate::cluster::Cluster;
use crate::cluster::effective::CloudProvider;
use crate::credentials::ecr::EcrHost;
use crate::image::version::Version;
use crate::problem::Problem;

/// Something that happens at one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// As `1.24`.
    pub at_version: &'static str,
    pub effect: Effect,
    /// The move goes down: this is taken back.
    pub taken_back: bool,
    pub message: String,
    /// Key that it depends on; empty: none of the file.
    pub at: String,
    pub source: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Something that worked will not.
    Breaks,
    Changes,
}

/// Something Kubernetes or rke does from a version on.
struct Turn {
    /// As `1.24`: rke's boundaries lie at its `.0-rancher0`.
    version: &'static str,
    effect: Effect,
    message: &'static str,
    source: &'static str,
    /// The key it depends on, where it concerns this cluster.
    concerns: fn(&Checked) -> Option<String>,
}

const SKEW: &str = "https://kubernetes.io/releases/version-skew-policy/";
const APIS: &str = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/";

static TURNS: &[Turn] = &[
    Turn {
        version: "1.14",
        effect: Effect::Changes,
        message: "rke deploys coredns where it deployed kube-dns",
        source: "rke v1.6.3, cluster/addons.go",
        concerns: |c| c.cluster.dns.provider.is_none().then(|| "dns.provider".to_owned()),
    },
    Turn {
        version: "1.21",
        effect: Effect::Changes,
        message: "the ingress controller gets ports of the host in place of its network, and no default backend",
        source: "rke v1.6.3, cluster/defaults.go",
        concerns: |c| {
            let own = c.cluster.config.at("ingress.network_mode").is_some_and(|mode| mode.as_text().is_some());
            (c.cluster.ingress_provider() == "nginx" && !own).then(|| "ingress.network_mode".to_owned())
        },
    },
    Turn {
        version: "1.23",
        effect: Effect::Changes,
        message: "rke turns pod security on, with the level privileged where the file sets none; it needs RBAC",
        source: "rke v1.6.3, cluster/defaults.go:455",
        concerns: |c| unset(&c.cluster, "services.kube-api.pod_security_configuration"),
    },
    Turn {
        version: "1.24",
        effect: Effect::Changes,
        message: "the kubelet no longer speaks to docker itself: rke runs cri-dockerd, which pulls the pause image \
                  without the ECR plugin",
        source: "rke v1.6.3, cluster/defaults.go; https://github.com/rancher-archives/rke/pull/3002",
        concerns: |c| {
            let off = c.cluster.config.bool("enable_cri_dockerd").is_some_and(|written| !written.value);
            (!off).then(|| "enable_cri_dockerd".to_owned())
        },
    },
    Turn {
        version: "1.24",
        effect: Effect::Breaks,
        message: "`enable_cri_dockerd: false` leaves the kubelet without a runtime",
        source: "rke v1.6.3, cluster/defaults.go",
        concerns: |c| {
            let off = c.cluster.config.bool("enable_cri_dockerd").is_some_and(|written| !written.value);
            off.then(|| "enable_cri_dockerd".to_owned())
        },
    },
    Turn {
        version: "1.25",
        effect: Effect::Breaks,
        message: "Kubernetes has no PodSecurityPolicy any more: `pod_security_configuration` took its place",
        source: "https://kubernetes.io/docs/concepts/security/pod-security-policy/",
        concerns: |c| {
            let key = "services.kube-api.pod_security_policy";
            let written = |p: &Problem| matches!(p, Problem::UnknownKey(unknown) if unknown.at == key);
            c.problems.iter().any(written).then(|| key.to_owned()).or_else(|| in_addons(c, &["PodSecurityPolicy"]))
        },
    },
    Turn {
        version: "1.27",
        effect: Effect::Breaks,
        message: "the kubelet has no provider for ECR any more: pods pull from ECR without a login, unless a credential \
                  provider is installed",
        source: "https://github.com/rancher/rancher/issues/44365",
        concerns: |c| {
            let ecr = |url: &str| {
                matches!(EcrHost::parse(url.split('/').next()?), Some(EcrHost::Private { .. })).then_some(())
            };
            let entry = c.plan.registries.entries.iter().find(|(url, _)| ecr(url).is_some())?;
            let arguments = &c.cluster.kubelet.extra_args;
            let plugin = arguments.iter().any(|(key, _)| key.value == "image-credential-provider-config");
            (!plugin).then(|| format!("private_registries[{}]", entry.1.index))
        },
    },
    Turn {
        version: "1.27",
        effect: Effect::Breaks,
        message: "the cloud provider aws has left Kubernetes: move to `external-aws` and its controller before",
        source: "rke v1.6.3, cluster/defaults.go:1104",
        concerns: |c| {
            let aws = c.cluster.cloud_provider() == Some(CloudProvider::Aws);
            aws.then(|| "cloud_provider".to_owned())
        },
    },
    Turn {
        version: "1.27",
        effect: Effect::Changes,
        message: "rke warns that weave ends with 1.30",
        source: "rke v1.6.3, cluster/validation.go:731",
        concerns: |c| (c.cluster.network_plugin() == "weave").then(|| "network.plugin".to_owned()),
    },
    Turn {
        version: "1.30",
        effect: Effect::Breaks,
        message: "rke has no weave any more, and cannot change the plugin of a running cluster",
        source: "rke v1.6.3, cluster/validation.go:217",
        concerns: |c| (c.cluster.network_plugin() == "weave").then(|| "network.plugin".to_owned()),
    },
    api("1.16", |c| in_addons(c, &["extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"])),
    api("1.22", |c| {
        in_addons(
            c,
            &[
                "networking.k8s.io/v1beta1",
                "apiextensions.k8s.io/v1beta1",
                "rbac.authorization.k8s.io/v1beta1",
                "admissionregistration.k8s.io/v1beta1",
                "extensions/v1beta1",
            ],
        )
    }),
    api("1.25", |c| {
        in_addons(c, &["policy/v1beta1", "batch/v1beta1", "autoscaling/v2beta1", "discovery.k8s.io/v1beta1"])
    }),
    api("1.26", |c| in_addons(c, &["autoscaling/v2beta2", "flowcontrol.apiserver.k8s.io/v1beta1"])),
    api("1.29", |c| in_addons(c, &["flowcontrol.apiserver.k8s.io/v1beta2"])),
    flag("1.24", |c| {
        let cni = ["network-plugin", "cni-bin-dir", "cni-conf-dir", "network-plugin-mtu"];
        argument(c, "kubelet", &cni).or_else(|| argument(c, "kube-api", &["insecure-port"]))
    }),
    flag("1.27", |c| {
        let evicts = ["pod-eviction-timeout", "enable-taint-manager"];
        argument(c, "kubelet", &["container-runtime"]).or_else(|| argument(c, "kube-controller", &evicts))
    }),
];

const fn api(version: &'static str, concerns: fn(&Checked) -> Option<String>) -> Turn {
    let message = "the API server no longer serves an apiVersion that `addons` uses: kubectl fails on it";
    Turn { version, effect: Effect::Breaks, message, source: APIS, concerns }
}

const fn flag(version: &'static str, concerns: fn(&Checked) -> Option<String>) -> Turn {
    let message = "the component no longer knows an argument of the file, and does not start with it";
    let source = "https://github.com/kubernetes/kubernetes/tree/master/CHANGELOG";
    Turn { version, effect: Effect::Breaks, message, source, concerns }
}

fn unset(cluster: &Cluster, path: &str) -> Option<String> {
    let written = cluster.config.at(path).is_some_and(|value| value.as_text().is_some());
    (!written).then(|| path.to_owned())
}

fn in_addons(checked: &Checked, words: &[&str]) -> Option<String> {
    let addons = checked.cluster.config.text("addons")?;
    words.iter().any(|word| addons.value.contains(word)).then(|| "addons".to_owned())
}

fn argument(checked: &Checked, service: &str, names: &[&str]) -> Option<String> {
    ["extra_args", "extra_args_array"].iter().find_map(|block| {
        let at = format!("services.{service}.{block}");
        let arguments = checked.cluster.config.at(&at)?;
        let name = names.iter().find(|name| arguments.field(name).is_some())?;
        Some(format!("{at}.{name}"))
    })
}

/// What lies between the versions of the two.
pub fn between(old: &Checked, new: &Checked) -> Vec<Note> {
    let version = |checked: &Checked| Version::from_kubernetes(&checked.plan.kubernetes_version).ok();
    let (Some(from), Some(to)) = (version(old), version(new)) else { return Vec::new() };
    let down = to < from;
    let (low, high) = if down { (&to, &from) } else { (&from, &to) };
    let crossed = |turn: &&Turn| !reaches(low, turn.version) && reaches(high, turn.version);
    let note = |turn: &Turn| {
        Some(Note {
            at_version: turn.version,
            effect: turn.effect,
            taken_back: down,
            message: turn.message.to_owned(),
            at: (turn.concerns)(new)?,
            source: turn.source,
        })
    };
    let mut notes: Vec<Note> = steps(&from, &to, down).into_iter().collect();
    notes.extend(TURNS.iter().filter(crossed).filter_map(note));
    let of = |note: &Note| note.at_version.split_once('.').and_then(|(_, minor)| minor.parse::<u64>().ok());
    notes.sort_by_key(of);
    notes
}

fn reaches(version: &Version, boundary: &str) -> bool {
    version.is_in(&format!(">={boundary}.0-rancher0"))
}

/// How the move itself goes.
fn steps(from: &Version, to: &Version, down: bool) -> Option<Note> {
    let message = if down {
        "a step back: Kubernetes does not support it, etcd and the API may not understand what is stored; restore a \
         snapshot instead"
            .to_owned()
    } else if to.minor > from.minor + 1 {
        format!(
            "{} minor versions at once: Kubernetes supports one at a time, so go through those between",
            to.minor - from.minor
        )
    } else {
        return None;
    };
    let (effect, at) = (Effect::Breaks, "kubernetes_version".to_owned());
    Some(Note { at_version: "", effect, taken_back: false, message, at, source: SKEW })
}
