use serde_json::{Value, json};

use super::{Effective, Fate, fates};
use crate::check;
use crate::credentials::Secrets;
use crate::plan::Options;

fn effective(text: &str) -> Effective {
    let checked = check(text, &Options::default());
    Effective::new(&checked.cluster, &checked.plan)
}

fn at(text: &str, pointer: &str) -> Value {
    effective(text).to_json(Secrets::Shown).pointer(pointer).cloned().unwrap_or(Value::Null)
}

#[test]
fn an_empty_file_is_filled_with_what_rke_assumes() {
    let json = effective("").to_json(Secrets::Shown);
    assert_eq!(json["network"]["plugin"], "canal");
    assert_eq!(json["network"]["options"]["canal_flannel_backend_port"], "8472");
    assert_eq!(json["services"]["etcd"]["extraArgs"], json!({"election-timeout": "5000", "heartbeat-interval": "500"}));
    assert_eq!(json["services"]["kubeApi"]["auditLog"]["configuration"]["maxAge"], 30);
    assert_eq!(json["services"]["kubelet"]["infraContainerImage"], "rancher/mirrored-pause:3.7");
    assert_eq!(json["services"]["scheduler"]["image"], "rancher/hyperkube:v1.30.5-rancher1");
    assert_eq!(json["upgradeStrategy"], json!({"maxUnavailableWorker": "10%", "maxUnavailableControlplane": "1"}));
    assert_eq!(json["dns"]["linearAutoscalerParams"]["coresPerReplica"], 128);
    assert_eq!((&json["cloudProvider"], &json["bastionHost"], &json["nodes"]), (&json!({}), &json!({}), &Value::Null));
}

#[test]
fn defaults_follow_the_version() {
    let text = |version: &str| format!("kubernetes_version: {version}\n");
    for (version, mode, provider, backend, dockerd) in [
        ("v1.30.5-rancher1-1", "hostPort", "coredns", false, json!(true)),
        ("v1.18.20-rancher1-3", "hostNetwork", "coredns", true, Value::Null),
        ("v1.13.5-rancher1-2", "hostNetwork", "kube-dns", true, Value::Null),
    ] {
        let json = effective(&text(version)).to_json(Secrets::Shown);
        assert_eq!(json["ingress"]["networkMode"], mode, "{version}");
        assert_eq!(json["ingress"]["defaultBackend"], backend, "{version}");
        assert_eq!(json["dns"]["provider"], provider, "{version}");
        assert_eq!(json["enableCriDockerd"], dockerd, "{version}");
    }
}

#[test]
fn defaults_depend_on_what_is_beside_them() {
    assert_eq!(at("bastion_host: {user: u}\n", "/bastionHost"), json!({"user": "u"}));
    let bastion = at("bastion_host: {address: a}\nssh_agent_auth: yes\n", "/bastionHost");
    assert_eq!(bastion, json!({"address": "a", "port": "22", "sshAgentAuth": true, "sshKeyPath": "~/.ssh/id_rsa"}));
    let audit = "services: {kube-api: {audit_log: {enabled: true, configuration: {max_age: 5}}}}\n";
    assert_eq!(at(audit, "/services/kubeApi/auditLog/configuration/maxSize"), Value::Null);
    assert_eq!(at(audit, "/services/kubeApi/auditLog/configuration/policy/rules/0/level"), "Metadata");
    assert_eq!(
        at("services: {etcd: {backup_config: {enabled: false}}}\n", "/services/etcd/backupConfig"),
        json!({"enabled": false, "s3BackupConfig": null})
    );
    assert_eq!(at("services: {etcd: {backup_config: {}}}\n", "/services/etcd/backupConfig/timeout"), 300);
    assert_eq!(at("upgrade_strategy: {drain: true}\n", "/upgradeStrategy/nodeDrainInput"), Value::Null);
    assert_eq!(at("upgrade_strategy: {drain: false}\n", "/upgradeStrategy/nodeDrainInput/gracePeriod"), -1);
    assert_eq!(at("authentication: {strategy: x509|Webhook}\n", "/authentication/webhook/cacheTimeout"), "5s");
    let own = "services: {kube-api: {extra_args: {admission-control-config-file: /x}}}\n";
    assert_eq!(at(own, "/services/kubeApi/podSecurityConfiguration"), Value::Null);
}

