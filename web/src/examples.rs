//! Files to begin with: whole small clusters, and one broken file for each family of rules.

use drydock_core::rules::RULES;

#[derive(Debug, PartialEq, Eq)]
pub struct Sample {
    /// As in `?example=ecr`.
    pub id: &'static str,
    pub group: Group,
    pub title: &'static str,
    /// What there is to see.
    pub about: &'static str,
    source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Manual,
    Registries,
    Files,
    Faults,
}

pub static GROUPS: &[Group] = &[Group::Manual, Group::Registries, Group::Files, Group::Faults];

impl Group {
    pub const fn title(self) -> &'static str {
        match self {
            Self::Manual => "The manual's",
            Self::Registries => "Registries that work",
            Self::Files => "Whole files",
            Self::Faults => "Faults, one of each family",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Source {
    Text(&'static str),
    /// The first example of the rule with this code.
    Rule(&'static str),
}

macro_rules! file {
    ($id:literal, $group:ident, $title:literal, $about:literal) => {
        Sample {
            id: $id,
            group: Group::$group,
            title: $title,
            about: $about,
            source: Source::Text(include_str!(concat!("../examples/", $id, ".yml"))),
        }
    };
}

macro_rules! fault {
    ($code:literal, $title:literal) => {
        Sample { id: $code, group: Group::Faults, title: $title, about: "", source: Source::Rule($code) }
    };
}

/// What is shown without waiting for the others.
pub struct First {
    pub id: &'static str,
    pub text: &'static str,
}

pub static FIRST: First = First { id: "ecr", text: include_str!("../examples/ecr.yml") };

/// The first one is shown when nothing else is asked for.
pub static EXAMPLES: &[Sample] = &[
    file!("ecr", Manual, "Amazon ECR", "the manual's key, which rke does not read"),
    file!("credentials", Manual, "Several registries", "one user each, none the default"),
    file!("urls", Manual, "Forms of a url", "port, path, address, none at all"),
    file!("default", Manual, "Default registry", "every system image from one place"),
    file!("ecr-profile", Registries, "ECR by instance profile", "no keys in the file"),
    file!("ecr-keys", Registries, "ECR by keys", "for rke and for the kubelet"),
    file!("air-gap", Registries, "Air gap", "snapshots and add-ons included"),
    file!("harbor", Registries, "Harbor with a path", "a project as the default registry"),
    file!("clean", Files, "Clean", "nothing to find"),
    file!("nulls", Files, "As rke config writes it", "nulls and empty values, and what they mean"),
    fault!("D003", "The file: a key twice"),
    fault!("D101", "Keys: one that rke does not know"),
    fault!("D201", "Registries: a scheme in the url"),
    fault!("D302", "ECR: the plugin is null"),
    fault!("D403", "Images: the default registry defeated"),
    fault!("D502", "Nodes: an unknown role"),
    fault!("D607", "Services: an unknown network plugin"),
    fault!("D701", "Without etcd"),
];

impl Sample {
    pub fn by_id(id: &str) -> Option<&'static Self> {
        EXAMPLES.iter().find(|sample| sample.id == id)
    }

    pub fn text(&self) -> String {
        match self.source {
            Source::Text(text) => text.to_owned(),
            Source::Rule(code) => {
                let rule = RULES.iter().find(|rule| rule.code == code);
                rule.and_then(|rule| rule.doc().examples.first()).map_or_else(String::new, |example| example.text())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use drydock_core::check;
    use drydock_core::diagnostic::Severity;
    use drydock_core::plan::Options;

    use super::*;

    #[test]
    fn the_first_is_the_first() {
        assert_eq!((FIRST.id, FIRST.text), (EXAMPLES[0].id, &*EXAMPLES[0].text()));
    }

    #[test]
    fn what_works_has_no_error_and_each_fault_is_found() {
        for sample in EXAMPLES {
            let checked = check(&sample.text(), &Options::default());
            let codes: Vec<_> = checked.diagnostics.iter().map(|found| (found.code, found.severity)).collect();
            match sample.source {
                Source::Rule(code) => assert!(codes.iter().any(|found| found.0 == code), "{}: {codes:?}", sample.id),
                Source::Text(_) if sample.id == "clean" => assert_eq!(codes, [], "{}", sample.id),
                Source::Text(_) if matches!(sample.group, Group::Registries | Group::Files) => {
                    assert!(codes.iter().all(|found| found.1 != Severity::Error), "{}: {codes:?}", sample.id);
                }
                Source::Text(_) => {}
            }
        }
    }
}
