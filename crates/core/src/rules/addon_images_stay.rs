use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D407", name: "addon-images-stay", severity: Severity::Note, check };

pub static DOC: Doc = Doc {
    summary: "Images in `addons` are never rewritten to the default registry.",
    why: "rke hands the text of `addons` to kubectl as it stands: a default registry changes only the system images. In an air gap these images must be reachable under the names written here. Source: rke v1.6.3, cluster/addons.go; https://github.com/rancher-archives/rke/issues/2532.",
    examples: &[Example {
        before: "\
private_registries:
- url: registry.example.com
  is_default: true
addons: |-
  apiVersion: v1
  kind: Pod
  metadata: {name: web}
  spec:
    containers:
    - name: web
      image: nginx:1.27
             ^^^^^^^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(prefix) = &facts.plan.prefix else { return };
    let Some(field) = facts.cluster.config.field("addons") else { return };
    let span = field.value.span;
    let mut at = span.start;
    for line in facts.text[span.range()].split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some(value) = line.trim_start().trim_start_matches("- ").trim_start().strip_prefix("image:") else {
            continue;
        };
        let image = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        if image.is_empty() || image.starts_with(&format!("{prefix}/")) || image.contains(['{', '$']) {
            continue;
        }
        let Some(offset) = line.find(image) else { continue };
        let span = Span::new(start + offset, start + offset + image.len());
        reporter
            .report(span, "addons", format!("`{image}` stays as it is: rke rewrites no images in `addons`"))
            .help(format!("write `{prefix}/…` here if the nodes cannot reach its registry"));
    }
}
