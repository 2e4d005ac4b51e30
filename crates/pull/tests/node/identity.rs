//! As whom AWS is asked for a token, and where.

use std::time::{Duration, Instant};

use expect_test::expect;
use serde_json::Value;

use crate::aws::{self, Call, Ecr, SESSION};
use crate::home::{ECR, Home, KEY, check};
use crate::http::{Reply, serve};

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
    cluster_at(ECR, ecr_plugin)
}

fn cluster_at(url: &str, ecr_plugin: &str) -> String {
    format!("private_registries:\n  - url: {url}\n    is_default: true\n    ecr_credential_plugin: {ecr_plugin}\n")
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

#[test]
fn a_host_of_ecr_that_rke_does_not_know_is_asked_with_the_keys_of_its_entry() {
    let (ecr, host) = (Ecr::answering(), "123456789012.dkr-ecr.us-west-2.on.aws");
    let keys = "{aws_access_key_id: AKIAFILE, aws_secret_access_key: s}";
    let home = Home::new().env("AWS_ENDPOINT_URL", &ecr.address).file("cluster.yml", &cluster_at(host, keys));
    let run = home.run(&["login"]);
    assert_eq!(run.code, 0, "{run:?}");
    let calls = ecr.calls.lock().unwrap();
    assert_eq!((calls[0].access_key.as_str(), calls[0].region.as_str()), ("AKIAFILE", "us-west-2"));
    let other = Home::new().file("cluster.yml", &cluster_at("registry.example", "{}")).run(&["login"]);
    assert_eq!(other.code, 3);
    assert!(other.stderr.contains("ECR plugin of `registry.example`: Not a valid ECR registry"), "{}", other.stderr);
}

/// `aws sso login` leaves its token in a file that is named after the session, or after the address of old profiles.
#[test]
fn a_session_of_single_sign_on_is_an_identity_and_one_that_is_over_is_told() {
    const SESSION_FILE: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f";
    let portal = serve(|request| {
        let asked = request.path.starts_with("/federation/credentials?")
            && ["role_name=puller", "account_id=123456789012"].iter().all(|part| request.path.contains(part));
        match asked && request.header("x-amz-sso_bearer_token") == "canary-sso" {
            true => Reply::ok(format!(
                r#"{{"roleCredentials": {{"accessKeyId": "ASIASSO", "secretAccessKey": "canary-s", "sessionToken": "{SESSION}", "expiration": 4070908800000}}}}"#
            )),
            false => Reply::status(401, r#"{"message": "Session token not found or invalid"}"#),
        }
    });
    let profile = "[profile work]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = puller\n\
        [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n";
    for (token, until, code) in
        [("canary-sso", "2099-01-01", 0), ("canary-other", "2099-01-01", 3), ("x", "2001-01-01", 3)]
    {
        let ecr = Ecr::answering();
        let cached = format!(
            r#"{{"accessToken": "{token}", "expiresAt": "{until}T00:00:00Z", "region": "eu-west-1", "startUrl": "https://corp.awsapps.com/start"}}"#
        );
        let home = Home::new()
            .file(".aws/config", profile)
            .file(&format!(".aws/sso/cache/{SESSION_FILE}.json"), &cached)
            .env("AWS_PROFILE", "work")
            .env("AWS_ENDPOINT_URL", &ecr.address)
            .env("AWS_ENDPOINT_URL_SSO", &portal);
        let run = home.run(&["login", "--check", ECR]);
        assert_eq!(run.code, code, "{token} {until}: {run:?}");
        assert!(!run.stdout.contains("canary") && !run.stderr.contains("canary"), "{run:?}");
        if code == 0 {
            assert!(run.stdout.contains("  found  AWS profile `work`: access key ****ASSO"), "{}", run.stdout);
            let calls = ecr.calls.lock().unwrap();
            assert_eq!((calls[0].access_key.as_str(), calls[0].region.as_str()), ("ASIASSO", "eu-central-1"));
        } else {
            assert!(run.stderr.contains("AWS profile `work`: "), "{}", run.stderr);
            assert_eq!(ecr.count(), 0);
        }
    }
}
