use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::image::reference::Reference;
use crate::text::{Span, line_start};

pub static RULE: Rule = Rule { code: "D404", name: "version-missing", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "`system_images.kubernetes` names a version, `kubernetes_version` does not.",
    why: "Without `kubernetes_version` rke takes its own default for everything but the image: arguments of the \
          kubelet and the API server, add-on templates and the images that the file does not name belong to another \
          version than the one that runs. `rke config` writes such files. \
          Source: rke v1.6.3, cluster/defaults.go:268; https://github.com/rancher-archives/rke/issues/3295.",
    examples: &[Example {
        before: "\
system_images:
  kubernetes: rancher/hyperkube:v1.27.16-rancher1
                                ^^^^^^^^^^^^^^^^^
",
        after: Some(
            "\
kubernetes_version: v1.27.16-rancher1-1
system_images:
  kubernetes: rancher/hyperkube:v1.27.16-rancher1
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.cluster.kubernetes_version.is_some() {
        return;
    }
    let Some(pin) = facts.cluster.system_images.iter().find(|pin| pin.key == "kubernetes") else { return };
    let Some(tag) = Reference::parse(&pin.image.value).ok().and_then(|r| r.tag) else { return };
    let version = facts.plan.kubernetes_version.as_str();
    if version.strip_prefix(&tag).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
        return;
    }
    let message = format!("Kubernetes {tag} is to run, but rke configures it as its default {version}");
    let inner = facts.document.inner_span(pin.image.span);
    let span = facts.text[inner.range()]
        .rfind(&tag)
        .map_or(inner, |at| Span::new(inner.start + at, inner.start + at + tag.len()));
    let finding = reporter.report(span, "system_images.kubernetes", message);
    finding.help("set `kubernetes_version` to the version that the images belong to");
    let Some(release) = facts.plan.catalogue.release(&facts.plan.rke) else { return };
    let suffixed = release.starting_with(&format!("{tag}-"));
    let Some(newest) = suffixed.last() else { return };
    let edit = match facts.cluster.config.field("kubernetes_version") {
        Some(empty) => facts.document.set_value(facts.text, empty.key, newest),
        None => facts.cluster.config.fields().first().and_then(|f| {
            let start = line_start(facts.text, f.key.start);
            let indent = Some(&facts.text[start..f.key.start]).filter(|indent| indent.trim().is_empty())?;
            Some(Edit::insert(start, format!("{indent}kubernetes_version: {newest}\n")))
        }),
    };
    finding.fix(format!("set `kubernetes_version: {newest}`"), Safety::Uncertain, edit.into_iter().collect());
}
