//! One line a refusal: a small file, the rule that foretells it, and the exact text of rke v1.6.3.

use drydock_core::diagnostic::Severity;
use drydock_core::plan::Options;
use drydock_core::{Checked, Outcome, Stage, check};

const NODE: &str = "nodes:\n- {address: 10.1.0.1, user: rke, role: [controlplane, etcd, worker]}\n";

fn checked(text: &str) -> Checked {
    check(text, &Options { rke: Some("v1.6.3".to_owned()), ..Options::default() })
}

/// Holds that rke stops with this text, and that the finding which says so is this rule's.
fn stops(text: &str, code: &str, error: &str) {
    let checked = checked(text);
    let init = Outcome::Refused { stage: Stage::Init, error: error.to_owned() };
    assert_eq!(checked.outcome, init, "{text}");
    let stop: Vec<_> = checked.diagnostics.iter().filter(|d| d.stops_rke).map(|d| (d.code, d.severity)).collect();
    assert_eq!(stop, [(code, Severity::Error)], "{text}");
}

/// A file that is whole but for the fault.
fn refused(rest: &str, code: &str, error: &str) {
    stops(&format!("{NODE}{rest}"), code, error);
}

fn validate(rest: &str, code: &str, error: &str) {
    refused(rest, code, &format!("Failed to validate cluster: {error}"));
}

fn register(rest: &str, code: &str, error: &str) {
    refused(rest, code, &format!("Failed to register cloud provider: {error}"));
}

fn nodes(nodes: &str, code: &str, error: &str) {
    stops(&format!("nodes:\n{nodes}"), code, error);
}

#[test]
fn version_and_ranges() {
    refused("kubernetes_version: '1.30'", "D401", "1.30 is not valid version");
    refused("kubernetes_version: v1.30", "D401", "v1.30 is not valid semver");
    validate(
        "kubernetes_version: v1.30.5",
        "D402",
        "v1.30.5 is an unsupported Kubernetes version and system images are not populated: etcd image is not populated",
    );
    let range = "Failed to set network options: Failed to get Kubernetes Service IP: Failed to get kubernetes service \
                 IP from Kube API option [service_cluster_ip_range]: invalid CIDR address: ";
    let kube_api = |value: &str| format!("services: {{kube-api: {{service_cluster_ip_range: '{value}'}}}}");
    refused(&kube_api("10.96.0.0"), "D601", &format!("{range}10.96.0.0"));
    refused(&kube_api("10.96.0.0/12, fd00::/112"), "D601", &format!("{range} fd00::/112"));
    refused(&kube_api("10.96.0.0/33"), "D601", &format!("{range}10.96.0.0/33"));
}

#[test]
fn cloud_providers() {
    for (name, word) in [("azure", "Azure"), ("openstack", "Openstack"), ("vsphere", "Vsphere")] {
        let error = format!("Failed to initialize cloud provider: {word} Cloud Provider Config is empty");
        register(&format!("cloud_provider: {{name: {name}}}"), "D602", &error);
    }
    let old = "kubernetes_version: v1.26.15-rancher1-1\n";
    register(
        &format!("{old}cloud_provider: {{awsCloudProvider: {{service_override: {{ec2: {{region: us-east-1}}}}}}}}"),
        "D603",
        "failed to parse cloud config file: Failed to parse AWS cloud config",
    );
    register(
        "cloud_provider: {customCloudProvider: '[Global]'}",
        "D604",
        "name of the cloud provider is not defined for custom provider",
    );
    let gone = "Cloud provider aws is invalid for [v1.30.5-rancher1-1]";
    register("cloud_provider: {name: aws}", "D605", gone);
    register("cloud_provider: {awsCloudProvider: {}, name: external-aws}", "D605", gone);
    register("cloud_provider: {azureCloudProvider: {}, name: aws}", "D605", gone);
    register("cloud_provider: {customCloudProvider: x, name: aws}", "D605", gone);
    for fine in ["name: external-aws", "name: anything", "name: azure, harvesterCloudProvider: {}"] {
        assert_eq!(checked(&format!("{NODE}cloud_provider: {{{fine}}}")).outcome, Outcome::Accepted, "{fine}");
    }
}

