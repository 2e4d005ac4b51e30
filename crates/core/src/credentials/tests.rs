use super::*;

fn spanned(text: &str) -> Option<Spanned<String>> {
    (!text.is_empty()).then(|| Spanned::new(text.to_owned(), Span::default()))
}

fn entry(url: &str, user: &str, password: &str) -> PrivateRegistry {
    PrivateRegistry { url: spanned(url), user: spanned(user), password: spanned(password), ..Default::default() }
}

fn with_plugin(mut registry: PrivateRegistry) -> PrivateRegistry {
    registry.ecr = Some(crate::cluster::EcrPlugin { secret_access_key: spanned("wJalr"), ..Default::default() });
    registry
}

#[test]
fn an_entry_without_url_is_docker_hub_and_the_last_of_equal_urls_counts() {
    let map = RegistryMap::new(&[entry("z.com", "a", ""), entry("", "hub", ""), entry("z.com", "b", "")]);
    let seen: Vec<_> = map.entries.iter().map(|(key, e)| (key.as_str(), e.index, e.user.as_str())).collect();
    assert_eq!(seen, [("docker.io", 1, "hub"), ("z.com", 2, "b")]);
    assert_eq!(map.lookup("rancher/rke-tools:v1").registry(), Some("docker.io"));
}

#[test]
fn the_key_is_matched_whole_or_not_at_all() {
    let map = RegistryMap::new(&[entry("r.com", "u", "p"), entry("r.com/a/b", "u", "p")]);
    for (image, key) in [
        ("r.com/etcd:v1", Some("r.com")),
        ("r.com/rancher/etcd:v1", Some("r.com")),
        ("r.com/a/rancher/etcd:v1", None),
        ("r.com/a/b/rancher/etcd:v1", Some("r.com/a/b")),
        ("R.com/rancher/etcd:v1", None),
    ] {
        assert_eq!(map.lookup(image).registry(), key, "{image}");
    }
    assert_eq!(map.lookup("r.com/a/rancher/etcd:v1"), Lookup::Missing { key: "r.com/a".to_owned() });
    assert_eq!(map.lookup("http://r.com/a/b").error(), Some("invalid reference format"));
}

#[test]
fn user_or_password_switch_the_plugin_off_for_rke_but_not_for_the_kubelet() {
    let host = "1.dkr.ecr.us-east-1.amazonaws.com";
    let auth = |registry| RegistryMap::new(&[registry]).entries[0].1.auth();
    assert_eq!(auth(with_plugin(entry(host, "", ""))), Auth::Ecr { region: "us-east-1".to_owned() });
    assert_eq!(auth(with_plugin(entry(host, "u", ""))), Auth::Basic);
    assert_eq!(auth(with_plugin(entry(host, "", "p"))), Auth::Basic);
    assert_eq!(auth(with_plugin(entry("r.com", "", ""))), Auth::NotEcr("Not a valid ECR registry".to_owned()));
    let config = RegistryMap::new(&[with_plugin(entry(host, "u", "p"))]).kubelet_docker_config(Secrets::Shown);
    assert_eq!(config.as_deref(), Some(r#"{"credHelpers":{"1.dkr.ecr.us-east-1.amazonaws.com":"ecr-login"}}"#));
}

#[test]
fn the_kubelets_config_is_written_as_go_writes_it() {
    let map = RegistryMap::new(&[entry("b<&>", "", ""), with_plugin(entry("c", "", "")), entry("a", "user", "pass")]);
    let config = map.kubelet_docker_config(Secrets::Shown).unwrap();
    let escaped = "b\\u003c\\u0026\\u003e";
    assert_eq!(
        config,
        format!(
            r#"{{"auths":{{"a":{{"auth":"dXNlcjpwYXNz"}},"{escaped}":{{"auth":"Og=="}}}},"credHelpers":{{"c":"ecr-login"}}}}"#
        )
    );
    assert_eq!(RegistryMap::default().kubelet_docker_config(Secrets::Shown), None);
}

#[test]
fn secrets_are_masked() {
    let map = RegistryMap::new(&[entry("a.com", "u", "hunter2"), with_plugin(entry("b.com", "", ""))]);
    let masked = format!("{map:?} {} {:?}", map.to_json(Secrets::Masked), map.kubelet_docker_config(Secrets::Masked));
    for secret in ["hunter2", "wJalr", &STANDARD.encode("u:hunter2")] {
        assert!(!masked.contains(secret), "{secret} in {masked}");
    }
    assert_eq!(map.to_json(Secrets::Masked)["a.com"]["password"], "***");
    assert_eq!(map.to_json(Secrets::Shown)["b.com"]["ecrCredentialPlugin"]["awsSecretAccessKey"], "wJalr");
}
