use super::*;

fn masked(text: &str) -> String {
    Redactor::find(text, &Cluster::default()).mask(text).text
}

#[test]
fn keys_that_sound_secret_lose_their_value_even_when_misspelt_or_broken() {
    for (text, want) in [
        ("  password: hunter2 # mine\n", "  password: *** # mine\n"),
        ("- {user: u, pasword: \"a, b\", url: c}\n", "- {user: u, pasword: ***, url: c}\n"),
        ("  aws_secret_access_key: a/b+c\n  : [\n", "  aws_secret_access_key: ***\n  : [\n"),
        ("- AWS_SESSION_TOKEN=abc\n", "- AWS_SESSION_TOKEN=***\n"),
        ("- \"AWS_SESSION_TOKEN=a'b\"\n- TOKEN=c'\n", "- \"AWS_SESSION_TOKEN=***\"\n- TOKEN=***\n"),
        ("- url: https://me:hunter2@host/x\n", "- url: https://me:***@host/x\n"),
        ("- {url: me:hu@host:5000/x, pass: hunter2}\n", "- {url: me:***@host:5000/x, pass: ***}\n"),
        ("p: http://me:a,b(c@host:1/x and b:c@d\n", "p: http://me:***@host:1/x and b:***@d\n"),
        ("- url: u:pp@pp@s@h\n- url: 'https://u:p@p''@h'\n", "- url: u:***@h\n- url: 'https://u:***@h'\n"),
        ("etcd: a.io/x:v1@sha256:0123\nssh: git@host:me/x\n", "etcd: a.io/x:v1@sha256:0123\nssh: git@host:me/x\n"),
        (
            "ssh_key_path: ~/.ssh/id\nssh_key: |\n  a\n\n  b\nport: 1\n",
            "ssh_key_path: ~/.ssh/id\nssh_key: |\n  ***\n\n  ***\nport: 1\n",
        ),
        ("- password: >\n    a\n  user: u\n", "- password: >\n    ***\n  user: u\n"),
        ("x: -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\ny: 1", "***\n***\n***\ny: 1"),
        ("secrets_encryption_config:\n  enabled: true\n", "secrets_encryption_config:\n  enabled: true\n"),
        ("password: ''\n", "password: ''\n"),
        ("password: ab #cd # mine\n", "password: *** # mine\n"),
    ] {
        assert_eq!(masked(text), want, "{text}");
    }
}

#[test]
fn keys_that_the_table_calls_secret_lose_their_value() {
    let text = "services:\n  etcd:\n    key: |\n      one\n      two\n    path: /p\nnetwork:\n  aci_network_provider: {kafka_client_key: hunter22}\n";
    let (cluster, _) = Cluster::lower(&crate::yaml::Document::parse(text).0);
    let redactor = Redactor::find(text, &cluster);
    let masked = text.replace("one\n", "***\n").replace("two\n", "***\n").replace("hunter22", MASK);
    assert_eq!(redactor.mask(text).text, masked);
    assert_eq!(redactor.hide("aci_kafka_client_key = hunter22"), "aci_kafka_client_key = ***");
}

#[test]
fn a_text_that_is_read_again_has_its_scalars_in_quotes() {
    for (text, want) in [
        (
            "password: abc # mine\n- {token: abc, secret: 'a b'}",
            "password: '***' # mine\n- {token: '***', secret: '***'}",
        ),
        ("- \"TOKEN=abc\"\n- TOKEN=abc\n", "- \"TOKEN=***\"\n- TOKEN=***\n"),
        ("url: https://me:abc@host\n", "url: https://me:***@host\n"),
        ("ssh_key: |\n  abc\n  def\n", "ssh_key: |\n  ***\n  ***\n"),
        (
            "# key: |\n#   -----BEGIN PRIVATE KEY-----\n#\n#   abc\n#   -----END PRIVATE KEY-----\n",
            "# key: |\n#   ***\n#\n#   ***\n#   ***\n",
        ),
        ("x: '{\"token\":\"abc\", token: abc}'\n", "x: '{\"token\":\"***\", token: ***}'\n"),
    ] {
        let secrets = Redactor::find(text, &Cluster::default());
        let masked = secrets.mask_scalars(text);
        assert_eq!(masked.text, want, "{text}");
        assert!(secrets.occur_in(text) && !secrets.occur_in(&masked.text), "{text}");
    }
}

#[test]
fn places_follow_the_masks() {
    let text = "password: hunter2hunter2\nurl: x\n";
    let quoted = Redactor::find(text, &Cluster::default()).mask_scalars(text);
    assert_eq!(&quoted.text[quoted.span(Span::new(25, 28)).range()], "url");
    let masked = Redactor::find(text, &Cluster::default()).mask(text);
    let url = text.find("url").unwrap();
    let at = |span: Span| &masked.text[masked.span(span).range()];
    assert_eq!(at(Span::new(url, url + 3)), "url");
    assert_eq!(at(Span::new(0, 8)), "password");
    assert_eq!(at(Span::new(10, 24)), MASK);
    assert_eq!(at(Span::new(14, 16)), MASK);
}

#[test]
fn messages_lose_the_values_and_keep_short_words() {
    let secrets = Redactor::find("password: hunter2\ntoken: in\n", &Cluster::default());
    assert_eq!(secrets.hide("`hunter2` in line 1"), "`***` in line 1");
}

#[test]
fn an_address_is_told_without_its_password() {
    for (address, want) in [
        ("u:pppppppppppp@s@h", "u:***@h"),
        ("https://u:a,b@h/x", "https://u:***@h/x"),
        ("`u:p@h/x` of `u:p@h`", "`u:***@h/x` of `u:***@h`"),
        ("a:1@sha256:0f", "a:1@sha256:0f"),
        ("@:@", "@:@"),
    ] {
        let mut told = address.to_owned();
        hide_login(&mut told);
        assert_eq!(told, want);
    }
}
