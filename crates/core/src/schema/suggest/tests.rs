use super::*;
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::fix::Safety;
use crate::plan::Options;
use crate::schema::assist::type_at;
use crate::text::Span;

fn suggestion(at: &str, parent: &'static str) -> Option<Suggestion> {
    let key = at.rsplit('.').next().unwrap().to_owned();
    let span = Span::default();
    let unknown = UnknownKey { span, entry: span, at: at.to_owned(), key, parent, siblings: Vec::new() };
    suggest(&unknown, DEFAULT_RELEASE)
}

#[test]
fn knows_mistakes_places_and_spellings() {
    let sure = |name| Some(Suggestion::Sibling { name, sure: true });
    let registry = "types.PrivateRegistry";
    assert_eq!(suggestion("private_registries[3].username", registry), sure("user"));
    assert_eq!(suggestion("private_registries[0].isDefault", registry), sure("is_default"));
    assert_eq!(suggestion("services.kube_api", "types.RKEConfigServices"), sure("kube-api"));
    let near = Some(Suggestion::Sibling { name: "password", sure: false });
    assert_eq!(suggestion("private_registries[0].pasword", registry), near);
    let root = "types.RancherKubernetesEngineConfig";
    let elsewhere = |path: &str| Some(Suggestion::Elsewhere { paths: vec![path.to_owned()] });
    assert_eq!(suggestion("cluster_cidr", root), elsewhere("services.kube-controller.cluster_cidr"));
    assert_eq!(suggestion("kubelet", root), elsewhere("services.kubelet"));
    assert_eq!(suggestion("ssh_key", root), sure("ssh_key_path"));
    let removed = suggestion("services.kube-api.pod_security_policy", "types.KubeAPIService");
    assert!(matches!(removed, Some(Suggestion::Removed { .. })));
    assert_eq!(suggestion("whatever_this_is", root), None);
}

#[test]
fn keys_of_the_same_block_come_before_other_places() {
    let near = |name| Some(Suggestion::Sibling { name, sure: false });
    assert_eq!(suggestion("ingress.mode", "types.IngressConfig"), near("network_mode"));
    assert_eq!(suggestion("services.kubelet.extra_envs", "types.KubeletService"), near("extra_env"));
    assert_eq!(suggestion("nodes[0].rolle", "types.RKEConfigNode"), near("role"));
    let range = |block: &str| format!("services.{block}.service_cluster_ip_range");
    assert_eq!(
        suggestion("services.kubelet.service_cluster_ip_range", "types.KubeletService"),
        Some(Suggestion::Elsewhere { paths: vec![range("kube-api"), range("kube-controller")] })
    );
}

#[test]
fn names_are_those_of_the_decoder_that_does_not_know_the_key() {
    let sure = |name| Some(Suggestion::Sibling { name, sure: true });
    let drain = "types.NodeDrainInput";
    for (wrong, right) in [
        ("ignore_daemon_sets", "ignore_daemonsets"),
        ("ignoreDaemonSets", "ignore_daemonsets"),
        ("gracePeriod", "grace_period"),
    ] {
        assert_eq!(suggestion(&format!("upgrade_strategy.node_drain_input.{wrong}"), drain), sure(right));
    }
    let near = Some(Suggestion::Sibling { name: "delete_local_data", sure: false });
    assert_eq!(suggestion("upgrade_strategy.node_drain_input.delete_local_datas", drain), near);
    let plugin = "private_registries[0].ecr_credential_plugin.awsAccessToken";
    assert_eq!(suggestion(plugin, "types.ECRCredentialPlugin"), sure("aws_session_token"));
}

#[test]
fn tls_is_a_matter_of_the_engine() {
    for key in ["ca", "caFile", "insecure", "insecureSkipTLSVerify"] {
        let at = format!("private_registries[2].{key}");
        assert_eq!(suggestion(&at, "types.PrivateRegistry"), Some(Suggestion::Engine), "{key}");
    }
}

