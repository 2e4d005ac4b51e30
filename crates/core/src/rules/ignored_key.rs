use super::{Doc, Example, Facts, Reporter, Rule};
use crate::cluster::value::Field;
use crate::diagnostic::Severity;
use crate::schema::Schema;

pub static RULE: Rule = Rule { code: "D102", name: "ignored-key", severity: Severity::Note, check };

pub static DOC: Doc = Doc {
    summary: "rke decodes the key and then makes no use of it.",
    why: "Some keys are read and overwritten: images of `services` come from `system_images`, `ssh_agent_auth` of a node from the top level, `ignore_docker_version` from the command line flag. Windows arguments concern only Rancher. Source: rke v1.6.3, cluster/defaults.go:227 and 362, cmd/common.go:57.",
    examples: &[Example {
        before: "\
services:
  etcd:
    image: rancher/mirrored-coreos-etcd:v3.5.12
    ^^^^^
",
        after: None,
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    // Rancher has no flag of the command line: it takes the key at its word.
    let read_by_rancher = |path: &str| path == "ignore_docker_version" && facts.is_of_rancher();
    facts.cluster.config.each_key(Schema::get().root(), &mut |key, field, path| {
        let ignored = key.ignored && field.value.says_something() && !read_by_rancher(&path.to_string());
        if ignored {
            report(field, &path.to_string(), reporter);
        }
        !ignored
    });
}

fn report(field: &Field, path: &str, reporter: &mut Reporter<'_>) {
    let finding = reporter.report(field.key, path, format!("`{}` has no effect here", field.name));
    if let Some(help) = instead(path) {
        finding.help(help);
    }
}

fn instead(path: &str) -> Option<&'static str> {
    Some(match path.rsplit('.').next()? {
        "image" if path == "services.etcd.image" => "set `system_images.etcd`",
        "image" => "set `system_images.kubernetes`",
        "ssh_agent_auth" => "set `ssh_agent_auth` at the top level",
        "ignore_docker_version" => "call rke with `--ignore-docker-version`",
        _ => return None,
    })
}
