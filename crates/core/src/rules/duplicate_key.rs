use super::{Doc, Example, Facts, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::fix::Safety;
use crate::problem::{Kept, Problem};

pub static RULE: Rule = Rule { code: "D003", name: "duplicate-key", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "A key is written twice in one block, and rke keeps one of them without a word.",
    why: "rke does not decode strictly. Of two texts, numbers or lists the last one wins, whole `private_registries` \
          included; two maps are laid on top of each other; and a second key with no value empties the first. \
          Source: gopkg.in/yaml.v2 v2.4.0, decode.go; tried with rke v1.6.3.",
    examples: &[Example {
        before: "\
private_registries:
- url: registry.example.com
  user: reader
  user: admin
  ^^^^
",
        after: Some(
            "\
private_registries:
- url: registry.example.com
  user: admin
",
        ),
    }],
};

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for problem in facts.problems {
        let Problem::DuplicateKey { span, first, at, kept } = problem else { continue };
        let key = &facts.text[span.range()];
        let effect = match kept {
            Kept::Last => "rke keeps only this one",
            Kept::Merged => "rke lays this one on top of the first",
            Kept::Nothing => "it has no value here, which empties the first",
        };
        let finding = reporter.report(*span, at, format!("`{key}` is written twice: {effect}"));
        finding.label(*first, "first written here");
        match kept {
            Kept::Last => {
                let edit = facts.document.remove_entry(facts.text, *first);
                finding.help("remove the one that is not meant");
                finding.fix("remove the first, which has no effect", Safety::Uncertain, edit.into_iter().collect());
            }
            Kept::Merged => {
                finding.help("put both into one block");
            }
            Kept::Nothing => {
                let edit = facts.document.remove_entry(facts.text, *span);
                finding.fix("remove the empty one", Safety::Uncertain, edit.into_iter().collect());
            }
        }
    }
}
