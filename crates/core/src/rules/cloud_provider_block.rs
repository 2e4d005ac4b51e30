use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::effective::CloudProvider;
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D602", name: "cloud-provider-block", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The cloud provider is named, but its settings are not there.",
    why: "azure, openstack, vsphere and harvester cannot be without their block; an empty one, `{}`, is enough for rke. \
          Without `harvesterCloudProvider` rke does not refuse the file but crashes. The keys of these blocks are \
          written in camel case, unlike all others. \
          Source: rke v1.6.3, cloudprovider/azure/azure.go:25, cloudprovider/harvester/harvester.go:19.",
    examples: &[
        Example {
            before: "\
cloud_provider:
  name: vsphere
        ^^^^^^^
",
            after: None,
        },
        Example {
            before: "\
cloud_provider:
  name: harvester
        ^^^^^^^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(provider) = facts.cluster.cloud_provider() else { return };
    let path = format!("cloud_provider.{}", provider.block());
    if !matches!(provider, CloudProvider::Block { .. } | CloudProvider::Harvester)
        || facts.cluster.has(&path)
        || facts.mistyped(&path)
        || facts.cut_short()
    {
        return;
    }
    let name = facts.blame("cloud_provider.name");
    let message = format!("`{}` without `{path}`", &facts.text[facts.document.inner_span(name).range()]);
    let finding = reporter.report(name, path, message);
    finding.help(format!("add `{}` with the settings of the provider", provider.block()));
    match provider {
        CloudProvider::Block { word, .. } => {
            let what = "Failed to register cloud provider: Failed to initialize cloud provider";
            finding.refused(Step::CloudProvider, 0, format!("{what}: {word} Cloud Provider Config is empty"))
        }
        _ => finding.crashes_rke(Step::CloudProvider, 0),
    };
}
