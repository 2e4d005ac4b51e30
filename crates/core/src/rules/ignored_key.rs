use super::{Example, Facts, Reporter, Rule};
use crate::cluster::value::{Field, Shape, Value};
use crate::diagnostic::Severity;
use crate::schema::{Kind, Schema, Type};

pub static RULE: Rule = Rule {
    code: "D102",
    name: "ignored-key",
    severity: Severity::Note,
    summary: "rke decodes the key and then makes no use of it.",
    why: "Some keys are read and overwritten: images of `services` come from `system_images`, `ssh_agent_auth` of a node from the top level, `ignore_docker_version` from the command line flag. Windows arguments concern only Rancher. Source: rke v1.6.3, cluster/defaults.go:227 and 362, cmd/common.go:57.",
    examples: &[Example {
        before: "\
services:
  etcd:
    image: rancher/mirrored-coreos-etcd:v3.5.12
    ^^^^^
",
        after: None,
    }],
    check,
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let schema = Schema::get();
    walk(schema.root(), &facts.cluster.config, &mut String::new(), reporter);
}

fn walk(ty: &'static Type, value: &Value, path: &mut String, reporter: &mut Reporter<'_>) {
    match &ty.kind {
        Kind::List(item) => {
            for (index, value) in value.items().iter().enumerate() {
                let length = path.len();
                path.push_str(&format!("[{index}]"));
                walk(item, value, path, reporter);
                path.truncate(length);
            }
        }
        Kind::Struct(index) => {
            let structure = Schema::get().structure(*index);
            for field in value.fields() {
                let Some(key) = structure.key(&field.name) else { continue };
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key.name);
                if key.ignored && says_something(&field.value) {
                    report(field, path, reporter);
                } else {
                    walk(&key.ty, &field.value, path, reporter);
                }
                path.truncate(length);
            }
        }
        _ => {}
    }
}

/// Generated files hold every key; empty ones mean nothing.
fn says_something(value: &Value) -> bool {
    !matches!(&value.shape, Shape::Nil | Shape::Bool(false))
        && value.shape != Shape::Text(String::new())
        && !(value.items().is_empty()
            && value.fields().is_empty()
            && matches!(value.shape, Shape::List(_) | Shape::Fields(_)))
}

fn report(field: &Field, path: &str, reporter: &mut Reporter<'_>) {
    let finding = reporter.report(field.key, path, format!("`{}` has no effect here", field.name));
    if let Some(help) = instead(path) {
        finding.help(help);
    }
}

fn instead(path: &str) -> Option<&'static str> {
    Some(match path.rsplit('.').next()? {
        "image" if path == "services.etcd.image" => "set `system_images.etcd`",
        "image" => "set `system_images.kubernetes`",
        "ssh_agent_auth" => "set `ssh_agent_auth` at the top level",
        "ignore_docker_version" => "call rke with `--ignore-docker-version`",
        _ => return None,
    })
}
