//! One line a trap of rke's decoder, each with its answer as rke v1.6.3 gave it.

use drydock_core::plan::Options;
use drydock_core::{Checked, Outcome, check};

const NODE: &str = "nodes:\n- {address: 10.1.0.1, user: rke, role: [controlplane, etcd, worker]}\n";

fn checked(rest: &str) -> Checked {
    check(&format!("{NODE}{rest}"), &Options::default())
}

/// Holds that rke stops with this text behind `Failed to parse cluster file: `.
fn refused(rest: &str, error: &str) {
    let Outcome::Refused { error: found, .. } = checked(rest).outcome else { panic!("accepted: {rest}") };
    assert_eq!(found.strip_prefix("Failed to parse cluster file: "), Some(error), "{rest}");
}

fn mismatch(rest: &str, error: &str) {
    refused(rest, &format!("yaml: unmarshal errors:\n  {error}"));
}

#[test]
fn a_tag_makes_a_null_a_text_for_which_a_pointer_is_allocated() {
    let webhook = |value: &str| format!("authentication:\n  webhook: {value}\n");
    mismatch(&webhook("!!str null"), "line 4: cannot unmarshal !!str `null` into types.AuthWebhookConfig");
    mismatch(&webhook("'null'"), "line 4: cannot unmarshal !!str `null` into *types.AuthWebhookConfig");
    mismatch(&webhook("!!str ~"), "line 4: cannot unmarshal !!str `~` into types.AuthWebhookConfig");
}

#[test]
fn a_merge_sign_as_a_value_is_text() {
    mismatch("ssh_agent_auth: !!map <<", "line 3: cannot unmarshal !!map<< into bool");
    mismatch("ssh_agent_auth: <<", "line 3: cannot unmarshal !!str `<<` into bool");
}

#[test]
fn a_key_in_base64_is_the_key_it_decodes_to() {
    let version = |key: &str| checked(&format!("{key}: v1.29.9-rancher1-1")).plan.kubernetes_version;
    assert_eq!(version("!!binary a3ViZXJuZXRlc192ZXJzaW9u"), "v1.29.9-rancher1-1");
    assert_ne!(version("a3ViZXJuZXRlc192ZXJzaW9u"), "v1.29.9-rancher1-1");
}

#[test]
fn a_name_is_compared_as_go_folds_letters() {
    let environment = "error parsing ingress config: [parseIngressExtraEnv] error unmarshaling ingress config extraEnvs: \
                       json: cannot unmarshal number into Go struct field ";
    let value_from = |rest: &str| format!("ingress: {{extra_envs: [{{name: a, valueFrom: {{{rest}}}}}]}}\n");
    let selector = format!("{environment}EnvVarSource.valueFrom.secretKeyRef of type v1.SecretKeySelector");
    for name in
        ["secretKeyRef", "SECRETKEYREF", "\u{17f}ecretKeyRef", "secret\u{212a}eyRef", "\u{17f}ECRET\u{212a}EYREF"]
    {
        refused(&value_from(&format!("{name}: 1")), &selector);
    }
    let key = format!("{environment}SecretKeySelector.valueFrom.secretKeyRef.key of type string");
    refused(&value_from("secretKeyRef: {\u{212a}ey: 1}"), &key);
    // Another letter that looks alike is no such letter.
    assert_eq!(checked(&value_from("\u{455}ecretKeyRef: 1")).outcome, Outcome::Accepted);

    // What a Kubernetes object says it is, is folded; its other fields are not, nor the keys of rke's own types.
    let admission = |rest: &str| format!("services: {{kube-api: {{admission_configuration: {{{rest}}}}}}}\n");
    let version = "apiVer\u{17f}ion: apiserver.config.k8s.io/v1";
    let accepted = admission(&format!("{version}, \u{212a}ind: AdmissionConfiguration, plugin\u{17f}: 1"));
    assert_eq!(checked(&accepted).outcome, Outcome::Accepted);
    let number = "error parsing admission config: error decoding data: couldn't get version/kind; json parse error: json: \
                  cannot unmarshal number into Go struct field .kind of type string";
    refused(&admission(&format!("{version}, \u{212a}ind: 1")), number);
    assert_eq!(checked("service\u{17f}: 1\n").outcome, Outcome::Accepted);
}

