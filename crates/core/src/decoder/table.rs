//! What docker, the kubelet, registries and clouds say when something cannot be pulled, and rke when hosts fail it.
//!
//! The first entry that fits a line counts, so the special ones stand before the general ones.

use super::hosts::HOSTS;

/// One message of the world.
pub struct Entry {
    /// Stable, kebab-case.
    pub id: &'static str,
    /// Any of them, see [`super::pattern::Pattern`].
    pub patterns: &'static [&'static str],
    pub means: &'static str,
    pub remedy: &'static str,
    pub source: &'static str,
    /// Rules whose findings explain it.
    pub rules: &'static [&'static str],
    pub look: Look,
}

/// Where in the file the cause is looked for, beside the findings of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Nowhere,
    /// The image's way through the lookup of credentials.
    Credentials,
    /// The entry of the host that is named.
    Registry,
    /// What gives the image its name: its own key, or the default registry.
    Name,
    /// Default registries with a path.
    RegistryPath,
    /// The node that is named, or all of them.
    Node,
    /// Entries with the ECR plugin.
    EcrPlugin,
    /// The argument `{flag}` of a service.
    Argument,
    Version,
}

/// Wrong name of the registry, or wrong key: what makes a login go missing.
pub const LOGIN: &[&str] =
    &["D301", "D302", "D303", "D304", "D305", "D306", "D307", "D309", "D310", "D405", "D207", "D210", "D211", "D101"];

const SIGNED: &str = "rke has no settings for TLS: https://docs.docker.com/engine/security/certificates/";
const GENERATED_CA: &str = "put the CA into /etc/docker/certs.d/<host[:port]>/ca.crt on every node (`pull generate \
                            ca-placement` writes the commands); docker needs no restart";

/// All of them, in the order in which they are tried.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    REGISTRIES.iter().chain(HOSTS)
}

