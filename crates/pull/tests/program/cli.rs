//! Checking and explaining, arguments and input.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use expect_test::expect;
use serde_json::Value;

use super::{command, finish, folder, json, pull};

const ACCEPTED: &str = include_str!("../../../../tests/samples/two-registries.yml");
const BROKEN: &str = include_str!("../../../../tests/samples/broken.yml");
const IGNORED: &str = include_str!("../../../../tests/samples/ecr-plugin-ignored.yml");
const SECRETS: [&str; 5] =
    ["AKIACANARYCANARY", "canary-secret-key", "canary-session-token", "canary-password", "bW92ZXI6Y2FuYXJ5"];

#[test]
fn check_shows_carets_counts_on_stderr_and_answers_by_exit_code() {
    let folder = folder(&[("cluster.yml", BROKEN)]);
    let run = pull(folder.path(), &["check"]);
    assert_eq!(run.code, 1);
    expect![[r#"
        error[D001]: YAML syntax: found a tab character that violates indentation
         --> cluster.yml:4:1
          |
        4 |     user: ubuntu
          | ^^^^
          |
          = rke stops with: Failed to parse cluster file: error unmarshalling clusterfile: error converting YAML to JSON: yaml: line 4: found a tab character that violates indentation
          = help: a tab cannot indent YAML: use blanks
          = fix: replace tabs at the start of lines by blanks (--fix --unsafe-fixes; may change what was meant)

    "#]].assert_eq(&run.stdout);
    expect![[r#"
        1 error
    "#]]
    .assert_eq(&run.stderr);
    let quiet = pull(folder.path(), &["check", "-q"]);
    assert_eq!((quiet.code, quiet.stdout, quiet.stderr.as_str()), (1, run.stdout, ""));
}

#[test]
fn the_file_is_rkes_default_a_name_or_standard_input() {
    let folder = folder(&[("other.yml", BROKEN)]);
    let mut by_variable = command(folder.path(), &["check", "--format", "json"]);
    by_variable.env("RKE_CONFIG", "other.yml");
    assert_eq!(json(&finish(by_variable, b"").stdout)["files"][0]["path"], "other.yml");
    let missing = pull(folder.path(), &["check"]);
    assert_eq!(missing.code, 2);
    expect![[r#"
        error: cannot read cluster.yml: No such file or directory (os error 2)
        help: name a file, set RKE_CONFIG, or give `-` for standard input
    "#]]
    .assert_eq(&missing.stderr);
    let piped = finish(command(folder.path(), &["check", "--format", "json", "-"]), BROKEN.as_bytes());
    assert_eq!(piped.code, 1);
    assert_eq!(json(&piped.stdout)["files"][0]["path"], "-");
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let folder = folder(&[("broken.yml", BROKEN)]);
    let run = pull(folder.path(), &["check", "--format", "json", "missing.yml", "broken.yml"]);
    assert_eq!(run.code, 2);
    assert_eq!(json(&run.stdout)["files"].as_array().map(Vec::len), Some(1));
    assert!(run.stderr.contains("cannot read missing.yml"), "{}", run.stderr);
}

#[test]
fn json_has_the_fields_of_the_contract() {
    let folder = folder(&[("cluster.yml", BROKEN)]);
    let run = pull(folder.path(), &["check", "--format", "json"]);
    let report = json(&run.stdout);
    assert_eq!(report["version"], 1);
    let file = &report["files"][0];
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    expect!["path rke findings"].assert_eq(&keys(file));
    expect!["rke kubernetes_version outcome stage error hostcount_error registries kubelet_docker_config"]
        .assert_eq(&keys(&file["rke"]));
    let finding = &file["findings"][0];
    expect!["code name severity message at start end related help url rke_error stops_rke fixes"]
        .assert_eq(&keys(finding));
    assert_eq!(finding["stops_rke"], true);
    assert_eq!(finding["rke_error"], file["rke"]["error"]);
    let offset = usize::try_from(finding["start"]["offset"].as_u64().unwrap()).unwrap();
    let line = BROKEN[..offset].matches('\n').count() + 1;
    assert_eq!(finding["start"]["line"], line);
}

#[test]
fn ignored_rules_do_not_count_and_unknown_ones_are_an_error() {
    let folder = folder(&[("cluster.yml", BROKEN)]);
    let run = pull(folder.path(), &["check", "--ignore", "d001"]);
    assert!(!run.stdout.contains("D001"), "{}", run.stdout);
    let run = pull(folder.path(), &["check", "--ignore", "D001,yaml-sintax"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.stderr, "error: no rule `yaml-sintax`; did you mean `yaml-syntax`?\n");
}

#[test]
fn explain_says_what_rke_does_and_hides_secrets_unless_asked() {
    let folder = folder(&[("a.yml", ACCEPTED), ("b.yml", BROKEN)]);
    let run = pull(folder.path(), &["explain", "--format", "jsonl", "--show-secrets", "a.yml", "b.yml"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let records: Vec<Value> = run.stdout.lines().map(json).collect();
    let registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
    assert_eq!(records[0]["outcome"], "ok");
    assert_eq!(
        records[0]["registries"][registry]["ecrCredentialPlugin"],
        serde_json::json!({
            "awsAccessKeyId": "AKIACANARYCANARY",
            "awsSecretAccessKey": "canary-secret-key",
            "awsAccessToken": "canary-session-token",
        })
    );
    assert_eq!(
        records[0]["system_images"]["etcd"],
        serde_json::json!({
            "image": format!("{registry}/rancher/mirrored-coreos-etcd:v3.5.12"),
            "registry": registry, "auth": true, "error": null,
        })
    );
    assert_eq!(records[0]["kubelet_docker_config"]["credHelpers"][registry], "ecr-login");
    assert_eq!((&records[1]["outcome"], &records[1]["stage"]), (&"error".into(), &"parse".into()));
    let older =
        pull(folder.path(), &["explain", "--format", "jsonl", "--kubernetes-version", "v1.27.16-rancher1-1", "a.yml"]);
    assert_eq!(json(&older.stdout)["kubernetes_version"], "v1.27.16-rancher1-1");
}

#[test]
fn no_command_shows_a_secret_unless_asked() {
    // The missing bracket leaves nothing but the shape of the lines to go by.
    let unreadable = format!("x: [\n{ACCEPTED}");
    let folder = folder(&[("a.yml", ACCEPTED), ("b.yml", &unreadable), ("c.yml", BROKEN), ("d.yml", IGNORED)]);
    for arguments in [
        &["check", "-v", "a.yml", "b.yml", "c.yml", "d.yml"][..],
        &["check", "--format", "json", "a.yml", "b.yml", "c.yml", "d.yml"],
        &["check", "--diff", "--unsafe-fixes", "a.yml", "b.yml", "c.yml", "d.yml"],
        &["explain", "a.yml", "b.yml", "d.yml"],
        &["explain", "--format", "jsonl", "a.yml", "b.yml", "d.yml"],
        &["explain", "--effective", "a.yml", "b.yml", "d.yml"],
        &["explain", "--image", "registry.example.com:5000/rancher/rke-tools:v0.1.103", "--format", "jsonl", "a.yml"],
        &["images", "--format", "table", "a.yml"],
        &["images", "--format", "json", "--all", "a.yml"],
        &["generate", "--all", "-o", "out", "a.yml"],
    ] {
        let run = pull(folder.path(), arguments);
        let mut said = run.stdout + &run.stderr;
        for file in fs::read_dir(folder.path().join("out")).into_iter().flatten() {
            said += &fs::read_to_string(file.unwrap().path()).unwrap();
        }
        for secret in SECRETS {
            assert!(!said.contains(secret), "{secret} after {arguments:?}:\n{said}");
        }
    }
}

#[test]
fn explain_shows_the_file_as_rke_sees_it_and_pulls_one_image_in_words() {
    let folder = folder(&[("cluster.yml", ACCEPTED)]);
    let yaml = pull(folder.path(), &["explain", "--effective"]).stdout;
    for line in ["  port: \"22\"", "  plugin: canal", "    cluster_dns_server: 10.43.0.10", "  password: '***'"] {
        assert!(yaml.lines().any(|told| told == line), "{line} in:\n{yaml}");
    }
    let shown = pull(folder.path(), &["explain", "--effective", "--show-secrets"]).stdout;
    assert!(shown.contains("  password: canary-password\n"), "{shown}");
    let image = "registry.example.com:5000/rancher/rke-tools:v0.1.103";
    let told = pull(folder.path(), &["explain", "--image", image]);
    expect![[r#"
        registry.example.com:5000/rancher/rke-tools:v0.1.103
          The registry `registry.example.com:5000` is asked for `rancher/rke-tools`.
          It is `system_images.alpine` of this cluster, for: every node.
          rke drops the tag and the last two parts of the path, and looks for `registry.example.com:5000`: it sends user and password, as `private_registries[1]` says.
          The kubelet, for pods, compares host and start of the path: it uses user and password of `private_registries[1]`.
    "#]]
    .assert_eq(&told.stdout);
    let object = json(&pull(folder.path(), &["explain", "--image", image, "--format", "jsonl"]).stdout);
    assert_eq!((&object["rke"]["entry"], &object["kubelet"]["sends"]), (&Value::from(1), &Value::from("login")));
    let schema = json(&pull(folder.path(), &["schema"]).stdout);
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn images_are_those_of_the_cluster_or_all_of_the_version() {
    let folder = folder(&[("cluster.yml", ACCEPTED), ("broken.yml", BROKEN)]);
    let needed = pull(folder.path(), &["images"]);
    assert_eq!(needed.code, 0, "{}", needed.stderr);
    expect![[r#"
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-coreos-etcd:v3.5.12
        registry.example.com:5000/rancher/rke-tools:v0.1.103
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/rke-tools:v0.1.103
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-coredns-coredns:1.11.1
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-cluster-proportional-autoscaler:v1.8.9
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/hyperkube:v1.30.5-rancher1
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-calico-node:v3.28.1
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/calico-cni:v3.28.1-rancher1
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-calico-kube-controllers:v3.28.1
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-flannel-flannel:v0.25.1
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-pause:3.7
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/nginx-ingress-controller:nginx-1.11.2-rancher1
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-ingress-nginx-kube-webhook-certgen:v1.4.1
        123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-metrics-server:v0.7.1
    "#]]
    .assert_eq(&needed.stdout);
    let all = pull(folder.path(), &["images", "--all"]);
    // As `rke config --system-images --version v1.30.5-rancher1-1` of rke v1.6.3 prints.
    assert_eq!(all.stdout.lines().count(), 26);
    assert!(
        all.stdout.starts_with("rancher/mirrored-coreos-etcd:v3.5.12\nrancher/rke-tools:v0.1.103\n"),
        "{}",
        all.stdout
    );
    let rows = json(&pull(folder.path(), &["images", "--format", "json"]).stdout);
    expect![[r#"
        {
          "key": "etcd",
          "image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/rancher/mirrored-coreos-etcd:v3.5.12",
          "upstream": "rancher/mirrored-coreos-etcd:v3.5.12",
          "source": "default-registry",
          "registry": "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
          "auth": true,
          "error": null,
          "needed_for": [
            "etcd nodes"
          ]
        }"#]]
    .assert_eq(&format!("{:#}", rows[0]));
    let table = pull(folder.path(), &["images", "--format", "table"]).stdout;
    let columns: Vec<_> = table.lines().next().unwrap().split("  ").filter(|cell| !cell.is_empty()).collect();
    assert_eq!(columns.len(), 5, "{table}");

    let refused = pull(folder.path(), &["images", "broken.yml"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    let empty = tempfile::tempdir().unwrap();
    let without_file = pull(empty.path(), &["images", "--all", "--kubernetes-version", "v1.30.5-rancher1-1"]);
    assert_eq!(without_file.stdout, all.stdout);
    assert_eq!(pull(empty.path(), &["images", "--all", "--kubernetes-version", "v1.99.0"]).code, 2);
}

#[test]
fn bad_input_gets_a_clear_answer_in_bounded_time() {
    let empty = tempfile::tempdir().unwrap();
    let bomb: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
    let large = format!("a: &a0 1\n{}", "nodes: [x]\n".repeat(900_000));
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("binary", (0..=255).cycle().skip(128).take(50_000).collect(), "is not UTF-8: byte 0x80 at offset 0"),
        ("late", b"a: 1\nb: \xff\n".to_vec(), "standard input is not UTF-8: byte 0xff at offset 8"),
        ("odd", b"\xff\xfea\0b".to_vec(), "is not UTF-16: byte 0x62 at offset 4"),
        ("ten megabytes", large.into_bytes(), "standard input is larger than 8 MiB"),
        ("zeros", vec![0; 1000], ""),
        ("deep", "[".repeat(200_000).into_bytes(), ""),
        ("deep blocks", "- ".repeat(200_000).into_bytes(), ""),
        ("bomb", format!("a0: &a0 x\n{bomb}").into_bytes(), ""),
    ];
    for (name, bytes, want) in cases {
        let started = Instant::now();
        let run = finish(command(empty.path(), &["check", "-"]), bytes);
        assert!(started.elapsed() < Duration::from_secs(10), "{name}: {:?}", started.elapsed());
        let wanted_code = if want.is_empty() { 1 } else { 2 };
        let said = &run.stderr[..run.stderr.len().min(300)];
        assert_eq!(run.code, wanted_code, "{name}: {said}");
        assert!(run.stderr.contains(want), "{name}: {said}");
    }
}

#[test]
fn utf16_with_a_byte_order_mark_is_read_as_rke_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = "\u{feff}".encode_utf16().chain(ACCEPTED.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("cluster.yml"), bytes).unwrap();
    let run = pull(folder.path(), &["explain", "--format", "jsonl"]);
    assert_eq!(json(&run.stdout)["outcome"], "ok", "{}", run.stdout);
}

#[test]
fn colours_follow_the_flag_and_a_pipe_has_none() {
    let folder = folder(&[("cluster.yml", BROKEN)]);
    assert!(!pull(folder.path(), &["check"]).stdout.contains('\u{1b}'));
    assert!(pull(folder.path(), &["check", "--color", "always"]).stdout.contains('\u{1b}'));
    assert!(!pull(folder.path(), &["check", "--color", "never"]).stdout.contains('\u{1b}'));
}

#[test]
fn a_rule_has_a_page_by_code_and_by_name() {
    let empty = tempfile::tempdir().unwrap();
    let page = pull(empty.path(), &["rule", "D001"]);
    assert!(page.stdout.starts_with("# D001 yaml-syntax\n"), "{}", page.stdout);
    assert!(page.stdout.contains("\n## Why\n") && page.stdout.contains("```yaml\n"), "{}", page.stdout);
    assert_eq!(pull(empty.path(), &["rule", "yaml-syntax"]).stdout, page.stdout);
    let list = pull(empty.path(), &["rule"]).stdout;
    assert_eq!(list.lines().count(), drydock_core::rules::RULES.len());
    assert_eq!(pull(empty.path(), &["rule", "D999x"]).code, 2);
}

#[test]
fn help_version_completions_and_man_page_come_from_one_definition() {
    let empty = tempfile::tempdir().unwrap();
    expect![[r#"
        pull 0.1.0 (rke v1.6.3, metadata of 2024-10-04)
    "#]]
    .assert_eq(&pull(empty.path(), &["--version"]).stdout);
    for arguments in [&["completions", "bash"][..], &["completions", "zsh"], &["completions", "fish"], &["man"]] {
        let run = pull(empty.path(), arguments);
        assert!(run.code == 0 && run.stdout.contains("explain"), "{arguments:?}: {}", run.stderr);
    }
    assert_eq!(pull(empty.path(), &["chek"]).code, 2);
    assert_eq!(pull(empty.path(), &["check", "--format", "xml"]).code, 2);
}

/// Where the shared corpus lies beside the repository: the agreement with the real rke that this slice promises.
fn corpus() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    shared.is_dir().then_some(shared)
}

#[test]
fn what_is_read_from_real_files_agrees_with_the_real_rke() {
    let Some(corpus) = corpus() else { return };
    let recorded = fs::read_to_string(corpus.join("rke-v1.6.3.jsonl")).unwrap();
    let accepted: Vec<Value> = recorded.lines().map(json).filter(|answer| answer["error"].is_null()).collect();
    let names: Vec<String> =
        accepted.iter().map(|answer| format!("{}.yml", answer["name"].as_str().unwrap())).collect();
    let mut arguments = vec!["explain", "--format", "jsonl", "--rke", "v1.6.3", "--show-secrets"];
    arguments.extend(names.iter().map(String::as_str));
    let run = pull(&corpus, &arguments);
    let records: Vec<Value> = run.stdout.lines().map(json).collect();
    assert_eq!(records.len(), accepted.len(), "{}", run.stderr);
    for (want, got) in accepted.iter().zip(&records) {
        assert_eq!(got["outcome"], "ok", "{}: {}", want["name"], got["error"]);
        assert_eq!(got["kubernetes_version"], want["kubernetes_version"], "{}", want["name"]);
        for (key, image) in want["system_images"].as_object().unwrap() {
            let ours = &got["system_images"][key];
            let named = |answer: &Value| {
                let image = answer["image"].as_str().unwrap_or_default().to_owned();
                (image, answer["auth"] == true, answer["error"].as_str().map(str::to_owned))
            };
            assert_eq!(named(ours), named(image), "{} {key}", want["name"]);
        }
    }
}
