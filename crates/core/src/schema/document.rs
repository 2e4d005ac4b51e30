//! The key table as a JSON Schema (draft 2020-12), for editors.
//!
//! It rejects nothing that rke accepts: null stands nearly everywhere, text may look like a number, booleans are those of
//! YAML 1.1, and unknown keys pass. Editors mark those all the same, by a message of deprecation. Values are held to a
//! list where rke refuses all others; what it merely ignores passes.

use serde_json::{Map, Value, json};

use super::assist;
use super::{Key, Kind, Schema, Secret, Struct, Type};

/// What yaml.v2 takes for a boolean beside `true` and `false`, as editors with YAML 1.2 read it: text.
const BOOLEANS: [&str; 22] = [
    "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE", "n", "N", "no", "No", "NO", "off", "Off",
    "OFF", "false", "False", "FALSE",
];
/// Numbers of YAML 1.1 that YAML 1.2 reads as text: underscores, other bases, a leading plus.
const NUMBER: &str = "^[-+]?[0-9.][0-9a-fA-FxobXOB_.+-]*$";
/// rke forgives case and blanks here alone: strategies parted by `|`, and one of them x509.
const STRATEGIES: &str =
    r"^(\s*[wW][eE][bB][hH][oO][oO][kK]\s*\|)*\s*[xX]509\s*(\|\s*([xX]509|[wW][eE][bB][hH][oO][oO][kK])\s*)*$";

pub fn json_schema() -> Value {
    let schema = Schema::get();
    let definitions: Map<String, Value> =
        schema.structs().iter().filter(|s| !s.again).map(|s| (s.name.to_owned(), structure(s))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:drydock:cluster.yml",
        "title": "cluster.yml of RKE1",
        "description": "What rke v1.6.3 reads. Keys that it does not know are dropped without a word.",
        "$ref": format!("#/$defs/{}", schema.root().go),
        "$defs": definitions,
    })
}

fn structure(structure: &'static Struct) -> Value {
    let properties: Map<String, Value> =
        structure.keys.iter().map(|key| (key.name.to_owned(), property(structure, key))).collect();
    let mut properties = Value::Object(properties);
    // A merge of YAML is no key.
    properties["<<"] = json!(true);
    json!({
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": {
            "deprecated": true,
            "deprecationMessage": "rke does not know this key here and drops it",
        },
    })
}

fn property(structure: &'static Struct, key: &'static Key) -> Value {
    let told = assist::of(structure, key);
    let mut property = of_type(&key.ty, key);
    let since = if told.since == "v0.1.0" { String::new() } else { format!(" Since rke {}.", told.since) };
    let default = told.default.as_ref().map_or(String::new(), |default| format!(" Default: {default}."));
    property["description"] = json!(format!("{}{default}{since}", told.meaning));
    if let Some(default) = key.default(None).filter(|_| key.defaults.len() == 1) {
        property["default"] = match key.ty.kind {
            Kind::Text => json!(default),
            // Numbers and booleans are written alike in JSON.
            _ => serde_json::from_str(default).unwrap_or(Value::Null),
        };
    }
    if key.ignored {
        property["deprecated"] = json!(true);
        property["deprecationMessage"] = json!("rke reads this key, but it has no effect");
    }
    if key.secret == Secret::Yes {
        property["writeOnly"] = json!(true);
    }
    property
}

