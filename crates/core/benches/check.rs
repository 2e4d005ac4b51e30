//! How long a check takes, beside the bare YAML events of the same text.
//!
//! `cargo xtask bench` runs them. `DRYDOCK_CORPUS` names a folder of real files to be checked as a whole.

use std::fmt::Write;
use std::{env, fs};

use divan::{Bencher, black_box, counter::BytesCount};
use drydock_core::plan::Options;
use drydock_core::yaml::Document;
use libyaml_safer::{EventData, Parser};

/// Lines of the texts: as a common file, as the longest that is known, and far beyond.
const LINES: [usize; 3] = [225, 863, 10_000];

fn main() {
    divan::main();
}

/// A cluster of so many lines: nodes, registries, services, network, and an add-on in a block scalar.
fn sample(lines: usize) -> String {
    let mut text = String::from(
        "# A cluster behind a private registry.\ncluster_name: sample\nkubernetes_version: v1.30.5-rancher1-1\n\
         private_registries:\n- url: registry.example.com # ours\n  user: reader\n  password: 'p:1'\n  is_default: true\n\
         services:\n  etcd:\n    snapshot: true\n    retention: 72h\n  kube-api:\n    service_cluster_ip_range: 10.43.0.0/16\n\
         \x20   extra_args:\n      audit-log-maxage: '30'\n  kubelet:\n    extra_binds:\n    - /var/lib/x:/var/lib/x:z\n\
         network:\n  plugin: canal\ningress:\n  provider: nginx\nauthorization:\n  mode: rbac\nnodes:\n",
    );
    let mut count = text.lines().count();
    let nodes = (lines - count) * 2 / 3;
    for node in 0..nodes / 9 {
        let _ = write!(
            text,
            "- address: 10.{}.{}.{}\n  hostname_override: node-{node}\n  user: ubuntu\n  ssh_key_path: ~/.ssh/id_rsa\n\
             \x20 role: [{}]\n  labels:\n    zone: a{node}\n    # the rack\n    rack: \"r-{node}\"\n",
            node >> 16,
            node >> 8 & 255,
            node & 255,
            ["controlplane, etcd", "worker"][node % 2]
        );
        count += 9;
    }
    text.push_str("addons: |\n");
    while count + 1 < lines {
        let _ = writeln!(text, "  # line {count} of a manifest: {{a: b}}");
        count += 1;
    }
    text
}

#[divan::bench(args = LINES)]
fn check(bencher: Bencher<'_, '_>, lines: usize) {
    let text = sample(lines);
    bencher.counter(BytesCount::of_str(&text)).bench(|| drydock_core::check(black_box(&text), &Options::default()));
}

#[divan::bench(args = LINES)]
fn tree(bencher: Bencher<'_, '_>, lines: usize) {
    let text = sample(lines);
    bencher.counter(BytesCount::of_str(&text)).bench(|| Document::parse(black_box(&text)));
}

#[divan::bench(args = LINES)]
fn events(bencher: Bencher<'_, '_>, lines: usize) {
    let text = sample(lines);
    bencher.counter(BytesCount::of_str(&text)).bench(|| read_events(black_box(&text)));
}

/// What the parser alone costs; as in a check it reads from bytes at hand.
fn read_events(text: &str) -> usize {
    let mut input = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_input(&mut input);
    let mut count = 0;
    while let Ok(event) = parser.parse() {
        if event.data == EventData::StreamEnd {
            break;
        }
        count += 1;
    }
    count
}

/// Every file of the folder that `DRYDOCK_CORPUS` names; nothing without.
#[divan::bench]
fn corpus(bencher: Bencher<'_, '_>) {
    let texts = corpus_texts();
    bencher.counter(divan::counter::ItemsCount::new(texts.len())).bench(|| {
        texts
            .iter()
            .map(|text| drydock_core::check(black_box(text), &Options::default()).diagnostics.len())
            .sum::<usize>()
    });
}

#[divan::bench]
fn corpus_events(bencher: Bencher<'_, '_>) {
    let texts = corpus_texts();
    bencher
        .counter(divan::counter::ItemsCount::new(texts.len()))
        .bench(|| texts.iter().map(|text| read_events(black_box(text))).sum::<usize>());
}

fn corpus_texts() -> Vec<String> {
    let Some(folder) = env::var_os("DRYDOCK_CORPUS") else { return Vec::new() };
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension() == Some("yml".as_ref()));
    // The bare parser panics on a block scalar that ends without a line break.
    paths.filter_map(|path| fs::read_to_string(path).ok()).map(|text| text + "\n").collect()
}
