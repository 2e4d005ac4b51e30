use super::{Example, Facts, Reporter, Rule};
use crate::cluster::value::Value;
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::schema::{Key, Kind, Schema, Type};

pub static RULE: Rule = Rule {
    code: "D103",
    name: "value-without-meaning",
    severity: Severity::Warning,
    summary: "rke accepts the value, but nothing acts on it.",
    why: "Several keys take any text and know only a few values: an unknown DNS provider leaves the cluster without DNS, an unknown cloud provider is handed to the kubelet as it is, any monitoring provider but `none` installs the metrics server, and an effect of a toleration that Kubernetes does not know fails when the add-on is deployed. Source: rke v1.6.3, cluster/addons.go, cluster/defaults.go.",
    examples: &[
        Example {
            before: "\
dns:
  provider: core-dns
            ^^^^^^^^
",
            after: Some(
                "\
dns:
  provider: coredns
",
            ),
        },
        Example {
            before: "\
monitoring:
  provider: metric-server
            ^^^^^^^^^^^^^
",
            after: Some(
                "\
monitoring:
  provider: metrics-server
",
            ),
        },
    ],
    check,
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    walk(Schema::get().root(), &facts.cluster.config, &mut String::new(), reporter);
}

fn walk(ty: &'static Type, value: &Value, path: &mut String, reporter: &mut Reporter<'_>) {
    let length = path.len();
    match &ty.kind {
        Kind::List(item) => {
            for (index, value) in value.items().iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                walk(item, value, path, reporter);
                path.truncate(length);
            }
        }
        Kind::Struct(index) => {
            for field in value.fields() {
                let Some(key) = Schema::get().structure(*index).key(&field.name) else { continue };
                path.push_str(if length == 0 { "" } else { "." });
                path.push_str(key.name);
                look(key, &field.value, path, reporter);
                walk(&key.ty, &field.value, path, reporter);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn look(key: &Key, value: &Value, path: &str, reporter: &mut Reporter<'_>) {
    if key.values.is_empty() || key.values_checked {
        return;
    }
    let written = value.as_text().into_iter().chain(value.items().iter().filter_map(Value::as_text));
    for text in written.filter(|t| !key.values.contains(&t.value.as_str())) {
        let finding = reporter.report(text.span, path, format!("`{}` means nothing to `{}`", text.value, key.name));
        finding.help(format!("known values: {}", key.values.join(", ")));
        let distance = |known: &&&str| strsim::damerau_levenshtein(&known.to_lowercase(), &text.value.to_lowercase());
        if let Some(near) = key.values.iter().min_by_key(distance).filter(|known| distance(known) <= 2) {
            finding.fix(format!("write `{near}`"), Safety::Uncertain, vec![Edit::replace(text.span, *near)]);
        }
    }
}
