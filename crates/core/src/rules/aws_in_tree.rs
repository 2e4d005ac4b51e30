use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};

pub static RULE: Rule = Rule { code: "D605", name: "aws-in-tree", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "From Kubernetes 1.27 on there is no `aws` in the kubelet.",
    why: "The cloud provider that was built into Kubernetes is gone; from 1.27 on AWS has a controller of its own, which \
          is installed as an add-on. rke refuses `name: aws`, and the block `awsCloudProvider` too, because the block \
          alone turns it on whatever `name` says. Source: rke v1.6.3, cluster/defaults.go:1104.",
    examples: &[
        Example {
            before: "\
kubernetes_version: v1.30.5-rancher1-1
cloud_provider:
  name: aws
        ^^^
",
            after: Some(
                "\
kubernetes_version: v1.30.5-rancher1-1
cloud_provider:
  name: external-aws
",
            ),
        },
        Example {
            before: "\
kubernetes_version: v1.30.5-rancher1-1
cloud_provider:
  awsCloudProvider:
  ^^^^^^^^^^^^^^^^
    global:
      zone: eu-west-1a
  name: external-aws
",
            after: Some(
                "\
kubernetes_version: v1.30.5-rancher1-1
cloud_provider:
  name: external-aws
",
            ),
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.cluster.cloud_provider_name() != Some("aws") || !facts.aws_is_gone() {
        return;
    }
    let config = &facts.cluster.config;
    let name = config.at("cloud_provider").and_then(|block| block.text("name"));
    let block = config.field_at("cloud_provider.awsCloudProvider").filter(|f| !f.value.is_nil());
    let name_is_aws = name.as_ref().is_some_and(|name| name.value == "aws");
    let key = if name_is_aws { "name" } else { "awsCloudProvider" };
    let span =
        if name_is_aws { facts.blame("cloud_provider.name") } else { block.map_or(Default::default(), |f| f.key) };
    let kubernetes = &facts.plan.kubernetes_version;
    let path = format!("cloud_provider.{key}");
    let finding =
        reporter.report(span, path, format!("`{key}` turns on AWS as built into Kubernetes, gone in {kubernetes}"));
    finding.help("`name: external-aws` without `awsCloudProvider`, and the AWS cloud controller as an add-on");
    let removed = block.and_then(|f| facts.document.remove_entry(facts.text, f.key));
    let renamed = name.filter(|_| name_is_aws).map(|name| Edit::replace(name.span, "external-aws"));
    if removed.is_some() == block.is_some()
        && (renamed.is_some() || facts.cluster.config.field_at("cloud_provider.name").is_some())
    {
        let edits = renamed.into_iter().chain(removed).collect();
        finding.fix("leave AWS to its external controller", Safety::Uncertain, edits);
    }
    let error = format!("Failed to register cloud provider: Cloud provider aws is invalid for [{kubernetes}]");
    finding.refused(Step::CloudProvider, 3, error);
}
