use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::{Severity, Step};

pub static RULE: Rule = Rule { code: "D614", name: "ingress-ports", severity: Severity::Error, check };

pub static DOC: Doc = Doc {
    summary: "The ports of the ingress controller are no two ports.",
    why: "With the network mode hostPort, the default from Kubernetes 1.21 on, rke checks that both ports lie in 0 to \
          65535 and differ; 0 stands for 80 and 443. In other modes the ports are not looked at. \
          Source: rke v1.6.3, cluster/validation.go:418.",
    examples: &[
        Example {
            before: "\
ingress:
  http_port: 80800
             ^^^^^
",
            after: None,
        },
        Example {
            before: "\
ingress:
  http_port: 443
             ^^^
",
            after: None,
        },
    ],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(version) = facts.version() else { return };
    // In another case it is another finding, and probably meant.
    if !facts.cluster.ingress_network_mode(&version).eq_ignore_ascii_case("hostPort") {
        return;
    }
    let (http, https) = facts.cluster.ingress_ports();
    for (nth, (word, port)) in [("https", https), ("http", http)].into_iter().enumerate() {
        if (0..=65535).contains(&port) {
            continue;
        }
        let path = format!("ingress.{word}_port");
        let finding = reporter.report(facts.blame(&path), &path, format!("`{port}` is no port"));
        finding.help("ports go from 0 to 65535");
        let error = format!("Failed to validate cluster: {word} port is invalid. Needs to be within 0 to 65535");
        finding.refused(Step::Ingress, 2 + nth, error);
    }
    if http == https {
        let written = |key: &str| facts.cluster.config.at("ingress").is_some_and(|i| i.int(key).is_some());
        let path = if written("http_port") { "ingress.http_port" } else { "ingress.https_port" };
        let finding = reporter.report(facts.blame(path), path, format!("HTTP and HTTPS both have port {http}"));
        finding.help("without a port of your own HTTP has 80 and HTTPS 443");
        let error = "Failed to validate cluster: http and https ports need to be different";
        finding.refused(Step::Ingress, 4, error);
    }
}
