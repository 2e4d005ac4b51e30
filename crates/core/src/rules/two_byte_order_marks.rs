use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::text::Span;
use crate::yaml::{MARK, loses_letters};

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

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    if loses_letters(facts.text) {
        let second = Span::new(MARK.len_utf8(), 2 * MARK.len_utf8());
        reporter
            .report(second, "", "two byte order marks: rke loses the first letter of each line in the first 512 bytes")
            .fix("delete the second mark", Safety::Safe, vec![Edit::delete(second)]);
    }
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::plan::Options;

    #[test]
    fn is_all_that_is_said_of_lost_letters() {
        for text in [
            "\u{feff}\u{feff}network:\n  plugin: canal\nnodes: []\nprivate_registries: []\n",
            "\u{feff}\u{feff}foo: 1\ngoo: 2\n",
        ] {
            let found = check(text, &Options::default()).diagnostics;
            let codes: Vec<_> = found.iter().map(|d| d.code).collect();
            assert_eq!(codes, ["D014"], "{text}{found:#?}");
        }
    }
}
