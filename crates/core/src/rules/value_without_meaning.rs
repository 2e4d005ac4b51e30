use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::value::{Path, Value};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::schema::{Key, Schema};

pub static RULE: Rule = Rule { code: "D103", name: "value-without-meaning", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
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
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    facts.cluster.config.each_key(Schema::get().root(), &mut |key, field, path| {
        look(key, &field.value, path, facts, reporter);
        true
    });
}

fn look(key: &Key, value: &Value, path: &Path<'_>, facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if key.values.is_empty() || key.values_checked {
        return;
    }
    let written = value.as_text().into_iter().chain(value.items().iter().filter_map(Value::as_text));
    for text in written.filter(|t| !key.values.contains(&t.value.as_str())) {
        let finding =
            reporter.report(text.span, path.to_string(), format!("`{}` means nothing to `{}`", text.value, key.name));
        finding.help(format!("known values: {}", key.values.join(", ")));
        let distance = |known: &&&str| strsim::damerau_levenshtein(&known.to_lowercase(), &text.value.to_lowercase());
        let gone = |known: &str| known == "aws" && facts.aws_is_gone();
        if let Some(near) = key.values.iter().min_by_key(distance).filter(|near| distance(near) <= 2 && !gone(near)) {
            finding.fix(format!("write `{near}`"), Safety::Uncertain, vec![Edit::replace(text.span, *near)]);
        }
    }
}
