use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D618", name: "external-etcd-incomplete", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "An external etcd needs its CA, a client certificate with key, and a path.",
    why: "With `external_urls` rke deploys no etcd and hands the API server what it needs to reach yours: all four are \
          the contents of files, except the path under which the cluster keeps its keys, such as `/registry`. \
          Source: rke v1.6.3, cluster/validation.go:365.",
    examples: &[Example {
        before: "\
services:
  etcd:
    external_urls: ['https://etcd.example.com:2379']
    ^^^^^^^^^^^^^
    path: /registry
",
        after: None,
    }],
};

/// In rke's order, with its words.
const NEEDED: [(&str, &str); 4] = [
    ("ca_cert", "External CA Certificate for etcd"),
    ("cert", "External Client Certificate for etcd"),
    ("key", "External Client Key for etcd"),
    ("path", "External etcd path"),
];

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(etcd) = facts.cluster.config.at("services.etcd").filter(|_| facts.cluster.etcd.external) else { return };
    let missing: Vec<_> = NEEDED.iter().enumerate().filter(|(_, (key, _))| etcd.text(key).is_none()).collect();
    let Some((nth, (first, words))) = missing.first().filter(|_| !facts.cut_short()) else { return };
    let keys: Vec<String> = missing.iter().map(|(_, (key, _))| format!("`{key}`")).collect();
    let span = etcd.field("external_urls").map_or(etcd.span, |f| f.key);
    let message = format!("`external_urls` without {}", keys.join(", "));
    let finding = reporter.report(span, format!("services.etcd.{first}"), message);
    finding.help("give CA, certificate and key as text, and the path as in `/registry`");
    finding.refused(Step::Services, *nth, format!("Failed to validate cluster: {words} can't be empty"));
}
