use super::*;
use crate::check;
use crate::plan::Options;
use crate::rules::RULES;

const FILE: &str = "\
kubernetes_version: v1.30.5-rancher1-1
nodes:
- {address: 10.0.0.1, user: rancher, role: [controlplane, etcd, worker]}
private_registries:
- url: registry.example.com
  user: reader
  password: hunter2secret
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
  is_default: true
  ecrCredentialPlugin: {}
- url: mirror.example.com/team
system_images:
  alpine: registry.example.com/team/mirror/rke-tools:v0.1.103
  etcd: mirror.example.com/team/coreos/etcd:v3.5.12
services:
  kubelet:
    extra_args:
      container-runtime: remote
";

fn explain(log: &str, text: &str) -> Vec<Decoded> {
    explain_error(log, text, &check(text, &Options::default()))
}

/// The one message of the log: id, what it is about, and code and place of its first cause.
fn one(log: &str, text: &str) -> (String, String, String) {
    let found = explain(log, text);
    assert_eq!(found.len(), 1, "{log}: {found:#?}");
    let cause = found[0].causes.first();
    let cause = cause.map_or(String::new(), |c| format!("{} {}", c.code.unwrap_or("-"), c.at));
    (found[0].id.to_owned(), found[0].about.clone().unwrap_or_default(), cause)
}

const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

#[test]
fn messages_of_the_world_find_their_cause_in_the_file() {
    let pause = format!("{ECR}/rancher/mirrored-pause:3.7");
    for (log, id, about, cause) in [
        (
            format!("FATA[0012] [x] Can't pull Docker image [{pause}] on host [10.0.0.1]: Error response from daemon: Head \"https://{ECR}/v2/rancher/mirrored-pause/manifests/3.7\": no basic auth credentials"),
            "no-basic-auth",
            pause.as_str(),
            "D301 private_registries[1].ecrCredentialPlugin",
        ),
        (
            "Can't pull Docker image [registry.example.com/team/mirror/rke-tools:v0.1.103]: no basic auth credentials".into(),
            "no-basic-auth",
            "registry.example.com/team/mirror/rke-tools:v0.1.103",
            "D405 system_images.alpine",
        ),
        (
            "level=error msg=\"Get \\\"https://registry.example.com/v2/\\\": x509: certificate signed by unknown authority\"".into(),
            "x509-unknown-authority",
            "registry.example.com",
            "- private_registries[0].url",
        ),
        ("x509: cannot validate certificate for 10.0.0.9 because it doesn't contain any IP SANs".into(), "x509-no-ip", "", ""),
        ("x509: certificate is valid for a.example, not registry.example.com".into(), "x509-other-name", "registry.example.com", "- private_registries[0].url"),
        ("x509: certificate has expired or is not yet valid: current time".into(), "x509-expired", "", ""),
        ("Get \"https://mirror.example.com/v2/\": http: server gave HTTP response to HTTPS client".into(), "http-not-https", "mirror.example.com", "- private_registries[2].url"),
        ("registries must be valid RFC 3986 URI authorities: host/path".into(), "rke2-registry-with-path", "", ""),
        (
            "Get \"https://registry-1.docker.io/v2/rancher/rke-tools/manifests/v1\": toomanyrequests".into(),
            "rate-limit",
            "docker.io/rancher/rke-tools:v1",
            "- private_registries",
        ),
        ("toomanyrequests: You have reached your pull rate limit.".into(), "rate-limit", "", ""),
        ("Error response from daemon: manifest for mirror.example.com/team/coreos/etcd:v3.5.12 not found: manifest unknown: manifest unknown".into(), "manifest-unknown", "mirror.example.com/team/coreos/etcd:v3.5.12", "- system_images.etcd"),
        ("Error response from daemon: pull access denied for rancher/nowhere, repository does not exist or may require 'docker login'".into(), "access-denied", "rancher/nowhere", "- private_registries"),
        ("Head \"https://registry.example.com/v2/rancher/pause/manifests/3.7\": unauthorized: authentication required".into(), "unauthorized", "registry.example.com/rancher/pause:3.7", "- private_registries[0].url"),
        ("Get \"https://mirror.example.com/v2/\": dial tcp: lookup mirror.example.com on 10.0.0.2:53: no such host".into(), "no-such-host", "mirror.example.com", "- private_registries[2].url"),
        ("Get \"https://registry.example.com/v2/\": dial tcp 10.1.1.1:443: i/o timeout".into(), "timeout", "registry.example.com", "- private_registries[0].url"),
        ("dial tcp 10.1.1.1:443: connect: connection refused".into(), "refused-connection", "", ""),
        ("denied: User: arn:aws:iam::1:user/x is not authorized to perform: ecr:BatchGetImage on resource: y".into(), "ecr-not-allowed", "ecr:BatchGetImage", ""),
        ("RepositoryNotFoundException: The repository with name 'rancher/mirrored-pause' does not exist in the registry with id '123456789012'".into(), "ecr-no-repository", pause.as_str(), "- private_registries[1].url"),
        ("denied: Your authorization token has expired. Reauthenticate and try again.".into(), "ecr-token-expired", "", ""),
        ("NoCredentialProviders: no valid providers in chain. Deprecated.".into(), "aws-no-credentials", "", ""),
        ("UnrecognizedClientException: The security token included in the request is invalid.".into(), "aws-key-refused", "", ""),
        (format!("rpc error: code = Unknown desc = failed pulling image \"{pause}\": Error response from daemon: no basic auth credentials"), "pause-image", pause.as_str(), "D301 private_registries[1].ecrCredentialPlugin"),
        ("Warning Failed pod/x Error: ImagePullBackOff".into(), "image-pull-failed", "", "D405 system_images.alpine"),
        ("Back-off pulling image \"registry.example.com/rancher/shell:v1\"".into(), "image-pull-failed", "registry.example.com/rancher/shell:v1", "- private_registries[0].url"),
        ("Failed to inspect: Error: No such image: mirror.example.com/team/coreos/etcd:v3.5.12".into(), "image-not-there", "mirror.example.com/team/coreos/etcd:v3.5.12", "- private_registries[2].url"),
        ("Unsupported Docker version found [19.03.1] on host [10.0.0.1], supported versions are [20.10.x]".into(), "docker-version", "10.0.0.1", "- kubernetes_version"),
        ("failed to register layer: write /x: no space left on device".into(), "disk-full", "", ""),
        ("Cluster must have at least one etcd plane host: failed to connect to the following etcd host(s) [10.0.0.1]".into(), "etcd-unreachable", "", ""),
        ("Failed to set up SSH tunneling for host [10.0.0.1]: Can't establish dialer connection".into(), "ssh-tunnel", "10.0.0.1", "- nodes[0].address"),
        ("Failed to dial ssh using address [10.0.0.1:22]: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey]".into(), "ssh-key-refused", "", ""),
        ("Failed to dial ssh using address [10.0.0.1:22]: Error configuring SSH: ssh: no key found".into(), "ssh-key-unreadable", "", ""),
        ("dial unix /var/run/docker.sock: connect: permission denied".into(), "docker-socket", "", ""),
        ("Error: unknown flag: --container-runtime".into(), "unknown-flag", "container-runtime", "- services.kubelet.extra_args.container-runtime"),
        ("error getting credentials - err: exit status 1, out: `credentials not found in native keychain`".into(), "ecr-helper-no-credentials", "", ""),
        ("The image tag 'v1' already exists in the 'x' repository and cannot be overwritten because the tag is immutable.".into(), "ecr-tag-immutable", "", ""),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries".into(), "no-platform", "", ""),
        ("Failed to resolve cluster file: can not find cluster configuration file: open /x: no such file".into(), "no-cluster-file", "", ""),
    ] {
        assert_eq!(one(&log, FILE), (id.to_owned(), about.to_owned(), cause.to_owned()), "{log}");
    }
}

