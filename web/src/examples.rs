//! Files to begin with: the four of rke's manual on private registries, each a whole small cluster.

#[derive(Debug, PartialEq, Eq)]
pub struct Sample {
    /// As in `?example=ecr`.
    pub id: &'static str,
    pub title: &'static str,
    /// What there is to see.
    pub about: &'static str,
    pub text: &'static str,
}

/// The first one is shown when nothing else is asked for.
pub static EXAMPLES: &[Sample] = &[
    Sample {
        id: "ecr",
        title: "Amazon ECR",
        about: "the manual's key, which rke does not read",
        text: include_str!("../examples/ecr.yml"),
    },
    Sample {
        id: "credentials",
        title: "Several registries",
        about: "one user each, none the default",
        text: include_str!("../examples/credentials.yml"),
    },
    Sample {
        id: "urls",
        title: "Forms of a url",
        about: "port, path, address, none at all",
        text: include_str!("../examples/urls.yml"),
    },
    Sample {
        id: "default",
        title: "Default registry",
        about: "every system image from one place",
        text: include_str!("../examples/default.yml"),
    },
];

impl Sample {
    pub fn by_id(id: &str) -> Option<&'static Self> {
        EXAMPLES.iter().find(|sample| sample.id == id)
    }
}
