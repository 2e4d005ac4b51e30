use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D613", name: "ingress-value-unknown", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "A value of `ingress` is none of those that rke knows.",
    why: "The provider is nginx or none, and the network mode hostPort, hostNetwork or none; DNS policies are those of \
          Kubernetes. All are compared letter by letter. Another controller is installed as an add-on beside \
          `provider: none`. Source: rke v1.6.3, cluster/validation.go:405.",
    examples: &[
        Example {
            before: "\
ingress:
  provider: traefik
            ^^^^^^^
",
            after: None,
        },
        Example {
            before: "\
ingress:
  provider: nginx
  network_mode: HostPort
                ^^^^^^^^
",
            after: Some(
                "\
ingress:
  provider: nginx
  network_mode: hostPort
",
            ),
        },
    ],
};

/// Key, known values, its place in rke's order, and what rke says around the value.
type Choice = (&'static str, &'static [&'static str], usize, (&'static str, &'static str));

const CHOICES: [Choice; 3] = [
    ("provider", &["nginx", "none"], 0, ("Ingress controller ", " is incorrect")),
    (
        "dns_policy",
        &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
        1,
        ("DNSPolicy ", " was not a valid DNS Policy"),
    ),
    ("network_mode", &["hostPort", "hostNetwork", "none"], 5, ("NetworkMode ", " was not a valid network mode")),
];

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(ingress) = facts.cluster.config.at("ingress") else { return };
    for (key, known, nth, (before, behind)) in CHOICES {
        let Some(written) = ingress.text(key).filter(|text| !known.contains(&text.value.as_str())) else { continue };
        let value = &written.value;
        let message = format!("`{value}` is not known for `ingress.{key}`");
        let finding = reporter.report(written.span, format!("ingress.{key}"), message);
        finding.offer(&written, known);
        finding.refused(Step::Ingress, nth, format!("Failed to validate cluster: {before}{value}{behind}"));
    }
}