#[test]
fn names_that_cannot_be_read_are_put_down_to_the_url() {
    let with = |url: &str| format!("private_registries:\n- url: {url}\n  is_default: true\n");
    for (log, url, id, cause) in [
        (
            "Error response from daemon: invalid reference format",
            "https://r.example.com",
            "invalid-name",
            "D201 private_registries[0].url",
        ),
        (
            "invalid reference format: repository name must be lowercase",
            "r.example.com/Team",
            "upper-case-name",
            "D204 private_registries[0].url",
        ),
        (
            "pull access denied for myregistry/rancher/rke-tools, repository does not exist",
            "myregistry",
            "access-denied",
            "D205 private_registries[0].url",
        ),
        (
            "registries must be valid RFC 3986 URI authorities",
            "r.example.com/team",
            "rke2-registry-with-path",
            "- private_registries[0].url",
        ),
    ] {
        assert_eq!(one(log, &with(url)).0, id, "{log}");
        assert_eq!(one(log, &with(url)).2, cause, "{log}");
    }
    let gitlab = "private_registries:\n- url: gitlab.example.com\n  ecr_credential_plugin: {}\n";
    let told = one("Not a valid ECR registry", gitlab);
    assert_eq!(
        (told.0.as_str(), told.2.as_str()),
        ("not-an-ecr-registry", "D303 private_registries[0].ecr_credential_plugin")
    );
}

/// Every text with which a rule says that rke refuses a file is understood, with the file and without it.
#[test]
fn every_refusal_of_every_rule_is_known() {
    let mut seen = 0;
    let kinds = ["", "nodes:\n- {address: a, user: u, role: [etcd]}\n"];
    for (rule, example) in RULES.iter().flat_map(|rule| rule.doc().examples.iter().map(move |example| (rule, example)))
    {
        let text = example.text();
        let checked = check(&text, &Options::default());
        for diagnostic in &checked.diagnostics {
            let Some(refusal) = diagnostic.refusal.as_ref().filter(|refusal| !refusal.panic) else { continue };
            seen += 1;
            let found = explain_error(&refusal.error, &text, &checked);
            let told: Vec<_> = found.iter().map(|decoded| decoded.rule).collect();
            assert_eq!(told, [Some(diagnostic.code)], "{}: {}", rule.code, refusal.error);
            assert!(
                found[0].causes.iter().any(|cause| cause.start.offset == diagnostic.span.start),
                "{}",
                refusal.error
            );
            for other in kinds {
                let elsewhere: Vec<_> = explain(&refusal.error, other).iter().map(|decoded| decoded.rule).collect();
                assert_eq!(elsewhere, [Some(diagnostic.code)], "{}: {}", rule.code, refusal.error);
            }
        }
    }
    assert!(seen > 40, "{seen} refusals");
}