fn of_type(ty: &'static Type, key: &'static Key) -> Value {
    match &ty.kind {
        // Another decoder reads blocks of Kubernetes types, by names that are not in the table.
        Kind::Struct(index) if Schema::get().structure(*index).again => json!({"type": ["object", "null"]}),
        Kind::Struct(index) => json!({"$ref": format!("#/$defs/{}", Schema::get().structure(*index).name)}),
        // An item is no key: nothing is filled in for an empty one.
        Kind::List(item) if key.values_checked && matches!(item.kind, Kind::Text) => {
            json!({"type": ["array", "null"], "items": {"enum": key.values}})
        }
        Kind::List(item) => json!({"type": ["array", "null"], "items": of_type(item, key)}),
        Kind::Map(item) => json!({"type": ["object", "null"], "additionalProperties": of_type(item, key)}),
        Kind::Bool => json!({"anyOf": [{"type": ["boolean", "null"]}, {"enum": BOOLEANS}]}),
        Kind::Int { .. } | Kind::Float => {
            json!({"anyOf": [{"type": ["number", "null"]}, {"type": "string", "pattern": NUMBER}]})
        }
        Kind::Text | Kind::Time => {
            let any = json!({"type": ["string", "number", "boolean", "null"]});
            let values = || key.values.iter().map(|value| json!(value));
            match (key.values_checked, key.values.is_empty()) {
                (true, _) if key.name == "strategy" => {
                    json!({"anyOf": [{"enum": key.values}, {"enum": ["", null]}, {"pattern": STRATEGIES, "type": "string"}]})
                }
                // Empty counts as missing.
                (true, _) => json!({"enum": values().chain([json!(""), Value::Null]).collect::<Vec<_>>()}),
                (false, true) => any,
                (false, false) => json!({"anyOf": [{"enum": key.values}, any]}),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(yaml: &str) -> Vec<String> {
        let validator = jsonschema::draft202012::new(&json_schema()).unwrap();
        let instance: Value = serde_yaml::from_str(yaml).unwrap();
        validator.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    #[test]
    fn the_schema_is_one() {
        assert!(jsonschema::draft202012::meta::is_valid(&json_schema()));
    }

    #[test]
    fn what_rke_accepts_passes() {
        for yaml in [
            "",
            "null\n",
            "nodes:\nservices: {etcd: null, kubelet: {fail_swap_on: yes, extra_args: {v: 2, max-pods: }}}\n",
            "nodes: [{address: 10.0.0.1, port: 22, user: 1000, role: [etcd, worker], labels: {a: true, b: 1.5}}]\n",
            "addon_job_timeout: 1_000\nenable_cri_dockerd: NULL\nssh_agent_auth: On\n",
            "private_registries: [{url: 5000, is_default: n, ecr_credential_plugin: {}, username: x}]\n",
            "authentication: {strategy: 'X509 | webhook'}\nwhatever: [1]\n",
            "ingress: {update_strategy: {strategy: OnDelete}, extra_envs: [{name: A, value: b}], http_port: 0x50}\n",
        ] {
            assert_eq!(faults(yaml), Vec::<String>::new(), "{yaml}");
        }
    }

    #[test]
    fn what_rke_refuses_by_type_fails() {
        for yaml in [
            "nodes: {address: a}\n",
            "nodes: [{role: etcd}]\n",
            "private_registries: [{is_default: 1}]\n",
            "addon_job_timeout: soon\n",
            "network: [canal]\n",
            "cluster_name: {a: b}\n",
        ] {
            assert_eq!(faults(yaml).len(), 1, "{yaml}");
        }
    }

    #[test]
    fn where_rke_refuses_all_values_but_some_the_schema_does() {
        const WRITTEN: &[&str] = &[
            "bogus",
            "null",
            "~",
            "''",
            "' '",
            "1",
            "true",
            "canal",
            "Canal",
            "'canal '",
            "nginx",
            "Nginx",
            "none",
            "None",
            "NONE",
            "x509",
            "X509",
            "'x509 | Webhook'",
            "webhook|x509",
            "webhook",
            "'x509|'",
            "privileged",
            "restricted",
            "Privileged",
            "hostPort",
            "hostNetwork",
            "ClusterFirst",
            "etcd",
            "Etcd",
        ];
        let node = "nodes:\n- {address: a, user: u, role: [controlplane, etcd, worker]}\n";
        let mut both = [0, 0];
        for key in [
            "network: {plugin: V}",
            "ingress: {provider: V}",
            "ingress: {dns_policy: V}",
            "ingress: {network_mode: V}",
            "ingress: {provider: none, network_mode: V}",
            "authentication: {strategy: V}",
            "services: {kube-api: {pod_security_configuration: V}}",
            "- {address: b, user: u, role: [V]}",
        ] {
            for value in WRITTEN {
                let text = format!("{node}{}\n", key.replace('V', value));
                let outcome = crate::check(&text, &Default::default()).outcome;
                let faults = faults(&text);
                assert_eq!(faults.is_empty(), outcome == crate::Outcome::Accepted, "{text}{outcome:?} {faults:?}");
                both[usize::from(faults.is_empty())] += 1;
            }
        }
        assert!(both[0] > 100 && both[1] > 30, "{both:?}");
        let checked = Schema::get().structs().iter().flat_map(|s| &s.keys).filter(|key| key.values_checked);
        assert_eq!(checked.count(), 7, "each such key is tried");
    }

    #[test]
    fn unknown_keys_pass_with_a_message_and_known_ones_are_told() {
        let schema = json_schema();
        let registry = &schema["$defs"]["types.PrivateRegistry"];
        assert_eq!(registry["additionalProperties"]["deprecated"], true);
        assert!(registry["properties"]["password"]["description"].as_str().unwrap().starts_with("Password"));
        assert_eq!(schema["$defs"]["types.BastionHost"]["properties"]["port"]["default"], "22");
        assert_eq!(schema["$defs"]["types.IngressConfig"]["properties"]["http_port"]["default"], 80);
    }
}
