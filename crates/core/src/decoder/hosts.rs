//! What rke says of hosts, Kubernetes of its components, and the messages that leave the reason open.

use super::table::{Entry, LOGIN, Look};

const SSH: &str = "https://rke.docs.rancher.com/troubleshooting/ssh-connectivity-errors";

pub static HOSTS: &[Entry] = &[
    Entry {
        id: "disk-full",
        patterns: &["no space left on device", "disk quota exceeded"],
        means: "The disk under docker's folder is full; docker does not look before it pulls.",
        remedy: "`docker system df` on the node, `docker image prune -a` for old images; `pull node --dry-run` says how \
                 much is to come",
        source: "https://docs.docker.com/engine/manage-resources/pruning/",
        rules: &[],
        look: Look::Node,
    },
    Entry {
        id: "docker-version",
        patterns: &[
            "unsupported docker version found [{found}] on host [{host}], supported versions are [{supported}]",
        ],
        means: "rke compares Docker's major and minor version with a list for the Kubernetes version.",
        remedy: "install one of the list on that node, or call rke with `--ignore-docker-version`; the key of the file \
                 does not count",
        source: "rke v1.6.3, hosts/tunnel.go:58",
        rules: &["D102"],
        look: Look::Version,
    },
    Entry {
        id: "etcd-unreachable",
        patterns: &["failed to connect to the following etcd host"],
        means: "The file has etcd nodes, but rke reached none of them.",
        remedy: "look further up in the log for the tunnel of those hosts; user, key and port of the nodes",
        source: "rke v1.6.3, cluster/validation.go:440",
        rules: &["D708"],
        look: Look::Node,
    },
    Entry {
        id: "ssh-key-refused",
        patterns: &["ssh: unable to authenticate"],
        means: "The node takes none of the keys: it is not in authorized_keys of the user, or not the one meant.",
        remedy: "try `ssh -i KEY USER@ADDRESS docker version`; `user` and `ssh_key_path` of the node",
        source: SSH,
        rules: &["D708"],
        look: Look::Node,
    },
    Entry {
        id: "ssh-key-unreadable",
        patterns: &[
            "ssh: no key found",
            "cannot decode encrypted private keys",
            "ssh: this private key is passphrase protected",
            "error while reading ssh key file",
        ],
        means: "`ssh_key_path` is no private key that rke can use: missing, no key at all, or with a passphrase.",
        remedy: "for a key with a passphrase start an agent and call rke with `--ssh-agent-auth`",
        source: SSH,
        rules: &["D708"],
        look: Look::Node,
    },
    Entry {
        id: "docker-socket",
        patterns: &[
            "docker.sock: connect: permission denied",
            "administratively prohibited",
            "cannot connect to the docker daemon",
            "can't retrieve docker info",
        ],
        means: "The SSH login works, docker on the node cannot be reached through it.",
        remedy: "put the user into the group docker (not root on RHEL), set `AllowTcpForwarding yes` in sshd_config, \
                 and see that docker runs",
        source: SSH,
        rules: &[],
        look: Look::Node,
    },
    Entry {
        id: "ssh-tunnel",
        patterns: &["failed to set up ssh tunneling for host [{host}]", "failed to dial ssh using address [{host}]"],
        means: "rke could not reach the node by SSH; the rest of the line says where it ended.",
        remedy: "try `ssh USER@ADDRESS docker version` with the key of the file, through the bastion where there is one",
        source: SSH,
        rules: &["D708", "D503"],
        look: Look::Node,
    },
    Entry {
        id: "unknown-flag",
        patterns: &["unknown flag: --{flag}", "flag provided but not defined: -{flag}"],
        means: "A Kubernetes component does not know an argument: a spelling mistake, or one that this version dropped.",
        remedy: "take it out of `extra_args` of that service",
        source: "https://kubernetes.io/docs/reference/command-line-tools-reference/",
        rules: &[],
        look: Look::Argument,
    },
    Entry {
        id: "no-cluster-file",
        patterns: &["can not find cluster configuration file"],
        means: "rke found no file: it takes `--config`, RKE_CONFIG, else cluster.yml in the folder it is called in.",
        remedy: "name the file with `--config`",
        source: "rke v1.6.3, cmd/common.go:32",
        rules: &[],
        look: Look::Nowhere,
    },
    Entry {
        id: "no-old-certificates",
        patterns: &["can't find old certificates"],
        means: "`rke cert rotate` without the state file of the cluster.",
        remedy: "call it where cluster.rkestate is, beside the file it was made from",
        source: "rke v1.6.3, cmd/cert.go:233",
        rules: &[],
        look: Look::Nowhere,
    },
    Entry {
        id: "image-not-there",
        patterns: &["no such image: {image}"],
        means: "rke started a container of an image that is not on the node: a pull before failed, and rke throws away \
                what docker said of it.",
        remedy: "pull it on the node by hand, or with `pull node`, to see why",
        source: "rke v1.6.3, docker/docker.go; https://github.com/rancher-archives/rke/issues/2304",
        rules: LOGIN,
        look: Look::Credentials,
    },
    Entry {
        id: "rke-crash",
        patterns: &["invalid memory address or nil pointer dereference", "panic: runtime error"],
        means: "rke itself crashed: it followed something in the file that is not there.",
        remedy: "`pull check` names the places at which rke v1.6.3 crashes",
        source: "rke v1.6.3, cluster/plan.go:1059, services/node_util.go:51, hosts/tunnel.go:134",
        rules: &["D602", "D703", "D704", "D708"],
        look: Look::Nowhere,
    },
    Entry {
        id: "image-pull-failed",
        patterns: &[
            "can't pull docker image [{image}]",
            "failed to pull image {image}",
            "back-off pulling image {image}",
            "errimagepull",
            "imagepullbackoff",
        ],
        means: "An image could not be pulled; this line does not say why.",
        remedy: "the reason stands in an event before it: `kubectl describe pod`, or `docker pull` on the node",
        source: "https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff",
        rules: &["D306", "D405", "D310"],
        look: Look::Credentials,
    },
];