#[test]
fn a_refusal_names_its_line_and_another_file_says_what_it_has_instead() {
    let bad = "network:\n  plugin: cilium\n";
    let line = r#"time="2024" level=fatal msg="Failed to validate cluster: Network plugin [cilium] is not supported""#;
    let found = explain(line, bad);
    assert_eq!((found[0].id, found[0].rule), ("network-plugin-unknown", Some("D607")));
    assert_eq!((found[0].causes[0].start.line, found[0].causes[0].at.as_str()), (2, "network.plugin"));
    assert!(found[0].source.starts_with("rke v1.6.3, cluster/validation.go"), "{}", found[0].source);
    let mended = explain(line, "network:\n  plugin: canal\n");
    assert_eq!(mended[0].causes[0].message, "`network.plugin` is `canal` here: for this file rke does not say so");
    assert_eq!(mended[0].remedy, "one of canal, calico, flannel, weave, aci and none");
    let types = "nodes: x\nignore_docker_version: maybe\n";
    let log = r#"level=fatal msg="Failed to parse cluster file: yaml: unmarshal errors:\n  line 2: cannot unmarshal !!str `maybe` into bool""#;
    let found = explain(log, types);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule, found[0].causes[0].start.line, found[0].causes.len()), (Some("D002"), 2, 1));
}

#[test]
fn a_log_is_understood_once_for_each_thing_and_gives_no_secret_away() {
    let log = format!(
        "INFO[0000] Building Kubernetes cluster\n\
         \u{1b}[31mWARN\u{1b}[0m[0001] Can't pull Docker image [{ECR}/rancher/a:1]: no basic auth credentials\n\
         WARN[0002] Can't pull Docker image [{ECR}/rancher/a:1]: no basic auth credentials\n\
         WARN[0003] Can't pull Docker image [{ECR}/rancher/b:1]: no basic auth credentials\n\
         login with hunter2secret: unauthorized: incorrect username or password https://u:p4ss@registry.example.com/v2/ Basic aGk6aG8=\n"
    );
    let found = explain(&log, FILE);
    let told: Vec<_> = found.iter().map(|d| (d.id, d.line, d.count)).collect();
    assert_eq!(told, [("no-basic-auth", 2, 2), ("no-basic-auth", 4, 1), ("unauthorized", 5, 1)]);
    assert!(found[0].excerpt.starts_with("WARN[0001] Can't pull"), "{}", found[0].excerpt);
    assert!(found[0].story.iter().any(|told| told.contains("rke drops the tag")), "{:?}", found[0].story);
    let all = serde_json::to_string(&found).unwrap();
    for secret in ["hunter2secret", "p4ss", "aGk6aG8="] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    assert_eq!(explain("INFO all is well\n\nnothing here", FILE), []);
}

#[test]
fn of_a_long_line_the_part_is_shown_that_was_understood() {
    let filler = "events of no interest, ".repeat(40);
    let line =
        format!("E1126 ü {filler}Can't pull Docker image [{ECR}/rancher/a:1]: no basic auth credentials; {filler}");
    let excerpt = &explain(&line, FILE)[0].excerpt;
    assert!(excerpt.contains("no basic auth credentials"), "{excerpt}");
    assert!(excerpt.starts_with('…') && excerpt.ends_with('…'), "{excerpt}");
    assert!(excerpt.chars().count() <= EXCERPT_MAX + 2);
    let line = format!("{filler}level=fatal msg=\"Network plugin [nope] is not supported\"");
    let excerpt = &explain(&line, FILE)[0].excerpt;
    assert!(excerpt.ends_with("is not supported\""), "{excerpt}");
}

#[test]
fn what_the_tables_promise_is_there() {
    let ids: Vec<_> = table::entries().map(|entry| entry.id).collect();
    for (nth, entry) in table::entries().enumerate() {
        assert!(!ids[..nth].contains(&entry.id), "{} twice", entry.id);
        assert!(rules::find(entry.id).is_none(), "{} is the name of a rule", entry.id);
        assert!(entry.rules.iter().all(|code| rules::find(code).is_some()), "{}", entry.id);
        let (_, generators) = entry.remedy.split_once("pull generate ").unwrap_or_default();
        let generator = generators.split(['`', ' ']).next().unwrap_or_default();
        let exists = crate::artifacts::GENERATORS.iter().any(|known| known.id == generator);
        assert!(generator.is_empty() || exists, "{}: {generator}", entry.id);
    }
    for refused in REFUSED {
        assert!(rules::find(refused.rule).is_some(), "{}", refused.pattern);
    }
}
