//! The kubelet's exec protocol, in its three versions.

use serde_json::{Value, json};

use crate::aws::{Ecr, PASSWORD};
use crate::home::{ECR, Home, LOGINS, finish};

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
fn the_public_registry_is_asked_without_a_login_where_there_is_none() {
    let home = Home::new();
    let run = home.kubelet("v1", "public.ecr.aws/eks-distro/pause:3.9");
    assert_eq!(run.code, 0, "{run:?}");
    let response: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(response["auth"], json!({}));
    let run = home.helper("get", "public.ecr.aws");
    assert_eq!((run.code, run.stdout.trim_end()), (1, "credentials not found in native keychain"));
    let images = "system_images: {alpine: 'public.ecr.aws/a/b:c'}\n";
    let run = Home::new().file("cluster.yml", images).run(&["login"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("public.ecr.aws: no login"), "{}", run.stdout);
}
