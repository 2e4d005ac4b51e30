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
    mismatch("ssh_agent_auth: <<", "line 3: cannot unmarshal !!str `<<` into bool");
}

#[test]
fn a_key_in_base64_is_the_key_it_decodes_to() {
    let version = |key: &str| checked(&format!("{key}: v1.29.9-rancher1-1")).plan.kubernetes_version;
    assert_eq!(version("!!binary a3ViZXJuZXRlc192ZXJzaW9u"), "v1.29.9-rancher1-1");
    assert_ne!(version("a3ViZXJuZXRlc192ZXJzaW9u"), "v1.29.9-rancher1-1");
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