#[test]
fn harvester_without_its_block_crashes_rke() {
    let checked = checked(&format!("{NODE}cloud_provider: {{name: harvester}}"));
    let error = "runtime error: invalid memory address or nil pointer dereference".to_owned();
    assert_eq!(checked.outcome, Outcome::Panics { error });
    assert!(checked.diagnostics.iter().any(|d| d.code == "D602" && d.stops_rke));
}

#[test]
fn hosts() {
    let failed = "Failed to validate cluster: ";
    nodes("- {user: rke, role: [etcd]}", "D501", &format!("{failed}Address for host (1) is not provided"));
    nodes("- {address: a, role: [etcd]}", "D501", &format!("{failed}User for host (1) is not provided"));
    nodes("- {address: a, user: '', role: [etcd]}", "D501", &format!("{failed}User for host (1) is not provided"));
    nodes(
        "- {address: a, user: rke, role: [etcd]}\n- {address: b, user: rke}",
        "D501",
        &format!("{failed}Role for host (2) is not provided"),
    );
    let role = "Failed to classify hosts from config file: Failed to recognize host";
    nodes("- {address: a, user: rke, role: [ETCD]}", "D502", &format!("{role} [a] role ETCD"));
    nodes("- {address: a, user: rke, role: ['etcd, worker']}", "D502", &format!("{role} [a] role etcd, worker"));
    nodes("- {user: rke, role: ['']}", "D502", &format!("{role} [] role "));
    let twin = format!("{failed}Cluster can't have duplicate node: ");
    let two = |a: &str, b: &str| format!("- {{{a}, user: u, role: [etcd]}}\n- {{{b}, user: u, role: [worker]}}");
    nodes(&two("address: a", "address: a"), "D504", &format!("{twin}a"));
    nodes(&two("address: a", "address: A"), "D504", &format!("{twin}a"));
    nodes(&two("address: One", "address: b, hostname_override: oNe"), "D504", &format!("{twin}one"));
    nodes(&two("hostname_override: a", "hostname_override: b"), "D501", &twin);
    let name = |name: &str| {
        format!(
            "{failed}Hostname_override [{name}] for host (1) is not valid: [a lowercase RFC 1123 subdomain must consist \
             of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character \
             (e.g. 'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')]"
        )
    };
    nodes("- {address: a, hostname_override: Node_1, user: u, role: [etcd]}", "D503", &name("node_1"));
    nodes("- {address: 'fd00::1', user: u, role: [etcd]}", "D503", &name("fd00::1"));
    nodes("- {address: a..b, user: u, role: [etcd]}", "D503", &name("a..b"));
    let long = ["a"; 127].join(".") + "aa";
    let error =
        format!("{failed}Hostname_override [{long}] for host (1) is not valid: [must be no more than 253 characters]");
    nodes(&format!("- {{address: {long}, user: u, role: [etcd]}}"), "D503", &error);
}

#[test]
fn authentication() {
    let strategy = |value: &str| format!("authentication: {{strategy: '{value}'}}");
    validate(&strategy("webhook"), "D606", "Authentication strategy must contain [x509]");
    validate(&strategy("X509| Token"), "D606", "Authentication strategy [token] is not supported");
    validate(&strategy("x509|"), "D606", "Authentication strategy [] is not supported");
    assert_eq!(checked(&format!("{NODE}{}", strategy(" X509 |webhook"))).outcome, Outcome::Accepted);
}

#[test]
fn network() {
    validate("network: {plugin: cilium}", "D607", "Network plugin [cilium] is not supported");
    validate(
        "network: {plugin: flannel, mtu: 9000}",
        "D608",
        "Network plugin [flannel] does not support configuring MTU",
    );
    validate("network: {plugin: weave}", "D609", "weave CNI support is removed for k8s version >=1.30.0");
    let dual = "services: {kube-controller: {cluster_cidr: '10.1.0.0/16,fd01::/64'}}\n";
    validate(dual, "D610", "Network plugin [canal] does not support IPv6 (dualstack)");
    validate(
        &format!("{dual}network: {{plugin: none}}"),
        "D610",
        "Network plugin [none] does not support IPv6 (dualstack)",
    );
    assert_eq!(checked(&format!("{NODE}{dual}network: {{plugin: calico}}")).outcome, Outcome::Accepted);
    validate(
        &format!("{dual}network: {{plugin: aci}}\nkubernetes_version: v1.24.13-rancher2-1"),
        "D610",
        "Cluster version [v1.24.13-rancher2-1] does not have dualstack supported aci cni version",
    );
}