#[test]
fn a_syntax_error_far_below_is_found() {
    let error = "error unmarshalling clusterfile: error converting YAML to JSON: yaml: line 3: did not find expected \
                 node content";
    refused(&format!("x: {}\n", "[".repeat(300)), error);
    assert_eq!(checked(&format!("x: {}{}\n", "[".repeat(300), "]".repeat(300))).outcome, Outcome::Accepted);
    let too_deep =
        "error unmarshalling clusterfile: error converting YAML to JSON: yaml: line 3: exceeded max depth of 10000";
    refused(&format!("x: {}", "[".repeat(12_000)), too_deep);
}

#[test]
fn what_json_cannot_hold_is_refused_only_where_it_counts() {
    let to_json = |error: &str| format!("error unmarshalling clusterfile: error converting YAML to JSON: {error}");
    refused("b: .inf\na: -.inf\n", &to_json("json: unsupported value: -Inf"));
    refused("a: {b: 1, <<: {b: .inf}}\n", &to_json("json: unsupported value: +Inf"));
    let null_key = "Unsupported map key of type: %!s(<nil>), key: <nil>, value: +Inf";
    refused("a: .nan\nx: {~: .inf}\n", &to_json(null_key));
    for overwritten in ["a: .inf\na: 1", "a: {~: 1}\na: 2", "a: {<<: {b: .inf}, b: 1}", ".inf: 1"] {
        assert_eq!(checked(overwritten).outcome, Outcome::Accepted, "{overwritten}");
    }
}

#[test]
fn nesting_ends_where_the_decoders_of_rke_end_it() {
    let to_json =
        |error: &str| format!("error unmarshalling clusterfile: error converting YAML to JSON: yaml: {error}");
    let nested = |levels: usize, inside: &str| format!("{}{inside}{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(checked(&format!("x: {}\ny: *deep\n", nested(300, "&deep {a: b}"))).outcome, Outcome::Accepted);
    let json = "error unmarshalling clusterfile: error unmarshaling JSON: invalid character '[' exceeded max depth";
    refused(&format!("x: {}\n", nested(10_000, "a")), json);
    // Each alias stands for all that is nested in it.
    let mut chain = format!("a0: &a0 {}\n", nested(190, "x"));
    for link in 1..60 {
        chain += &format!("a{link}: &a{link} {}\n", nested(190, &format!("*a{}", link - 1)));
    }
    refused(&chain, json);
    let key = to_json("invalid map key: map[interface {}]interface {}{\"a\":interface {}(nil)}");
    refused(&format!("x: {}a{}\n", "{? ".repeat(300), "}".repeat(300)), &key);
}

#[test]
fn a_collection_as_a_key_is_refused_and_an_empty_one_forgotten() {
    let to_json =
        |error: &str| format!("error unmarshalling clusterfile: error converting YAML to JSON: yaml: {error}");
    let typed = "invalid map key: map[interface {}]interface {}{\"b\":1, 0xffffffffffffffff:\"x\", 2:\"w\", 1e+06:\"z\", true:interface {}(nil)}";
    refused("? {yes: ~, 1e6: z, 2: w, 18446744073709551615: x, b: 1}\n: c\n", &to_json(typed));
    refused("? {}\n: c\n", &to_json("invalid map key: map[interface {}]interface {}{}"));
    refused("{}: c\n", &to_json("line 2: did not find expected key"));
    refused("x: {a: {}, []: b}\n", &to_json("line 2: did not find expected ',' or '}'"));
    refused("x: [a, [{}: b]]\n", &to_json("invalid map key: map[interface {}]interface {}{}"));
    refused("x:\n- {}: b\n", &to_json("line 3: did not find expected key"));
    let document = check("{}: {a: *nowhere}\n", &Options::default());
    assert_eq!(document.outcome, Outcome::Accepted, "the document ends behind the braces");
}

#[test]
fn behind_two_marks_lines_lose_their_first_letter() {
    let marked = |text: &str| check(&format!("\u{feff}\u{feff}{text}"), &Options::default());
    assert_eq!(marked("# c\nkubernetes_version: 1\n").outcome, Outcome::Accepted, "`ubernetes_version` is ignored");
    let Outcome::Refused { error, .. } = marked(NODE).outcome else { panic!("accepted") };
    assert!(error.ends_with("line 2: cannot unmarshal !!map into []types.RKEConfigNode"), "{error}");
    // What stands behind the first 512 bytes is read whole.
    let far = format!("{{x: '{}',\n  kubernetes_version: 1}}\n", "y".repeat(600));
    assert!(matches!(marked(&far).outcome, Outcome::Refused { .. }));
}
