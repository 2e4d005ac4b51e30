use super::*;

fn config(text: &str) -> DockerConfig {
    DockerConfig { path: PathBuf::from("config.json"), contents: parse(text.as_bytes()).unwrap() }
}

fn basic(user: &str, password: &str) -> Option<Result<Credential, String>> {
    Some(Ok(Credential::Basic { user: user.to_owned(), password: Secret::new(password) }))
}

#[test]
fn keys_of_every_age_name_their_host() {
    for (key, host, repository, fits) in [
        ("r.example", "r.example", "a/b", true),
        ("https://r.example/v1/", "r.example", "a/b", true),
        ("http://r.example:5000/v2/", "r.example:5000", "a", true),
        ("R.example", "r.example", "a", true),
        ("r.example:5000", "r.example", "a", false),
        ("https://index.docker.io/v1/", "docker.io", "library/a", true),
        ("docker.io", "registry-1.docker.io", "library/a", true),
        ("r.example/a", "r.example", "a/b", true),
        ("r.example/a", "r.example", "ab/c", false),
        ("example", "r.example", "a", false),
    ] {
        assert_eq!(names(key, host, repository), fits, "{key} for {host}/{repository}");
    }
}

#[test]
fn every_kind_of_entry_is_read() {
    let config = config(
        r#"{"HttpHeaders": {"X": "y"}, "psFormat": 1, "auths": {
            "a.example": {"auth": "dTpwOnc="},
            "padding.example": {"auth": "dTpwOnc"},
            "nul.example": {"auth": "dTpwAAA="},
            "plain.example": {"username": "u", "password": "p"},
            "identity.example": {"auth": "dTo=", "identitytoken": "t"},
            "bearer.example": {"registrytoken": "b"},
            "empty.example": {}, "null.example": null, "email.example": {"email": "e"},
            "broken.example": {"auth": "%%%"}, "colonless.example": {"auth": "dXA="}}}"#,
    );
    assert_eq!(config.login("a.example", "x"), basic("u", "p:w"), "the password may hold a colon");
    assert_eq!(config.login("padding.example", "x"), basic("u", "p:w"));
    assert_eq!(config.login("nul.example", "x"), basic("u", "p"));
    assert_eq!(config.login("plain.example", "x"), basic("u", "p"));
    assert_eq!(config.login("identity.example", "x"), Some(Ok(Credential::IdentityToken(Secret::new("t")))));
    assert_eq!(config.login("bearer.example", "x"), Some(Ok(Credential::Bearer(Secret::new("b")))));
    for none in ["empty.example", "null.example", "email.example", "other.example"] {
        assert_eq!(config.login(none, "x"), None, "{none}");
    }
    for broken in ["broken.example", "colonless.example"] {
        let why = config.login(broken, "x").unwrap().unwrap_err();
        assert_eq!(why, format!("auth of `{broken}` is no base64 of user:password"));
    }
}

#[test]
fn the_longest_path_counts_and_helpers_of_a_host_come_before_the_store() {
    let config = config(
        r#"{"auths": {"r.example": {"auth": "aG9zdDpw"}, "r.example/team": {"auth": "dGVhbTpw"}},
            "credHelpers": {"r.example": "one"}, "credsStore": "all"}"#,
    );
    assert_eq!(config.login("r.example", "team/x"), basic("team", "p"));
    assert_eq!(config.login("r.example", "teams/x"), basic("host", "p"));
    assert_eq!(config.helpers("r.example"), ["one", "all"]);
    assert_eq!(config.helpers("docker.io"), ["all"]);
}

#[test]
fn what_is_no_config_is_told_by_its_place_never_by_its_text() {
    for text in [
        r#"{"auths": "canary-password"}"#,
        "{\"auths\":\n {\"r\": {\"auth\": canary",
        "7",
        r#"{"auths": {"r": "canary"}}"#,
    ] {
        let why = parse(text.as_bytes()).err().unwrap();
        assert!(why.starts_with("is not what docker writes, line ") && !why.contains("canary"), "{why}");
    }
    for empty in ["", " \n", "{}", r#"{"auths": null, "credHelpers": null, "credsStore": ""}"#, "\u{feff}{}"] {
        let contents = parse(empty.as_bytes()).unwrap();
        assert!(contents.auths.is_none(), "{empty:?}");
    }
}