const ACI: [&str; 19] = [
    "system_id",
    "token",
    "apic_user_name",
    "apic_user_key",
    "apic_user_crt",
    "encap_type",
    "mcast_range_start",
    "mcast_range_end",
    "node_subnet",
    "aep",
    "vrf_name",
    "vrf_tenant",
    "l3out",
    "extern_dynamic",
    "extern_static",
    "node_svc_subnet",
    "kube_api_vlan",
    "service_vlan",
    "infra_vlan",
];

#[test]
fn aci() {
    let aci = |block: &str| format!("network: {{plugin: aci, aci_network_provider: {{{block}}}}}");
    let error = |rest: &str| format!("Network plugin aci: {rest}");
    let missing = " under aci_network_provider is not provided";
    let system_id = "system_id(unique suffix for all cluster related objects in aci)";
    validate("network: {plugin: aci}", "D612", &error(&format!("{system_id}{missing}")));
    let all = ACI.map(|key| format!("{key}: x")).join(", ");
    let no_vlan = all.replace("kube_api_vlan: x, ", "");
    validate(&aci(&no_vlan), "D612", &error(&format!("kubeapi_vlan(Vlan for node network on aci){missing}")));
    validate(&aci(&all), "D612", &error(&format!("apic_hosts(address of aci apic hosts){missing}")));
    let hosts = format!("{all}, apic_hosts: []");
    let networks = "l3out_external_networks(external network name/s on aci)";
    validate(&aci(&hosts), "D612", &error(&format!("{networks}{missing}")));
    let whole = format!("{hosts}, l3out_external_networks: [x]");
    assert_eq!(checked(&format!("{NODE}{}", aci(&whole))).outcome, Outcome::Accepted);
    for (fine, refused) in [("capic: ''", "capic: 'yes'"), ("gbp_pod_subnet: ''", "gbp_pod_subnet: x")] {
        assert_eq!(
            checked(&format!("{NODE}{}", aci(&format!("{whole}, {fine}")))).outcome,
            Outcome::Accepted,
            "{fine}"
        );
        let (key, value) = refused.split_once(": ").unwrap();
        let value = value.trim_matches('\'');
        let rest = format!("aci_{key} = {value} is provided,but cloud options are not allowed in this release");
        validate(&aci(&format!("{whole}, {refused}")), "D611", &error(&rest));
    }
    let option = "network: {plugin: aci, options: {UseAciAnywhereCRD: 'false'}}";
    let rest = "UseAciAnywhereCRD = false is provided,but cloud options are not allowed in this release";
    validate(option, "D611", &error(rest));
}

#[test]
fn ingress() {
    validate("ingress: {provider: haproxy}", "D613", "Ingress controller haproxy is incorrect");
    validate("ingress: {dns_policy: default}", "D613", "DNSPolicy default was not a valid DNS Policy");
    validate("ingress: {network_mode: host}", "D613", "NetworkMode host was not a valid network mode");
    validate("ingress: {https_port: -1}", "D614", "https port is invalid. Needs to be within 0 to 65535");
    validate("ingress: {http_port: 65536}", "D614", "http port is invalid. Needs to be within 0 to 65535");
    validate("ingress: {https_port: 80}", "D614", "http and https ports need to be different");
    assert_eq!(checked(&format!("{NODE}ingress: {{http_port: 0, https_port: 0}}")).outcome, Outcome::Accepted);
    let host = format!("{NODE}ingress: {{http_port: 443, network_mode: hostNetwork}}");
    assert_eq!(checked(&host).outcome, Outcome::Accepted);
}

