//! The file that the tab Files shows, and what the last change altered in it.

use drydock_core::artifacts::{Answers, Artifact, GENERATORS, Generator};
use drydock_core::artifacts::{Request, find};
use drydock_core::plan::Plan;

use crate::diff;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Of the generator.
    pub id: &'static str,
    /// The file, or why there is none.
    pub outcome: Result<Artifact, String>,
    /// Of each line, whether the last change altered it.
    pub altered: Vec<bool>,
}

impl Written {
    /// `chosen`: by id; without, the first that applies.
    pub fn new(chosen: Option<&str>, plan: &Plan, answers: &Answers, before: Option<&Self>) -> Option<Self> {
        let generator = chosen.and_then(find).or_else(|| first(plan, answers))?;
        let outcome = generator.artifact(plan, answers);
        let before = before.filter(|before| before.id == generator.id);
        let altered = match (before, &outcome) {
            (Some(before), outcome) if before.outcome == *outcome => before.altered.clone(),
            (Some(Self { outcome: Ok(old), .. }), Ok(new)) => diff::added(&old.text, &new.text),
            _ => Vec::new(),
        };
        Some(Self { id: generator.id, outcome, altered })
    }
}

fn first(plan: &Plan, answers: &Answers) -> Option<&'static Generator> {
    let applies = |generator: &&&'static Generator| (generator.applies)(&Request { plan, answers }).is_ok();
    GENERATORS.iter().find(applies).or(GENERATORS.first()).copied()
}

#[cfg(test)]
mod tests {
    use drydock_core::check;
    use drydock_core::plan::Options;

    use super::*;

    #[test]
    fn lines_stay_marked_until_the_file_changes_again() {
        let plan = |text: &str| check(text, &Options::default()).plan;
        let answers = Answers::default();
        let images = |text: &str, before: Option<&Written>| Written::new(Some("images"), &plan(text), &answers, before);
        let first = images("nodes: [{address: a, role: [etcd, controlplane, worker]}]\n", None).unwrap();
        assert!(first.altered.is_empty());
        let text =
            "nodes: [{address: a, role: [etcd, controlplane, worker]}]\nkubernetes_version: v1.28.14-rancher1-1\n";
        let second = images(text, Some(&first)).unwrap();
        assert!(second.altered.iter().any(|altered| *altered), "{second:?}");
        assert!(second.altered.iter().any(|altered| !altered), "{second:?}");
        let third = images(&format!("{text}# more\n"), Some(&second)).unwrap();
        assert_eq!(third.altered, second.altered);
        let other = Written::new(Some("docker-config"), &plan(text), &answers, Some(&third));
        assert!(other.is_none_or(|other| other.altered.is_empty()));
    }
}
