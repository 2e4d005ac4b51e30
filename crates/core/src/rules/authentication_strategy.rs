use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};
use crate::fix::{Edit, Safety};

pub static RULE: Rule = Rule { code: "D606", name: "authentication-strategy", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The strategy of authentication is x509, with or without webhook.",
    why: "The parts are separated by `|`; case and blanks around them do not matter. Certificates are always needed, as \
          the components of the cluster know each other by them, and a webhook can only be added. \
          Source: rke v1.6.3, cluster/validation.go:66.",
    examples: &[
        Example {
            before: "\
authentication:
  strategy: webhook
            ^^^^^^^
",
            after: Some(
                "\
authentication:
  strategy: x509|webhook
",
            ),
        },
        Example {
            before: "\
authentication:
  strategy: x509|token
                 ^^^^^
",
            after: None,
        },
    ],
};

const PATH: &str = "authentication.strategy";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let written = facts.cluster.authentication_strategy();
    let span = facts.blame(PATH);
    let parts: Vec<&str> = written.split('|').map(str::trim).collect();
    let mut x509 = false;
    for (nth, part) in parts.iter().enumerate() {
        let strategy = part.to_lowercase();
        x509 |= strategy == "x509";
        if ["x509", "webhook"].contains(&strategy.as_str()) {
            continue;
        }
        let message = match strategy.as_str() {
            "" => "an empty strategy of authentication".to_owned(),
            _ => format!("`{part}` is no strategy of authentication"),
        };
        let finding = reporter.report(facts.inside(span, part), PATH, message);
        finding.help("write `x509`, or `x509|webhook`");
        let error = format!("Failed to validate cluster: Authentication strategy [{strategy}] is not supported");
        finding.refused(Step::Authentication, nth, error);
    }
    if !x509 {
        let finding = reporter.report(span, PATH, format!("`{written}` leaves out x509"));
        finding.help("write `x509|webhook`");
        if parts.iter().all(|part| part.eq_ignore_ascii_case("webhook")) {
            finding.fix("write `x509|webhook`", Safety::Uncertain, vec![Edit::replace(span, "x509|webhook")]);
        }
        let error = "Failed to validate cluster: Authentication strategy must contain [x509]";
        finding.refused(Step::Authentication, parts.len(), error);
    }
}
