use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::effective::CloudProvider;
use crate::diagnostic::{Severity, Step};
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D604", name: "cloud-provider-nameless", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A custom cloud provider needs a name.",
    why: "`customCloudProvider` is text that rke writes to the hosts without reading it. What the kubelet and the API \
          server are told is `name`, and for a custom provider there is nothing to take it from. \
          Source: rke v1.6.3, cluster/defaults.go:1101.",
    examples: &[Example {
        before: "\
cloud_provider:
  customCloudProvider: |
  ^^^^^^^^^^^^^^^^^^^
    [Global]
",
        after: Some(
            "\
cloud_provider:
  customCloudProvider: |
    [Global]
  name: CHANGE_ME
",
        ),
    }],
};

const PATH: &str = "cloud_provider.customCloudProvider";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let cluster = facts.cluster;
    if cluster.cloud_provider() != Some(CloudProvider::Custom) || cluster.cloud_provider_name().is_some() {
        return;
    }
    let Some(custom) = cluster.config.field_at(PATH) else { return };
    let finding = reporter.report(custom.key, "cloud_provider.name", "`customCloudProvider` without `name`");
    let edit = facts.document.fill_in(facts.text, custom.key, "name");
    finding.help("give the name that the kubelet knows the provider by, such as `external`");
    finding.fix("add `name` to fill in", Safety::Placeholder, edit.into_iter().collect());
    let error = "Failed to register cloud provider: name of the cloud provider is not defined for custom provider";
    finding.refused(Step::CloudProvider, 2, error);
}