/// Every name that the table suggests is a key of rke; every name that it calls wrong is none, in a block that rke
/// knows: only there is it found.
#[test]
fn the_table_names_keys_that_exist_and_mistakes_that_are_found() {
    let schema = Schema::get();
    for line in MISTAKES.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let wrong = words[1].replace('*', "dns");
        let (parent, key) = wrong.rsplit_once('.').unwrap_or(("", &wrong));
        let steps: Vec<&str> = parent
            .split_terminator('.')
            .flat_map(|name| match name.strip_suffix("[]") {
                Some(list) => vec![list, ""],
                None => vec![name],
            })
            .collect();
        let Some(Kind::Struct(block)) = type_at(&steps).map(|ty| &ty.kind) else { panic!("no such block: {line}") };
        assert!(schema.structure(*block).again || schema.structure(*block).key(key).is_none(), "rke knows it: {line}");
        if ["wrong", "perhaps"].contains(&words[0]) {
            let right = words[2];
            let beside = schema.structure(*block).key(right).is_some();
            assert!(beside || schema.key(right).is_some(), "no such key: {line}");
        }
    }
}

/// Codes and what is told of the keys of a file for a release of rke.
fn told(text: &str, rke: &str) -> Vec<(&'static str, String)> {
    let options = Options { rke: Some(rke.to_owned()), ..Options::default() };
    let found = check(text, &options).diagnostics.into_iter().filter(|d| ["D101", "D301"].contains(&d.code));
    found.map(|d| (d.code, d.help.unwrap_or_default())).collect()
}

/// So the default release needs no comparison.
#[test]
fn no_key_came_after_the_default_release() {
    let newest = Version::from_tag(DEFAULT_RELEASE).unwrap();
    for key in Schema::get().structs().iter().flat_map(|structure| &structure.keys) {
        assert!(Version::from_tag(key.since).unwrap() <= newest, "{}: {}", key.name, key.since);
    }
}

#[test]
fn keys_are_those_of_the_release() {
    let ecr = "private_registries:\n- url: 1.dkr.ecr.eu-west-1.amazonaws.com\n  ecrCredentialPlugin: {}\n";
    let later = "rke reads `ecr_credential_plugin` from v1.3.0 on".to_owned();
    assert_eq!(told(ecr, "v1.2.0"), [("D101", later.clone())]);
    assert_eq!(told(ecr, "v1.3.0")[0].0, "D301");
    let known = ecr.replace("ecrCredentialPlugin: {}", "ecr_credential_plugin: {aws_access_key_id: a}");
    assert_eq!(told(&known, "v1.2.0"), [("D101", later)]);
    assert_eq!(told(&known, "v1.6.3"), []);
    let policy = "services: {kube-api: {pod_security_policy: true}}\n";
    assert_eq!(told(policy, "v1.5.12"), []);
    assert!(told(policy, "v1.6.3")[0].1.contains("last read by v1.5; "));
}

fn unknown(text: &str) -> Vec<Diagnostic> {
    check(text, &Options::default()).diagnostics.into_iter().filter(|d| d.code == "D101").collect()
}

#[test]
fn a_rename_that_could_only_be_refused_is_not_offered() {
    let text = "kubernetes: {version: v1.28}\n";
    let found = unknown(text);
    assert_eq!(found[0].help.as_deref(), Some("did you mean `kubernetes_version`?"));
    assert!(found[0].fixes.is_empty());
    // What is near is offered, and shown before it is done.
    let found = unknown("nodes:\n- address: a\n  user: b\n  rolle: [etcd]\n");
    assert_eq!((found[0].fixes[0].title.as_str(), found[0].fixes[0].safety), ("rename to `role`", Safety::Uncertain));
}

#[test]
fn a_rename_brings_no_other_unknown_key() {
    let text = "upgrade_strategy:\n  node_drain_input: {ignore_daemon_sets: false, gracePeriod: 3, delete_local_datas: true}\n";
    let (fixed, _) = crate::fix_all(text, &Options::default(), |_, _| true);
    assert!(unknown(&fixed).is_empty(), "{fixed}");
}
