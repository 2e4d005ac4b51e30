//! Credentials as a person, docker and the kubelet ask for them: the built binary, with AWS and helpers around it.

mod aws;
mod http;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aws::{Call, Ecr, PASSWORD, SECRET, SESSION};
use drydock_pull::credentials::{Credential, Keychain, Secret};
use expect_test::{Expect, expect};
use http::Reply;
use serde_json::{Value, json};

const ECR: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const KEY: &str = "AKIACANARYCANARY";

/// A home of its own, and nothing of the machine's environment but PATH.
struct Home {
    folder: tempfile::TempDir,
    env: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).unwrap();
        symlink(env!("CARGO_BIN_EXE_pull"), bin.join("docker-credential-pull")).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let home = folder.path().display().to_string();
        let mut env = BTreeMap::from([("HOME".to_owned(), home), ("PATH".to_owned(), path)]);
        // No machine's metadata unless a test gives some: nothing listens on port 9.
        env.insert("AWS_EC2_METADATA_SERVICE_ENDPOINT".to_owned(), "http://127.0.0.1:9".to_owned());
        Self { folder, env }
    }

    fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    fn keys(self) -> Self {
        self.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_SESSION_TOKEN", SESSION)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// A program of the name, that /bin/sh runs.
    fn program(self, name: &str, script: &str) -> Self {
        let home = self.file(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(home.path(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).unwrap();
        home
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pull"));
        command.args(arguments).env_clear().envs(&self.env).current_dir(self.folder.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        finish(self.command(arguments), "")
    }

    /// As docker calls it.
    fn helper(&self, action: &str, input: &str) -> Run {
        let mut command = Command::new(self.path("bin/docker-credential-pull"));
        command.arg(action).env_clear().envs(&self.env).current_dir(self.folder.path());
        finish(command, input)
    }

    fn kubelet(&self, version: &str, image: &str) -> Run {
        let request = json!({
            "kind": "CredentialProviderRequest",
            "apiVersion": format!("credentialprovider.kubelet.k8s.io/{version}"),
            "image": image,
        });
        finish(self.command(&["kubelet-credential-provider"]), &request.to_string())
    }
}

fn finish(mut command: Command, input: &str) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn check(text: &str, expect: &Expect) {
    expect.assert_eq(text);
}

#[test]
fn moto_gives_a_token_to_every_kind_of_identity() {
    let moto = aws::moto();
    let home = || Home::new().env("AWS_ENDPOINT_URL", &moto);
    let profile = "[work]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = x\n";
    let role = "[profile work]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n";
    let base = "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = x\n";
    let process = r#"[profile work]
credential_process = echo '{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "x"}'
"#;
    let web = || home().file("token", "a.b.c").env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod");
    let web = || {
        let web = web();
        let token = web.path("token").display().to_string();
        web.env("AWS_WEB_IDENTITY_TOKEN_FILE", token)
    };
    let pod = || {
        home().file("pod-token", "pod-secret").env("AWS_CONTAINER_CREDENTIALS_FULL_URI", aws::container("pod-secret"))
    };
    let pod = || {
        let pod = pod();
        let token = pod.path("pod-token").display().to_string();
        pod.env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token)
    };
    for (home, source) in [
        (home().keys(), "AWS environment variables"),
        (
            home().file(".aws/credentials", profile).env("AWS_PROFILE", "work"),
            "AWS profile `work`: access key ****FILE",
        ),
        (
            home().file(".aws/config", role).file(".aws/credentials", base).env("AWS_PROFILE", "work"),
            "AWS profile `work`: access key ****",
        ),
        (home().file(".aws/config", process).env("AWS_PROFILE", "work"), "AWS profile `work`: access key ****CESS"),
        (web(), "AWS web identity: access key ****"),
        (
            home()
                .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", aws::container("task-secret"))
                .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "task-secret"),
            "ECS task or EKS Pod Identity: access key ****INER",
        ),
        (pod(), "ECS task or EKS Pod Identity: access key ****INER"),
        (
            home().env("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws::instance_metadata(0)),
            "EC2 instance profile: access key ****ANCE",
        ),
    ] {
        let run = home.run(&["login", "--check", ECR]);
        assert_eq!(run.code, 0, "{source}: {run:?}");
        assert!(run.stdout.contains(&format!("  found  {source}")), "{source}: {}", run.stdout);
        assert!(run.stdout.starts_with(&format!("{ECR}: user AWS, from Amazon ECR")), "{}", run.stdout);
        let run = home.helper("get", ECR);
        let login: Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(login["Secret"].as_str().unwrap().ends_with("-auth-token"), "{source}");
    }
}

#[test]
fn where_nobody_gives_an_identity_each_source_is_told_at_once() {
    let home = Home::new().env("AWS_EC2_METADATA_DISABLED", "true");
    let start = Instant::now();
    let run = home.run(&["login", "--check", ECR]);
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(run.code, 3);
    let home_path = home.folder.path().display().to_string();
    check(
        &run.stdout.replace(&home_path, "~"),
        &expect![[r#"
            123456789012.dkr.ecr.eu-central-1.amazonaws.com: no login
              none   ~/.docker/config.json: is not there
              none   ~/.config/containers/auth.json: is not there
              none   AWS environment variables: environment variable not set
              none   AWS profile `default`: not set up
              none   AWS web identity: $AWS_WEB_IDENTITY_TOKEN_FILE was not set
              none   ECS task or EKS Pod Identity: ECS provider not configured
              none   EC2 instance profile: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`
              failed Amazon ECR: no AWS identity: neither environment, profile, web identity, container nor instance gives one
        "#]],
    );
    check(
        &run.stderr,
        &expect![[r#"
        error: no credentials for 123456789012.dkr.ecr.eu-central-1.amazonaws.com: Amazon ECR: no AWS identity: neither environment, profile, web identity, container nor instance gives one
        help: `pull login --check 123456789012.dkr.ecr.eu-central-1.amazonaws.com` says what each source answers
    "#]],
    );
}

#[test]
fn a_step_that_is_set_up_and_fails_is_named() {
    let closed = Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", aws::container("other"));
    let run = closed.run(&["login", ECR]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("ECS task or EKS Pod Identity: "), "{}", run.stderr);
    let hostile = Home::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://198.51.100.7/steal");
    let run = hostile.run(&["login", ECR]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("ECS task or EKS Pod Identity: "), "{}", run.stderr);
    let denied = Ecr::start(Duration::ZERO, |_| {
        Some(Reply::status(400, r#"{"__type": "AccessDeniedException", "message": "not authorized to perform it"}"#))
    });
    let run = Home::new().keys().env("AWS_ENDPOINT_URL", &denied.address).run(&["login", ECR]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("AccessDeniedException: not authorized to perform it"), "{}", run.stderr);
    assert_eq!(denied.count(), 1, "a refusal is not asked for again");
    let busy = Ecr::start(Duration::ZERO, |call| {
        let throttled = r#"{"__type": "ThrottlingException", "message": "Rate exceeded"}"#;
        (call == 0).then(|| Reply::status(400, throttled))
    });
    let run = Home::new().keys().env("AWS_ENDPOINT_URL", &busy.address).run(&["login", ECR]);
    assert_eq!((run.code, busy.count()), (0, 2), "{run:?}");
}

#[test]
fn an_instance_that_answers_late_is_waited_for() {
    let ecr = Ecr::answering();
    let home = Home::new()
        .env("AWS_ENDPOINT_URL", &ecr.address)
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", aws::instance_metadata(1));
    let run = home.run(&["login", ECR]);
    assert_eq!(run.code, 0, "{run:?}");
    let calls = ecr.calls.lock().unwrap();
    assert_eq!((calls[0].access_key.as_str(), calls[0].session.as_str()), ("ASIAINSTANCE", SESSION));
}

#[test]
fn region_and_service_come_from_the_host_whatever_the_environment_says() {
    for (host, region, service) in [
        (ECR, "eu-central-1", "ecr"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1", "ecr"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1", "ecr"),
        ("123456789012.dkr-ecr.us-west-2.on.aws", "us-west-2", "ecr"),
        ("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", "ecr"),
        ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "ecr"),
        ("public.ecr.aws", "us-east-1", "ecr-public"),
    ] {
        let ecr = Ecr::answering();
        let home = Home::new().keys().env("AWS_REGION", "ap-south-1").env("AWS_ENDPOINT_URL", &ecr.address);
        let run = home.run(&["login", host]);
        assert_eq!(run.code, 0, "{host}: {run:?}");
        let (access_key, session) = (KEY.to_owned(), SESSION.to_owned());
        let call = Call { access_key, session, region: region.to_owned(), service: service.to_owned() };
        assert_eq!(*ecr.calls.lock().unwrap(), [call], "{host}");
    }
}

fn cluster(ecr_plugin: &str) -> String {
    format!("private_registries:\n  - url: {ECR}\n    is_default: true\n    ecr_credential_plugin: {ecr_plugin}\n")
}

#[test]
fn keys_of_the_cluster_file_come_before_those_of_the_machine_and_half_a_key_counts_for_nothing() {
    let ecr = Ecr::answering();
    let home =
        |plugin: &str| Home::new().keys().env("AWS_ENDPOINT_URL", &ecr.address).file("cluster.yml", &cluster(plugin));
    let whole = "{aws_access_key_id: AKIAFILE, aws_secret_access_key: s, aws_session_token: t}";
    let run = home(whole).run(&["login"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with(&format!("{ECR}: user AWS, from ECR plugin of `{ECR}` in cluster.yml, for ")));
    for plugin in ["{aws_access_key_id: AKIAFILE}", "{}", "null"] {
        let run = home(plugin).run(&["login", "cluster.yml"]);
        assert_eq!(run.code, 0, "{run:?}");
    }
    let callers: Vec<_> = ecr.calls.lock().unwrap().iter().map(|call| call.access_key.clone()).collect();
    assert_eq!(callers, ["AKIAFILE", KEY, KEY, KEY]);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn cached(home: &Home) -> PathBuf {
    let mut files = fs::read_dir(home.path(".cache/drydock/ecr")).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "json")).unwrap()
}

#[test]
fn a_token_is_kept_for_its_owner_alone_until_it_runs_out_or_another_identity_asks() {
    let ecr = Ecr::answering();
    let mut home = Home::new().keys().env("AWS_ENDPOINT_URL", &ecr.address);
    for _ in 0..3 {
        assert_eq!(home.run(&["login", ECR]).code, 0);
    }
    assert_eq!(ecr.count(), 1, "one token for three runs");
    let file = cached(&home);
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));

    let mut entry: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    entry["expires"] = json!(1_420_070_400_000_u64);
    fs::write(&file, entry.to_string()).unwrap();
    assert_eq!(home.run(&["login", ECR]).code, 0);
    assert_eq!(ecr.count(), 2, "one that ran out is not used");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(home.run(&["login", ECR]).code, 0);
    assert_eq!(ecr.count(), 3, "one that others could read, and so write for all we know, is not used");
    assert_eq!(mode(&file), 0o600);

    fs::write(&file, "{").unwrap();
    assert_eq!(home.run(&["login", ECR]).code, 0);
    assert_eq!(ecr.count(), 4, "one that is broken is not used");

    home = home.env("AWS_ACCESS_KEY_ID", "AKIAOTHER");
    assert_eq!(home.run(&["login", ECR]).code, 0);
    assert_eq!(ecr.calls.lock().unwrap()[4].access_key, "AKIAOTHER", "a token is not handed to somebody else");
}

#[test]
fn many_processes_that_need_a_token_at_once_ask_for_one_even_if_it_is_over_at_once() {
    let old = |_| {
        use base64::Engine as _;
        let token = base64::engine::general_purpose::STANDARD.encode("AWS:old");
        Some(Reply::ok(format!(
            r#"{{"authorizationData": [{{"authorizationToken": "{token}", "expiresAt": 1420070400}}]}}"#
        )))
    };
    for script in [(|_| None) as aws::Script, old] {
        let ecr = Ecr::start(Duration::from_millis(700), script);
        let home = Home::new().keys().env("AWS_ENDPOINT_URL", &ecr.address);
        let children: Vec<_> = (0..8)
            .map(|_| home.command(&["login", ECR]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
            .collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        assert_eq!(ecr.count(), 1);
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn many_tasks_ask_a_source_once_and_a_refresh_of_what_is_new_asks_nobody() {
    let home = Home::new().file(".docker/config.json", r#"{"credHelpers": {"r.example": "count"}}"#).program(
        "docker-credential-count",
        r#"cat >/dev/null; echo x >> "$HOME/calls"; sleep 0.3
               echo '{"ServerURL": "r.example", "Username": "u", "Secret": "canary-password"}'"#,
    );
    let keychain = Keychain::new(&home.env, None, Vec::new());
    runtime().block_on(async {
        let tasks: Vec<_> = (0..20)
            .map(|task| {
                let keychain = keychain.clone();
                tokio::spawn(async move { keychain.get("r.example", "a/b", task % 2 == 1).await.unwrap() })
            })
            .collect();
        for task in tasks {
            let password = Secret::new("canary-password");
            assert_eq!(task.await.unwrap(), Credential::Basic { user: "u".to_owned(), password });
        }
    });
    assert_eq!(fs::read_to_string(home.path("calls")).unwrap(), "x\n");
}

#[test]
fn docker_is_asked_as_docker_asks_and_a_broken_source_does_not_hide_the_next() {
    let junk = r#"cat >/dev/null; echo '{"Username": "canary-password'"#;
    let crash = "cat >/dev/null; echo 'the vault is sealed'; exit 1";
    let none = "cat >/dev/null; echo 'credentials not found in native keychain'; exit 1";
    let token =
        r#"read -r server; echo "{\"ServerURL\": \"$server\", \"Username\": \"<token>\", \"Secret\": \"t-$server\"}""#;
    let home = Home::new()
        .program("docker-credential-junk", junk)
        .program("docker-credential-crash", crash)
        .program("docker-credential-none", none)
        .program("docker-credential-token", token)
        .file(
            ".docker/config.json",
            r#"{"credsStore": "none", "auths": {"crash.example": {"auth": "dTpw"}},
                "credHelpers": {"junk.example": "junk", "crash.example": "crash", "missing.example": "missing",
                                "https://index.docker.io/v1/": "token", "self.example": "pull", "evil.example": "../x"}}"#,
        )
        .file(".config/containers/auth.json", r#"{"auths": {"podman.example/team": {"auth": "cDpx"}}}"#);
    let keychain = Keychain::new(&home.env, None, Vec::new());
    let ask = |host: &str, repository: &str| {
        let answer = runtime().block_on(keychain.ask(host, repository, false));
        let tried: Vec<_> =
            answer.tried.iter().map(|a| format!("{:?} {}: {}", a.result, a.source, a.outcome)).collect();
        (answer.credential, tried.join("\n").replace(&home.folder.path().display().to_string(), "~"))
    };
    let basic =
        |user: &str, password: &str| Credential::Basic { user: user.to_owned(), password: Secret::new(password) };
    assert_eq!(
        ask("docker.io", "library/a").0,
        Credential::IdentityToken(Secret::new("t-https://index.docker.io/v1/"))
    );
    assert_eq!(ask("podman.example", "team/a").0, basic("p", "q"));
    assert_eq!(ask("podman.example", "teams/a").0, Credential::Anonymous);
    let (login, tried) = ask("crash.example", "a");
    assert_eq!(login, basic("u", "p"));
    assert!(tried.contains("Failed docker-credential-crash: get fails: the vault is sealed"), "{tried}");
    assert!(tried.contains("None docker-credential-none: no login for crash.example"), "{tried}");
    for (host, why) in [
        ("junk.example", "Failed docker-credential-junk: get answers no login, line "),
        ("missing.example", "Failed docker-credential-missing: is not on PATH"),
        ("self.example", "None docker-credential-pull: this program itself"),
        ("evil.example", "Failed docker-credential-../x: is no name of a helper"),
    ] {
        let (login, tried) = ask(host, "a");
        assert_eq!(login, Credential::Anonymous, "{host}");
        assert!(tried.contains(why) && !tried.contains("canary"), "{tried}");
    }
}

const LOGINS: &str = "\
private_registries:
  - {url: registry.example, user: u, password: canary-password}
  - {url: registry.example/team, user: t, password: canary-team}
  - {user: hub, password: canary-hub}
  - {url: open.example}
";

#[test]
fn dockers_protocol_is_answered_to_the_letter() {
    let home = Home::new().file("c.yml", LOGINS).env("RKE_CONFIG", "c.yml");
    for (action, input, code, stdout) in [
        ("get", "registry.example", 0, r#"{"ServerURL":"registry.example","Username":"u","Secret":"canary-password"}"#),
        (
            "get",
            "registry.example/team\n",
            0,
            r#"{"ServerURL":"registry.example/team","Username":"t","Secret":"canary-team"}"#,
        ),
        (
            "get",
            "https://index.docker.io/v1/",
            0,
            r#"{"ServerURL":"https://index.docker.io/v1/","Username":"hub","Secret":"canary-hub"}"#,
        ),
        ("get", "open.example", 1, "credentials not found in native keychain"),
        ("get", "other.example", 1, "credentials not found in native keychain"),
        ("get", "", 1, "no credentials server URL"),
        ("store", r#"{"ServerURL":"a","Username":"b","Secret":"canary-password"}"#, 0, ""),
        ("erase", "a", 0, ""),
        ("list", "", 0, r#"{"https://index.docker.io/v1/":"hub","registry.example":"u","registry.example/team":"t"}"#),
        ("version", "", 0, concat!("docker-credential-pull (drydock) ", env!("CARGO_PKG_VERSION"))),
        ("guess", "", 1, "Unknown credential action `guess`"),
    ] {
        let run = home.helper(action, input);
        assert_eq!((run.code, run.stdout.trim_end()), (code, stdout), "{action} {input}");
        assert!(!run.stderr.contains("canary"), "{}", run.stderr);
        let same = finish(home.command(&["docker-credential-helper", action]), input);
        assert_eq!((same.code, &same.stdout), (run.code, &run.stdout), "under its other name");
    }
    let run = Home::new().env("AWS_EC2_METADATA_DISABLED", "true").helper("get", ECR);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("no AWS identity") && run.stderr.contains("AWS web identity"), "{run:?}");
}

#[test]
fn the_kubelet_is_answered_in_the_version_it_speaks() {
    let ecr = Ecr::answering();
    let home =
        Home::new().file("c.yml", LOGINS).env("RKE_CONFIG", "c.yml").keys().env("AWS_ENDPOINT_URL", &ecr.address);
    for version in ["v1alpha1", "v1beta1", "v1"] {
        let api = format!("credentialprovider.kubelet.k8s.io/{version}");
        let run = home.kubelet(version, "registry.example/team/rancher/pause:3.7");
        assert_eq!(run.code, 0, "{run:?}");
        let want = format!(
            r#"{{"kind":"CredentialProviderResponse","apiVersion":"{api}","cacheKeyType":"Image","cacheDuration":"1h0m0s","auth":{{"registry.example/team":{{"username":"t","password":"canary-team"}}}}}}"#
        );
        assert_eq!(run.stdout.trim_end(), want);
        let run = home.kubelet(version, "open.example/a/b");
        assert_eq!(run.code, 0);
        let want = format!(
            r#"{{"kind":"CredentialProviderResponse","apiVersion":"{api}","cacheKeyType":"Image","cacheDuration":"0s","auth":{{}}}}"#
        );
        assert_eq!(run.stdout.trim_end(), want);
        let run = home.kubelet(version, &format!("{ECR}/rancher/pause@sha256:{}", "0".repeat(64)));
        let response: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(response["cacheKeyType"], "Registry");
        assert_eq!(response["auth"][ECR], json!({"username": "AWS", "password": format!("{PASSWORD}-0")}));
        let minutes: u32 = response["cacheDuration"].as_str().unwrap().split('m').next().unwrap().parse().unwrap();
        assert!((28..=30).contains(&minutes), "half of an hour: {response}");
    }
    assert_eq!(ecr.count(), 1);
    for (request, why) in [
        (
            r#"{"apiVersion": "credentialprovider.kubelet.k8s.io/v2", "kind": "CredentialProviderRequest", "image": "a"}"#,
            "v2",
        ),
        (r#"{"apiVersion": "credentialprovider.kubelet.k8s.io/v1", "kind": "Pod", "image": "a"}"#, "Pod"),
        (
            r#"{"apiVersion": "credentialprovider.kubelet.k8s.io/v1", "kind": "CredentialProviderRequest", "image": "A:/"}"#,
            "invalid reference",
        ),
        ("", "EOF"),
    ] {
        let run = finish(home.command(&["kubelet-credential-provider"]), request);
        assert_eq!((run.code, run.stdout.as_str()), (5, ""), "{request}");
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
}

#[test]
fn the_kubelets_configuration_fits_the_clusters_version() {
    for (version, api, gate) in [
        ("v1.30.5-rancher1-1", "v1", false),
        ("v1.24.17-rancher1-1", "v1beta1", false),
        ("v1.20.15-rancher2-2", "v1alpha1", true),
    ] {
        let home = Home::new().file("cluster.yml", &format!("kubernetes_version: {version}\n"));
        let run = home.run(&["kubelet-credential-provider", "--print-config"]);
        assert_eq!(run.code, 0, "{run:?}");
        let config: Value = serde_yaml::from_str(&run.stdout).unwrap();
        assert_eq!(config["apiVersion"], format!("kubelet.config.k8s.io/{api}"));
        assert_eq!(config["providers"][0]["apiVersion"], format!("credentialprovider.kubelet.k8s.io/{api}"));
        assert_eq!(config["providers"][0]["name"], "pull");
        assert_eq!(run.stdout.contains("KubeletCredentialProviders=true"), gate, "{version}");
        let snippet: String = run
            .stdout
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .skip(2)
            .map(|line| format!("{line}\n"))
            .collect();
        let accepted = Home::new().file("cluster.yml", &snippet).run(&["check", "--ignore", "D501"]);
        assert!(!accepted.stdout.contains("error["), "{snippet}\n{}", accepted.stdout);
    }
    let old = Home::new().file("cluster.yml", "kubernetes_version: v1.19.16-rancher2-1\n");
    assert_eq!(old.run(&["kubelet-credential-provider", "--print-config"]).code, 2);
}

#[test]
fn dockers_config_gets_the_logins_and_keeps_everything_else() {
    let ecr = Ecr::answering();
    let before = r#"{"HttpHeaders": {"X-Meta": "y"}, "auths": {"old.example": {"auth": "b2xkOm9sZA=="}, "kept.example": {}}, "psFormat": "table", "credHelpers": {"kept.example": "keep"}}"#;
    let files = format!(
        "{LOGINS}  - {{url: {ECR}, ecr_credential_plugin: {{}}}}\n  - {{url: kept.example, user: k, password: canary-kept}}\n"
    );
    let home = Home::new()
        .keys()
        .env("AWS_ENDPOINT_URL", &ecr.address)
        .program("docker-credential-keep", r#"if [ "$1" = store ]; then cat > "$HOME/kept"; chmod 600 "$HOME/kept"; else echo 'credentials not found in native keychain'; exit 1; fi"#)
        .file("real/config.json", before)
        .file("cluster.yml", &files);
    fs::create_dir(home.path(".docker")).unwrap();
    symlink(home.path("real/config.json"), home.path(".docker/config.json")).unwrap();
    let run = home.run(&["login", "--docker"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(fs::symlink_metadata(home.path(".docker/config.json")).unwrap().is_symlink());
    let path = home.path("real/config.json");
    assert_eq!(mode(&path), 0o600);
    let config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let keys: Vec<_> = config.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["HttpHeaders", "auths", "psFormat", "credHelpers"], "in their order");
    assert_eq!(config["auths"]["old.example"]["auth"], "b2xkOm9sZA==");
    assert_eq!(config["auths"]["https://index.docker.io/v1/"]["auth"], "aHViOmNhbmFyeS1odWI=");
    assert!(config["auths"][ECR]["auth"].is_string());
    assert_eq!(config["auths"]["kept.example"], json!({}), "kept by its helper");
    let kept: Value = serde_json::from_slice(&fs::read(home.path("kept")).unwrap()).unwrap();
    assert_eq!(kept, json!({"ServerURL": "kept.example", "Username": "k", "Secret": "canary-kept"}));
    assert_eq!(fs::read_dir(home.path("real")).unwrap().count(), 1, "no temporary file is left");

    let broken = Home::new().file(".docker/config.json", "{\"auths\": canary").file("cluster.yml", LOGINS);
    let run = broken.run(&["login", "--docker"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(fs::read_to_string(broken.path(".docker/config.json")).unwrap(), "{\"auths\": canary");
}

/// Every file below the folder that others than its owner may read.
fn readable(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            readable(&path, found);
        } else if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
            found.push((path.clone(), fs::read_to_string(&path).unwrap_or_default()));
        }
    }
}

#[test]
fn no_secret_is_in_any_message_or_in_a_file_that_others_may_read() {
    let canaries = [SECRET, SESSION, PASSWORD, "canary", "Y2FuYXJ5", KEY];
    let ecr = Ecr::answering();
    let broken = Ecr::start(Duration::ZERO, |_| {
        Some(Reply::ok(r#"{"authorizationData": [{"authorizationToken": "canary", "expiresAt": "canary"}]}"#))
    });
    let odd = Ecr::start(Duration::ZERO, |_| {
        Some(Reply::ok(r#"{"authorizationData": [{"authorizationToken": "Y2FuYXJ5", "expiresAt": 1}]}"#))
    });
    let file = format!(
        "{LOGINS}  - {{url: {ECR}, ecr_credential_plugin: {{aws_access_key_id: {KEY}, aws_secret_access_key: canary-secret-key}}}}\n"
    );
    for address in
        [&ecr.address, &broken.address, &odd.address, "http://canary:canary@127.0.0.1:9", "http://127.0.0.1:9/?canary"]
    {
        let home =
            Home::new().keys().env("AWS_ENDPOINT_URL", address).env("RUST_LOG", "trace").env("AWS_MAX_ATTEMPTS", "1");
        fs::create_dir(home.path("in")).unwrap();
        let cluster = home.path("in/c.yml");
        fs::write(&cluster, &file).unwrap();
        fs::set_permissions(&cluster, fs::Permissions::from_mode(0o600)).unwrap();
        let home = home.env("RKE_CONFIG", cluster.display().to_string());
        for arguments in [
            &["login"][..],
            &["login", "--check"],
            &["login", "--json"],
            &["login", "--docker", "-v"],
            &["login", "--check", ECR],
            &["login", "--check", "public.ecr.aws"],
            &["docker-credential-helper", "list"],
            &["kubelet-credential-provider", "--print-config"],
        ] {
            let run = home.run(arguments);
            for canary in canaries {
                assert!(!run.stdout.contains(canary), "{address} {arguments:?}: {canary} in {}", run.stdout);
                assert!(!run.stderr.contains(canary), "{address} {arguments:?}: {canary} in {}", run.stderr);
            }
        }
        assert!(!home.helper("get", ECR).stderr.contains("canary"));
        assert!(!home.kubelet("v1", "registry.example/a/b").stderr.contains("canary"));
        let mut files = Vec::new();
        readable(home.folder.path(), &mut files);
        for (path, text) in files {
            assert!(!canaries.iter().any(|canary| text.contains(canary)), "{} holds a secret", path.display());
        }
    }
}
