use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::effective::CloudProvider;
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D603", name: "aws-service-override", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "rke cannot write `service_override` of AWS.",
    why: "rke writes the settings of AWS as an INI file, with a library that has no way to write a map. Any entry of \
          `service_override` therefore stops it; the key works only in clusters that Rancher provisions by other means. \
          Source: rke v1.6.3, cloudprovider/aws/aws.go:47.",
    examples: &[Example {
        before: "\
kubernetes_version: v1.26.15-rancher1-1
cloud_provider:
  name: aws
  awsCloudProvider:
    service_override:
    ^^^^^^^^^^^^^^^^
      s3:
        service: s3
        region: eu-west-1
",
        after: Some(
            "\
kubernetes_version: v1.26.15-rancher1-1
cloud_provider:
  name: aws
  awsCloudProvider:
    {}
",
        ),
    }],
};

const PATH: &str = "cloud_provider.awsCloudProvider.service_override";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.cluster.cloud_provider() != Some(CloudProvider::Aws) {
        return;
    }
    let Some(field) = facts.cluster.config.field_at(PATH).filter(|f| !f.value.fields().is_empty()) else { return };
    let finding = reporter.report(field.key, PATH, format!("`{PATH}` cannot be written by rke"));
    let edit = facts.document.remove_entry(facts.text, field.key);
    finding.help("leave it out, or give the whole configuration as text in `customCloudProvider`");
    finding.fix("remove it", crate::fix::Safety::Uncertain, edit.into_iter().collect());
    let error =
        "Failed to register cloud provider: failed to parse cloud config file: Failed to parse AWS cloud config";
    finding.refused(Step::CloudProvider, 1, error);
}