#[test]
fn services() {
    validate(
        "kubernetes_version: v1.20.15-rancher2-2\nenable_cri_dockerd: true",
        "D615",
        "Enabling cri-dockerd for cluster version [v1.20.15-rancher2-2] is not supported",
    );
    let rbac = "PodSecurity can't be enabled with RBAC support disabled";
    validate("authorization: {mode: RBAC}", "D616", rbac);
    let own = "services: {kube-api: {extra_args: {admission-control-config-file: /etc/own.yaml}}}\n";
    assert_eq!(checked(&format!("{NODE}{own}authorization: {{mode: none}}")).outcome, Outcome::Accepted);
    let level = |level: &str| format!("services: {{kube-api: {{pod_security_configuration: {level}}}}}\n");
    validate(
        &format!("{}kubernetes_version: v1.22.17-rancher1-2", level("privileged")),
        "D617",
        "cluster version must be at least v1.23 to use PodSecurity in RKE",
    );
    validate(
        &level("baseline"),
        "D617",
        "invalid pod_security_configuration [baseline]. Supported values: [privileged, restricted]",
    );
    let mut etcd = "external_urls: ['https://10.9.0.1:2379']".to_owned();
    for (key, words) in [
        ("ca_cert", "External CA Certificate for etcd"),
        ("cert", "External Client Certificate for etcd"),
        ("key", "External Client Key for etcd"),
        ("path", "External etcd path"),
    ] {
        validate(&format!("services: {{etcd: {{{etcd}}}}}"), "D618", &format!("{words} can't be empty"));
        etcd += &format!(", {key}: x");
    }
    let s3 =
        |keys: &str| format!("services: {{etcd: {{backup_config: {{enabled: false, s3backupconfig: {{{keys}}}}}}}}}");
    validate(&s3("bucket_name: b"), "D619", "etcd s3 backup backend endpoint can't be empty");
    validate(&s3("endpoint: e"), "D619", "etcd s3 backup backend bucketName can't be empty");
    validate(
        &s3("endpoint: e, bucket_name: b, custom_ca: /ca.pem"),
        "D619",
        "invalid S3 endpoint CA certificate: data does not contain any valid RSA or ECDSA certificates",
    );
}

#[test]
fn of_several_faults_the_first_in_rkes_order_stops_it() {
    let mut text = "services: {etcd: {backup_config: {s3backupconfig: {}}}}\n".to_owned();
    for (fault, code) in [
        ("authorization: {mode: none}\n", "D616"),
        ("ingress: {provider: x}\n", "D613"),
        ("network: {plugin: x}\n", "D607"),
        ("authentication: {strategy: x}\n", "D606"),
        ("nodes:\n- {address: a_b, role: [etcd], user: u}\n", "D503"),
        ("cloud_provider: {name: vsphere}\n", "D602"),
        ("kubernetes_version: x\n", "D401"),
    ] {
        text += fault;
        let stop = checked(&text).diagnostics.iter().find(|d| d.stops_rke).map(|d| d.code);
        assert_eq!(stop, Some(code), "{text}");
    }
}

#[test]
fn what_stops_rke_on_the_hosts_is_told_beside_an_accepted_file() {
    let none = "Cluster must have at least one etcd plane host: please specify one or more etcd in cluster config";
    let both = "Cluster can't have both internal and external etcd";
    let outside = "services: {etcd: {external_urls: [u], ca_cert: c, cert: c, key: k, path: /p}}\n";
    let worker = NODE.replace("etcd, ", "");
    for (text, error, code) in [
        (worker.clone(), Some(none), Some("D701")),
        ("network: {plugin: canal}\n".to_owned(), Some(none), Some("D506")),
        (format!("{NODE}{outside}"), Some(both), Some("D702")),
        (format!("{worker}{outside}"), None, None),
        (NODE.to_owned(), None, None),
    ] {
        let checked = checked(&text);
        assert_eq!(checked.outcome, Outcome::Accepted, "{text}");
        assert_eq!(checked.hostcount_error.as_deref(), error, "{text}");
        let found = checked.diagnostics.iter().find(|d| matches!(d.code, "D506" | "D701" | "D702")).map(|d| d.code);
        assert_eq!(found, code, "{text}");
    }
}

/// rke prints its type errors as one list, which each finding would repeat.
#[test]
fn the_list_of_type_errors_stands_where_rke_stops_and_each_line_at_its_own_place() {
    let nodes = |count: usize| format!("nodes:\n{}", "- {address: a, user: u, role: etcd}\n".repeat(count));
    let found = checked(&nodes(400)).diagnostics;
    let said: Vec<_> = found.iter().filter(|d| d.code == "D002").filter_map(|d| d.refusal.as_ref()).collect();
    assert_eq!(said.len(), 400);
    assert!(said[0].error.starts_with("Failed to parse cluster file: yaml: unmarshal errors:\n  line 2: cannot"));
    assert_eq!(said[0].error.lines().count(), 401);
    assert_eq!(said[399].error, "line 401: cannot unmarshal !!str `etcd` into []string");
    assert_eq!(found.iter().filter(|d| d.stops_rke).count(), 1);
}
