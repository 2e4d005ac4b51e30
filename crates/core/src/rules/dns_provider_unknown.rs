use super::{Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;

pub static RULE: Rule = Rule {
    code: "D707",
    name: "dns-provider-unknown",
    severity: Severity::Warning,
    summary: "With this `dns.provider` the cluster gets no DNS.",
    why: "rke knows coredns, kube-dns and none, in lower case. It does not refuse another name: it deploys everything, \
          leaves DNS out, and says so in one line among many. Source: rke v1.6.3, cluster/addons.go:728.",
    examples: &[Example {
        before: "\
dns:
  provider: CoreDNS
            ^^^^^^^
",
        after: Some(
            "\
dns:
  provider: coredns
",
        ),
    }],
    check,
};

const KNOWN: [&str; 3] = ["coredns", "kube-dns", "none"];

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    let Some(provider) = &facts.cluster.dns.provider else { return };
    if KNOWN.contains(&provider.value.as_str()) {
        return;
    }
    let message = format!("`{}` is no DNS of rke: the cluster gets none", provider.value);
    reporter.report(provider.span, "dns.provider", message).offer(provider, &KNOWN);
}