/// What stands between a node and an image.
static REGISTRIES: &[Entry] = &[
    Entry {
        id: "pause-image",
        patterns: &[
            "pull sandbox image {image}",
            "pulling sandbox image {image}",
            "failed pulling image {image}",
            "sandbox image {image} failed",
        ],
        means: "The pause image of a pod could not be pulled. From Kubernetes 1.24 on cri-dockerd pulls it by itself, \
                and reads only `auths` of the kubelet's docker configuration: no plugin of ECR, no credential provider.",
        remedy: "take `system_images.pod_infra_container` from a registry without login or with user and password, or \
                 pull it on the node with `pull node`",
        source: "https://github.com/rancher-archives/rke/pull/3002, https://github.com/rancher/rancher/issues/39520",
        rules: &["D308", "D301", "D302", "D310", "D405"],
        look: Look::Credentials,
    },
    Entry {
        id: "no-basic-auth",
        patterns: &["no basic auth credentials"],
        means: "The registry asked for a login, and none was sent, or an empty one.",
        remedy: "give the entry whose url rke looks for a login, or list that url; after that `rke up` again, which \
                 also rewrites the kubelet's configuration",
        source: "rke v1.6.3, docker/docker.go:723; https://github.com/rancher-archives/rke/issues/1795",
        rules: LOGIN,
        look: Look::Credentials,
    },
    Entry {
        id: "not-an-ecr-registry",
        patterns: &["not a valid ecr registry"],
        means: "The ECR plugin is on for a registry whose url is none of ECR to rke, which knows \
                `<account>.dkr.ecr[-fips].<region>.amazonaws.com[.cn]` only.",
        remedy: "take `ecr_credential_plugin` away from other registries and give user and password; for a \
                 dual-stack host write the `dkr.ecr` one",
        source: "rke v1.6.3, util/ecr.go:19; https://github.com/rancher/rancher/issues/37054",
        rules: &["D303"],
        look: Look::EcrPlugin,
    },
    Entry {
        id: "ecr-token-expired",
        patterns: &["authorization token has expired", "token has expired", "expiredtoken"],
        means: "The token was good once: those of ECR end after 12 hours, temporary AWS keys mostly sooner.",
        remedy: "use `ecr_credential_plugin` with lasting keys or an instance profile in place of a token as password, \
                 and a credential provider for the kubelet (`pull generate ecr-credential-provider`)",
        source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html#registry_auth",
        rules: &["D309", "D307", "D306"],
        look: Look::Credentials,
    },
    Entry {
        id: "aws-no-credentials",
        patterns: &["nocredentialproviders", "no valid providers in chain", "failed to refresh cached credentials"],
        means: "The ECR plugin is on without keys, and the machine that runs rke has none either: no environment, no \
                profile, no role.",
        remedy: "run rke where the role is (system images are pulled with the identity of the machine that runs rke), \
                 or give both `aws_access_key_id` and `aws_secret_access_key`",
        source: "rke v1.6.3, util/ecr.go; https://rke.docs.rancher.com/config-options/private-registries",
        rules: &["D305", "D302"],
        look: Look::EcrPlugin,
    },
    Entry {
        id: "aws-key-refused",
        patterns: &[
            "security token included in the request is invalid",
            "unrecognizedclientexception",
            "invalidsignatureexception",
            "signature we calculated does not match",
        ],
        means: "AWS does not know the access key, or the secret does not belong to it; a session token may be missing.",
        remedy: "check the pair of keys with `aws sts get-caller-identity`; keys that begin with ASIA need \
                 `aws_session_token` beside them",
        source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html",
        rules: &["D307", "D305"],
        look: Look::EcrPlugin,
    },
    Entry {
        id: "ecr-not-allowed",
        patterns: &["is not authorized to perform: {action}", "accessdeniedexception"],
        means: "The login works, but this identity may not do that in ECR.",
        remedy: "attach a policy that allows it (`pull generate ecr-policy-pull`, `ecr-policy-push`); the repository's \
                 own policy counts too where the account is another",
        source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html",
        rules: &["D311"],
        look: Look::EcrPlugin,
    },
    Entry {
        id: "ecr-no-repository",
        patterns: &[
            "repository with name '{repository}' does not exist in the registry with id '{account}'",
            "repositorynotfoundexception",
            "name unknown: the repository",
        ],
        means: "ECR has no repository of this name, and makes none by itself: one repository for each image name.",
        remedy: "create it (`pull generate ecr-repositories-cli`), or let ECR: `pull mirror --create`, or a \
                 pull-through cache (`pull generate ecr-pull-through`); check account and region too",
        source: "https://github.com/rancher/rancher/issues/28693",
        rules: &["D311"],
        look: Look::Name,
    },
    Entry {
        id: "ecr-tag-immutable",
        patterns: &["tag is immutable", "imagetagalreadyexistsexception"],
        means: "The tag is there already and the repository does not let it be moved.",
        remedy: "nothing is to do where the digests are the same: `pull push` then counts it as done",
        source: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
        rules: &[],
        look: Look::Nowhere,
    },
    Entry {
        id: "ecr-helper-no-credentials",
        patterns: &["credentials not found in native keychain"],
        means: "docker-credential-ecr-login found no AWS identity; it hides its reason in ~/.ecr/log.",
        remedy: "`pull login --check REGISTRY` says what each source answers",
        source: "https://github.com/awslabs/amazon-ecr-credential-helper/issues/323",
        rules: &["D306"],
        look: Look::EcrPlugin,
    },
    Entry {
        id: "credential-provider-failed",
        patterns: &["external registry credential provider", "error execing credential provider plugin"],
        means: "The kubelet called its credential provider, and that failed: often the binary is \
                docker-credential-ecr-login, which is no kubelet plugin, or its name is not the one in the \
                configuration.",
        remedy: "install ecr-credential-provider, or `pull` as such, under the name that the configuration gives \
                 (`pull generate ecr-credential-provider`)",
        source: "https://github.com/awslabs/amazon-ecr-credential-helper/issues/616",
        rules: &["D306"],
        look: Look::EcrPlugin,
    },
    Entry {
        id: "rke2-registry-with-path",
        patterns: &["must be valid rfc 3986 uri authorities", "invalid system-default-registry"],
        means: "RKE2 or K3s refuses a `system-default-registry` that has a scheme or, in older releases, a path.",
        remedy: "give host and port only and a `rewrite` in registries.yaml (`pull generate rke2-registries`), or take \
                 v1.32.13+rke2r2, v1.33.10+rke2r1, v1.34.6+rke2r1 or newer, which know paths",
        source: "https://github.com/rancher/rke2/issues/768, https://github.com/rancher/rke2/pull/9404",
        rules: &["D201"],
        look: Look::RegistryPath,
    },
    Entry {
        id: "x509-no-ip",
        patterns: &["doesn't contain any ip sans", "relies on legacy common name field"],
        means: "The registry's certificate does not name the address that was asked for.",
        remedy: "write the name that the certificate has as `url`, or issue one with the address as subject \
                 alternative name",
        source: SIGNED,
        rules: &[],
        look: Look::Registry,
    },
    Entry {
        id: "x509-other-name",
        patterns: &["x509: certificate is valid for {names}, not {host}"],
        means: "The registry's certificate is for another name than the one that was asked for.",
        remedy: "write a name of the certificate as `url`, or issue one for this name",
        source: SIGNED,
        rules: &["D207"],
        look: Look::Registry,
    },
    Entry {
        id: "x509-expired",
        patterns: &["certificate has expired or is not yet valid"],
        means: "The registry's certificate is out of date, or the node's clock is wrong.",
        remedy: "renew it, and look at the clock of the node (`timedatectl`)",
        source: SIGNED,
        rules: &[],
        look: Look::Registry,
    },
    Entry {
        id: "x509-unknown-authority",
        patterns: &[
            "x509: certificate signed by unknown authority",
            "unable to get local issuer certificate",
            "x509: cannot validate certificate",
            "self-signed certificate",
            "self signed certificate",
        ],
        means: "docker on the node does not know who signed the registry's certificate. cluster.yml has no key for it.",
        remedy: GENERATED_CA,
        source: SIGNED,
        rules: &[],
        look: Look::Registry,
    },
    Entry {
        id: "http-not-https",
        patterns: &["server gave http response to https client", "first record does not look like a tls handshake"],
        means: "The registry speaks plain HTTP on this port, and docker wants TLS. A scheme in `url` does not change \
                that.",
        remedy: "name the host in `insecure-registries` of /etc/docker/daemon.json on every node (`pull generate \
                 docker-daemon`), better give the registry a certificate",
        source: "https://github.com/rancher/rancher/issues/37761",
        rules: &["D201"],
        look: Look::Registry,
    },
    Entry {
        id: "rate-limit",
        patterns: &["toomanyrequests", "429 too many requests", "reached your pull rate limit"],
        means: "The registry limits how much is pulled without a login, or with this one. Docker Hub counts by address: \
                all nodes behind one count together.",
        remedy: "add an entry `url: docker.io` with user and password (no default), or mirror the images (`pull \
                 mirror`) and make that registry the default",
        source: "https://docs.docker.com/docker-hub/usage/",
        rules: &["D209"],
        look: Look::Credentials,
    },
    Entry {
        id: "no-platform",
        patterns: &["no matching manifest for {platform} in"],
        means: "The registry has the tag, but not for the processor of this node.",
        remedy: "mirror every platform of the cluster (`pull mirror --platform`), or choose a version that has it",
        source: "https://docs.docker.com/build/building/multi-platform/",
        rules: &[],
        look: Look::Name,
    },
    Entry {
        id: "manifest-unknown",
        patterns: &[
            "manifest for {image} not found",
            "manifest unknown",
            "manifest_unknown",
            "failed to resolve reference {image}: {name}: not found",
        ],
        means: "The registry has the repository, or hides that it has none, but not this tag: the image was never \
                pushed there, or the name is wrong.",
        remedy: "`pull verify -c FILE --registry HOST` lists what is missing there, `pull mirror` copies it",
        source: "https://github.com/rancher/rancher/issues/43287, https://github.com/rancher-archives/rke/issues/2720",
        rules: &["D212", "D403", "D404", "D202"],
        look: Look::Name,
    },
    Entry {
        id: "access-denied",
        patterns: &[
            "pull access denied for {image},",
            "pull access denied",
            "requested access to the resource is denied",
            "insufficient_scope",
            "name_unknown",
            "repository {image} not found",
        ],
        means: "The registry does not say which: there is no such repository, or this login may not read it. A name \
                without a host was asked for on Docker Hub.",
        remedy: "check the host in the name, whether the image was pushed there, and which login is sent (`pull \
                 login --check`)",
        source: "https://github.com/rancher-archives/rke/issues/2720",
        rules: &["D205", "D403", "D405", "D407", "D207", "D212", "D301", "D310"],
        look: Look::Credentials,
    },
    Entry {
        id: "unauthorized",
        patterns: &[
            "unauthorized: {reason}",
            "401 unauthorized",
            "incorrect username or password",
            "authorization failed",
            "authentication required",
        ],
        means: "The registry refused the login that was sent, or wanted one and got none.",
        remedy: "try the login with `pull login --check REGISTRY`; quote a password that holds `#`, `!`, `&` or a blank",
        source: "rke v1.6.3, docker/docker.go:723; https://github.com/rancher/rancher/issues/40321",
        rules: &["D005", "D006", "D211", "D301", "D302", "D304", "D309", "D310", "D405", "D101", "D210"],
        look: Look::Credentials,
    },
    Entry {
        id: "upper-case-name",
        patterns: &["repository name must be lowercase", "repository name must be canonical"],
        means: "An image name holds upper case outside its host. Nothing was asked of any registry.",
        remedy: "write url and image in lower case; a registry whose project has upper case needs another project",
        source: "github.com/docker/distribution v2.8.2, reference/normalize.go",
        rules: &["D204", "D206"],
        look: Look::Name,
    },
    Entry {
        id: "invalid-name",
        patterns: &["invalid reference format", "invalidimagename", "couldn't parse image"],
        means: "The image name cannot be read. Nothing was asked of any registry.",
        remedy: "write the url of the registry as host, port and path: no scheme, no blank, no slash at the end",
        source: "github.com/docker/distribution v2.8.2, reference/regexp.go; rke v1.6.3, cluster/defaults.go:670",
        rules: &["D201", "D202", "D203", "D206", "D204"],
        look: Look::Name,
    },
    Entry {
        id: "no-such-host",
        patterns: &[
            "lookup {host} on {server}: no such host",
            "lookup {host}: no such host",
            "no such host",
            "lookup {host} on {server}: server misbehaving",
            "temporary failure in name resolution",
        ],
        means: "The node's DNS does not know the registry's name.",
        remedy: "check the spelling of `url`, and /etc/resolv.conf of the node: `pull doctor` asks it there",
        source: "https://rke.docs.rancher.com/config-options/private-registries",
        rules: &["D205", "D207", "D203"],
        look: Look::Registry,
    },
    Entry {
        id: "refused-connection",
        patterns: &["connect: connection refused", "no route to host", "network is unreachable"],
        means: "The address answers nobody on this port.",
        remedy: "check the port in `url` and whether the registry runs; a name without port means 443",
        source: "https://rke.docs.rancher.com/os#ports",
        rules: &["D203"],
        look: Look::Registry,
    },
    Entry {
        id: "timeout",
        patterns: &[
            "i/o timeout",
            "tls handshake timeout",
            "client.timeout exceeded",
            "request canceled while waiting for connection",
            "context deadline exceeded",
        ],
        means: "Nothing answered in time: a firewall drops the packets, a proxy is missing, or there is no way out.",
        remedy: "without Internet make a registry inside the default, or bring the images (`pull save`, `pull load`); \
                 a proxy is set for docker itself, in its systemd unit",
        source: "https://rke.docs.rancher.com/config-options/system-images#air-gapped-setups",
        rules: &["D403", "D407", "D205"],
        look: Look::Registry,
    },
];
