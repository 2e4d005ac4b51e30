use super::super::redact::Redactor;
use super::*;
use crate::plan::Options;
use crate::rules::RULES;

fn stood_in(text: &str) -> StoodIn {
    let cluster = crate::check(text, &Options::default()).cluster;
    stand_in(&Redactor::find(text, &cluster).mask_scalars(text), &cluster)
}

#[test]
fn the_same_name_has_the_same_stand_in_in_every_place() {
    let text = "\
# frodo (10.1.2.3, ip-10-1-2-3) talks to harbor.shire.net:8443
nodes:
- address: 10.1.2.3
  hostname_override: frodo
  internal_address: \"2a01:4f8::1\"
- {address: etcd, hostname_override: Sam_7.shire.net}
bastion_host: {address: gate.shire.net, user: pippin}
private_registries:
- url: harbor.shire.net:8443/project
- url: https://pippin:secret@harbor.shire.net:8443/project
- url: 210987654321.dkr.ecr.eu-west-1.amazonaws.com
- url: docker.io
system_images:
  etcd: harbor.shire.net:8443/rancher/mirrored-coreos-etcd:v3.5.12
services:
  etcd: {external_urls: ['https://bilbo.shire.net:2379']}
  kube-controller: {cluster_cidr: 10.42.0.0/16, service_cluster_ip_range: 10.43.0.0/16}
  kubelet: {cluster_dns_server: 10.43.0.10, extra_env: ['NO_PROXY=10.0.0.0/8,.shire.net,FRODO']}
authentication: {sans: [10.1.2.3, 10.43.0.1, '*.shire.net']}
# arn:aws:iam::210987654321:role/x, arn:aws:iam::210987654300:role/y, mail frodo@shire.net, rancher/x:1.2.3.4, v10.9.8
";
    let want = "\
# node-1.example (192.0.2.1, ip-192-0-2-1) talks to registry-1.example:8443
nodes:
- address: 192.0.2.1
  hostname_override: node-1.example
  internal_address: \"2001:db8::1\"
- {address: node-2.example, hostname_override: Node_3.example}
bastion_host: {address: node-4.example, user: pippin}
private_registries:
- url: registry-1.example:8443/project
- url: https://pippin:***@registry-1.example:8443/project
- url: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
- url: docker.io
system_images:
  etcd: registry-1.example:8443/rancher/mirrored-coreos-etcd:v3.5.12
services:
  etcd: {external_urls: ['https://node-5.example:2379']}
  kube-controller: {cluster_cidr: 10.42.0.0/16, service_cluster_ip_range: 10.43.0.0/16}
  kubelet: {cluster_dns_server: 10.43.0.10, extra_env: ['NO_PROXY=10.0.0.0/8,.node-6.example,Node-1.example']}
authentication: {sans: [192.0.2.1, 10.43.0.1, '*.node-6.example']}
# arn:aws:iam::123456789012:role/x, arn:aws:iam::123456789013:role/y, mail node-1.example@node-6.example, rancher/x:1.2.3.4, v10.9.8
";
    let stood = stood_in(text);
    assert_eq!(stood.text, want);
    assert_eq!((stood.names, stood.places), (11, 23));
    // Cut anywhere, parsed or not: what was known by then is gone.
    let known = text.find("  internal_address").unwrap();
    for end in (0..text.len()).step_by(5) {
        let cut = stood_in(&text[..end]).text.to_lowercase();
        assert!(end < known || !cut.contains("frodo") && !cut.contains("10.1.2.3"), "{cut}");
    }
}

#[test]
fn a_text_that_does_not_parse_hides_its_names_as_well() {
    for (text, want) in [
        (
            "nodes: [\n- adress: frodo.shire.net # frodo.shire.net\nb: {\n",
            "nodes: [\n- adress: node-1.example # node-1.example\nb: {\n",
        ),
        ("}\n- {hostname_overide: x, hostname: frodo}\n", "}\n- {hostname_overide: x, hostname: node-1.example}\n"),
        ("]\nurl: \"harbor:5000/x\"\n", "]\nurl: \"registry-1:5000/x\"\n"),
        (
            "]\nsans:\n  - frodo\n  - 10.0.0.7\nx: frodo\n",
            "]\nsans:\n  - node-1.example\n  - 192.0.2.1\nx: node-1.example\n",
        ),
        (
            "{\naddress: sam.cluster.local\nx: https://ec2-10-1-2-3.eu-west-1.compute.amazonaws.com/x\n",
            "{\naddress: node-1.example\nx: https://host-1.example/x\n",
        ),
        ("image: reg.shire.net/a/b:1\n]", "image: registry-1.example/a/b:1\n]"),
        (
            "{\nx: http://u:p@proxy.shire.net:3128 [fd00::7]:6443",
            "{\nx: http://u:***@host-1.example:3128 [2001:db8::1]:6443",
        ),
        ("\u{feff}: [\u{e9} 10.0.0.7\u{e9}", "\u{feff}: [\u{e9} 10.0.0.7\u{e9}"),
    ] {
        assert_eq!(stood_in(text).text, want, "{text}");
    }
}

#[test]
fn what_is_written_with_escapes_goes_as_well() {
    let stood = stood_in("nodes:\n- address: \"fro\\u0064o.shire.net\"\n- address: frodo.shire.net\n");
    assert_eq!(stood.text, "nodes:\n- address: \"node-1.example\"\n- address: node-1.example\n");
}

#[test]
fn tells_nothing_stays() {
    let text = "a: 127.0.0.1\nb: 0.0.0.0/0\nc: ::1\nd: 169.254.20.10\ne: 255.255.255.0\nf: 10.8.0.0/16\n\
                g: https://github.com/x\nh: registry.k8s.io/pause:3.9\ni: 12:30:45\nj: fd00::/64\n";
    assert_eq!(stood_in(text), StoodIn { text: text.to_owned(), names: 0, places: 0 });
}

/// Codes of the findings, in their order.
fn codes(text: &str) -> Vec<&'static str> {
    crate::check(text, &Options::default()).diagnostics.iter().map(|found| found.code).collect()
}

#[test]
fn the_findings_stay_what_they_were() {
    let examples = RULES.iter().flat_map(|rule| rule.doc().examples).map(|example| example.text());
    for text in examples {
        let masked = Redactor::find(&text, &crate::check(&text, &Options::default()).cluster).mask_scalars(&text).text;
        let stood = stood_in(&text).text;
        assert_eq!(codes(&stood), codes(&masked), "{text}\n{stood}");
    }
}

#[test]
fn many_addresses_never_share_a_stand_in() {
    let text: String = (0..2000).map(|n| format!("- 10.1.{}.{}\n", n / 250, n % 250 + 1)).collect();
    let stood = stood_in(&text);
    let mut lines: Vec<&str> = stood.text.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!((lines.len(), stood.names, stood.places), (2000, 2000, 2000));
    assert!(!stood.text.contains("10.1."));
}
