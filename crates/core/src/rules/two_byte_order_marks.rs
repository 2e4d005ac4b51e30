use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D014", name: "two-byte-order-marks", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "Behind two byte order marks rke loses the first letter of each line.",
    why: "Two programs have each put an invisible mark in front of the file. rke's parser skips the first mark; the second \
          makes it skip the first character of every line that starts a key, an item or a comment, in the first 512 bytes: \
          `nodes` is read as `odes`, and a cluster without nodes is no error. \
          Source: gopkg.in/yaml.v2 v2.4.0, yamlprivateh.go:81 (`is_bom` looks at the start of the buffer only).",
    examples: &[Example {
        before: "\
\u{feff}\u{feff}{private_registries: []}
 ^
",
        after: Some("\u{feff}{private_registries: []}\n"),
    }],
};

const MARK: &str = "\u{feff}";

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if facts.text.strip_prefix(MARK).is_some_and(|rest| rest.starts_with(MARK)) {
        let second = Span::new(MARK.len(), 2 * MARK.len());
        reporter
            .report(second, "", "two byte order marks: rke loses the first letter of each line in the first 512 bytes")
            .fix("delete the second mark", Safety::Safe, vec![Edit::delete(second)]);
    }
}
