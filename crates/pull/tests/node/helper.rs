//! Docker's config.json and its protocol of helpers, from both ends.

use std::fs;
use std::os::unix::fs::symlink;

use drydock_pull::credentials::{Credential, Keychain, Secret};
use serde_json::{Value, json};

use crate::aws::Ecr;
use crate::home::{ECR, Home, LOGINS, finish, mode, runtime};

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
