use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::Safety;

pub static RULE: Rule = Rule { code: "D619", name: "snapshot-s3-incomplete", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "Snapshots to S3 need an endpoint, a bucket, and a CA that is one.",
    why: "As soon as `s3backupconfig` is there, even with `enabled: false`, rke asks for the endpoint and the bucket; there \
          is no default for AWS. A `custom_ca` must hold at least one certificate as PEM text, not the path of a file. \
          Source: rke v1.6.3, cluster/validation.go:387.",
    examples: &[Example {
        before: "\
services:
  etcd:
    backup_config:
      s3backupconfig:
      ^^^^^^^^^^^^^^
        bucket_name: snapshots
        custom_ca: /etc/ssl/ca.pem
                   ^^^^^^^^^^^^^^^
",
        after: Some(
            "\
services:
  etcd:
    backup_config:
      s3backupconfig:
        bucket_name: snapshots
        endpoint: CHANGE_ME
        custom_ca: /etc/ssl/ca.pem
",
        ),
    }],
};

const PATH: &str = "services.etcd.backup_config.s3backupconfig";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(block) = facts.cluster.config.field_at(PATH).filter(|f| !f.value.is_nil() && !facts.cut_short()) else {
        return;
    };
    for (nth, (key, words)) in [("endpoint", "endpoint"), ("bucket_name", "bucketName")].into_iter().enumerate() {
        if block.value.text(key).is_some() || facts.mistyped(&format!("{PATH}.{key}")) {
            continue;
        }
        let empty = block.value.field(key);
        let span = empty.map_or(block.key, |f| f.key);
        let finding = reporter.report(span, format!("{PATH}.{key}"), format!("`s3backupconfig` without `{key}`"));
        finding.help(match key {
            "endpoint" => "for AWS give the endpoint of the region, as in `s3.eu-west-1.amazonaws.com`",
            _ => "give the bucket that takes the snapshots",
        });
        let first = block.value.fields().first();
        let edit = first.and_then(|first| facts.document.fill_in(facts.text, first.key, key));
        finding.fix(format!("add `{key}` to fill in"), Safety::Placeholder, edit.into_iter().collect());
        let error = format!("Failed to validate cluster: etcd s3 backup backend {words} can't be empty");
        finding.refused(Step::Services, 4 + nth, error);
    }
    let Some(ca) = block.value.text("custom_ca") else { return };
    let Some(fault) = fault(&ca.value) else { return };
    let finding = reporter.report(ca.span, format!("{PATH}.custom_ca"), "`custom_ca` holds no certificate");
    finding.help("give the text of the PEM file, from `-----BEGIN CERTIFICATE-----` on, as a block `|`");
    let error = format!("Failed to validate cluster: invalid S3 endpoint CA certificate: {fault}");
    finding.refused(Step::Services, 6, error);
}

/// Why the text is no certificate, in the words of client-go's cert package; blocks it cannot decode it passes over.
fn fault(pem: &str) -> Option<&'static str> {
    let mut found = false;
    for block in pem.split("-----BEGIN CERTIFICATE-----").skip(1) {
        let Some((body, _)) = block.split_once("-----END CERTIFICATE-----") else { continue };
        let body: String = body.split_whitespace().collect();
        let Ok(der) = STANDARD.decode(body) else { continue };
        if der.first() != Some(&0x30) {
            return Some("x509: malformed certificate");
        }
        found = true;
    }
    (!found).then_some("data does not contain any valid RSA or ECDSA certificates")
}