#[test]
fn options_win_over_the_plugins_block_and_that_over_the_default() {
    let options = |text: &str| at(text, "/network/options");
    let plugin = options("network: {plugin: calico, calico_network_provider: {cloudprovider: aws}}\n");
    assert_eq!(plugin["calico_cloud_provider"], "aws");
    let option = "network: {plugin: calico, options: {calico_cloud_provider: none}, calico_network_provider: {cloudprovider: aws}}\n";
    assert_eq!(options(option)["calico_cloud_provider"], "none");
    assert_eq!(options("network: {canal_network_provider: {iface: eth1}}\n")["canal_iface"], "eth1");
    let aci = options("network: {plugin: aci}\n");
    assert_eq!((&aci["aci_multus_disable"], &aci["AciContainersMemoryLimit"]), (&json!("true"), &json!("3Gi")));
    assert_eq!(aci["aci_opflex_agent_statistics"], Value::Null);
    assert_eq!(options("network: {plugin: aci, aci_network_provider: {}}\n")["aci_opflex_agent_statistics"], "true");
}

const FULL: &str = "\
nodes:
- address: Node1
  port: 2222
  user: ubuntu
  role: [controlplane, etcd, worker]
  ssh_agent_auth: true
private_registries:
- url: r.example.com
  user: reader
  password: hunter22
  is_default: true
- url: 012345678901.dkr.ecr.eu-central-1.amazonaws.com
  ecr_credential_plugin: {}
- url: x.example.com
  ecr_credential_plugin:
network:
  weave_network_provider: {password: weavesecret}
services:
  kubelet:
    extra_env: [AWS_SECRET_ACCESS_KEY=topsecret]
    fail_swap_on: no
    failSwapOn: yes
cluster_name: a
cluster_name: b
";

#[test]
fn what_is_written_out_means_the_same_to_rke() {
    for text in ["", FULL, "ingress: {provider: none, http_port: 0}\nmonitoring: {replicas: 0}\n"] {
        let first = effective(text);
        let [mut again, mut first] =
            [effective(&first.to_yaml(Secrets::Shown)), first].map(|effective| effective.to_json(Secrets::Shown));
        // rke fills in the drain input only beside an upgrade strategy that is written.
        for json in [&mut again, &mut first] {
            json["upgradeStrategy"]["nodeDrainInput"] = Value::Null;
        }
        assert_eq!(again, first);
    }
}

#[test]
fn no_secret_is_shown_unless_asked() {
    let effective = effective(FULL);
    let yaml = effective.to_yaml(Secrets::Masked);
    assert_eq!(crate::yaml::Document::parse(&yaml).0.stop, None, "{yaml}");
    let masked = yaml + &effective.to_json(Secrets::Masked).to_string();
    let shown = effective.to_yaml(Secrets::Shown);
    for secret in ["hunter22", "weavesecret", "topsecret"] {
        assert!(shown.contains(secret), "{shown}");
        assert!(!masked.contains(secret), "{masked}");
    }
    assert!(shown.contains("ecr_credential_plugin: {}\n"));
}

#[test]
fn each_key_has_a_fate() {
    let fated = fates(&check(FULL, &Options::default()));
    let fate = |at: &str| fated.iter().find(|f| f.at == at).map(|f| f.fate.clone()).unwrap();
    assert_eq!(fate("nodes[0].port"), Fate::Kept);
    assert_eq!(fate("nodes[0].ssh_agent_auth"), Fate::NoEffect);
    assert_eq!(fate("services.kubelet.failSwapOn"), Fate::Unknown);
    assert_eq!(fate("cluster_name"), Fate::Lost);
    assert_eq!(fate("private_registries[1].ecr_credential_plugin"), Fate::Kept);
    assert_eq!(fate("private_registries[2].ecr_credential_plugin"), Fate::Null { default: None, empty_differs: true });
    let fated = fates(&check("nodes:\n- {address: A, hostname_override: Big}\nnetwork:\n", &Options::default()));
    assert_eq!(fated[2].fate.sentence(), "rke puts `big` in its place");
    assert_eq!(fated[3].fate.sentence(), "null counts as missing: rke fills in a block");
    for fated in fates(&check(FULL, &Options::default())) {
        assert!(FULL.is_char_boundary(fated.entry.end) && !fated.entry.is_empty(), "{fated:?}");
    }
}
