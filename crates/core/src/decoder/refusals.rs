//! The texts with which rke refuses a file, whatever the file: rke v1.6.3, cluster/validation.go and around it.

/// A refusal, and the rule that foretells it.
pub struct Refused {
    pub pattern: &'static str,
    pub rule: &'static str,
    /// Key to look at where the file no longer has the fault.
    pub at: &'static str,
    pub remedy: &'static str,
}

const fn refused(pattern: &'static str, rule: &'static str, at: &'static str, remedy: &'static str) -> Refused {
    Refused { pattern, rule, at, remedy }
}

const QUOTE: &str = "write a value of the type that rke names, without quotes for numbers and switches";
const OBJECT: &str = "give the whole object with the apiVersion and kind that rke names";
const ACI: &str = "network.aci_network_provider";
const ETCD: &str = "give all of ca_cert, cert, key and path, or no external_urls";

/// The first that fits counts.
pub static REFUSED: &[Refused] = &[
    refused("line {line}: cannot unmarshal {from} into", "D002", "", QUOTE),
    refused("parsing time \"{value}\" as", "D002", "nodes", "write the time as 2006-01-02T15:04:05Z"),
    refused("error parsing admission config", "D008", "services.kube-api.admission_configuration", OBJECT),
    refused("error parsing audit log config", "D008", "services.kube-api.audit_log", OBJECT),
    refused("error parsing event rate limit config", "D008", "services.kube-api.event_rate_limit", OBJECT),
    refused("error parsing ingress config", "D002", "ingress", QUOTE),
    refused("error parsing upgrade strategy", "D002", "upgrade_strategy", QUOTE),
    refused("error parsing addon config", "D002", "network", QUOTE),
    refused(
        "error unmarshalling: json: cannot unmarshal",
        "D002",
        "services.kube-api.secrets_encryption_config",
        QUOTE,
    ),
    refused(
        "error unmarshaling JSON: json: cannot unmarshal array",
        "D015",
        "",
        "a cluster.yml is a mapping of keys: put the list under the key it belongs to",
    ),
    refused("error unmarshaling JSON: json: cannot unmarshal", "D002", "", "a cluster.yml is a mapping of keys"),
    refused("json: unsupported value", "D002", "", "write a finite number"),
    refused("yaml: line {line}: {what}", "D001", "", "mend the line: quotes, indentation, a tab"),
    refused("error converting YAML to JSON: {what}", "D001", "", "mend the YAML: quotes, indentation, a tab"),
    refused("{value} is not valid version", "D401", "kubernetes_version", "write it as `v1.30.5-rancher1-1`"),
    refused("{value} is not valid semver", "D401", "kubernetes_version", "write it as `v1.30.5-rancher1-1`"),
    refused(
        "unsupported Kubernetes version and system images are not populated",
        "D402",
        "kubernetes_version",
        "choose a version that this rke knows (`rke config --list-version --all`), or the rke that knows this one",
    ),
    refused(
        "[service_cluster_ip_range]: invalid CIDR address: {range}",
        "D601",
        "services.kube-api.service_cluster_ip_range",
        "write address, slash and length; no blank behind a comma",
    ),
    refused("Cloud Provider Config is empty", "D602", "cloud_provider.name", "add the block of the provider"),
    refused(
        "Failed to parse AWS cloud config",
        "D603",
        "cloud_provider.awsCloudProvider",
        "take `service_override` out",
    ),
    refused("name of the cloud provider is not defined", "D604", "cloud_provider", "add `name`"),
    refused("Cloud provider aws is invalid for [{version}]", "D605", "cloud_provider.name", "write `external-aws`"),
    refused(
        "Failed to recognize host [{host}] role {role}",
        "D502",
        "nodes",
        "roles are controlplane, etcd and worker",
    ),
    refused("Cluster can't have duplicate node: {host}", "D504", "nodes", "give each node its own address and name"),
    refused("for host ({n}) is not provided", "D501", "nodes", "give the node address, user and role"),
    refused(
        "Hostname_override [{host}] for host ({n}) is not valid",
        "D503",
        "nodes",
        "give a `hostname_override` in lower case",
    ),
    refused("for host ({n}) is not recognized", "D502", "nodes", "roles are controlplane, etcd and worker"),
    refused("Authentication strategy", "D606", "authentication.strategy", "write x509, or x509|webhook"),
    refused("does not support configuring MTU", "D608", "network.mtu", "take `mtu` out"),
    refused(
        "weave CNI support is removed",
        "D609",
        "network.plugin",
        "stay below 1.30, or build the cluster anew with another plugin",
    ),
    refused("does not support IPv6 (dualstack)", "D610", "network.plugin", "use calico, or one range"),
    refused(
        "does not have dualstack supported aci cni version",
        "D610",
        "kubernetes_version",
        "choose a later version, or one range",
    ),
    refused(
        "Network plugin [{value}] is not supported",
        "D607",
        "network.plugin",
        "one of canal, calico, flannel, weave, aci and none",
    ),
    refused("but cloud options are not allowed in this release", "D611", ACI, "take the option out"),
    refused("under aci_network_provider", "D612", ACI, "give every setting that acc-provision prints"),
    refused("Ingress controller {value} is incorrect", "D613", "ingress.provider", "write nginx or none"),
    refused(
        "was not a valid DNS Policy",
        "D613",
        "ingress.dns_policy",
        "one of ClusterFirst, ClusterFirstWithHostNet, Default, None",
    ),
    refused("was not a valid network mode", "D613", "ingress.network_mode", "one of hostPort, hostNetwork and none"),
    refused("port is invalid. Needs to be within 0 to 65535", "D614", "ingress", "give ports from 1 to 65535"),
    refused("http and https ports need to be different", "D614", "ingress", "give two different ports"),
    refused(
        "Enabling cri-dockerd for cluster version [{version}]",
        "D615",
        "enable_cri_dockerd",
        "take it out below 1.21",
    ),
    refused("PodSecurity can't be enabled with RBAC", "D616", "authorization.mode", "write `mode: rbac`"),
    refused(
        "at least v1.23 to use PodSecurity",
        "D617",
        "services.kube-api.pod_security_configuration",
        "take it out below 1.23",
    ),
    refused(
        "invalid pod_security_configuration [{value}]",
        "D617",
        "services.kube-api.pod_security_configuration",
        "write privileged or restricted",
    ),
    refused("External CA Certificate for etcd can't be empty", "D618", "services.etcd", ETCD),
    refused("External Client {what} for etcd can't be empty", "D618", "services.etcd", ETCD),
    refused("External etcd path can't be empty", "D618", "services.etcd", ETCD),
    refused(
        "etcd s3 backup backend {what} can't be empty",
        "D619",
        "services.etcd.backup_config.s3backupconfig",
        "give it, or take the block out",
    ),
    refused(
        "invalid S3 endpoint CA certificate",
        "D619",
        "services.etcd.backup_config.s3backupconfig.custom_ca",
        "give the text of the PEM file",
    ),
    refused(
        "please specify one or more etcd in cluster config",
        "D701",
        "nodes",
        "give an odd number of nodes the role etcd",
    ),
    refused("both internal and external etcd", "D702", "services.etcd.external_urls", "keep one of the two"),
    refused(
        "invalid input for max_unavailable_{role}: {value},",
        "D705",
        "upgrade_strategy",
        "write a number above 0 or a percentage",
    ),
    refused("Unable to parse max_unavailable", "D705", "upgrade_strategy", "write a number above 0 or a percentage"),
    refused(
        "no aci template found for k8sVersion",
        "D707",
        "kubernetes_version",
        "choose a version with a template of aci",
    ),
    refused(
        "Key Rotation is not supported with custom configuration",
        "D709",
        "rotate_encryption_key",
        "rotate the key in the custom configuration by hand",
    ),
    refused(
        "Please disable rotate_encryption_key",
        "D709",
        "rotate_encryption_key",
        "take `rotate_encryption_key` out",
    ),
];
