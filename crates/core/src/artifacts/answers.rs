//! Questions that the plan cannot answer: each described once, for the page's form and for `--set KEY=VALUE`.

use std::collections::BTreeMap;
use std::fmt;

use super::Request;
use super::target::Target;
use crate::credentials::Secrets;
use crate::image::reference::Reference;
use crate::image::version::Version;
use crate::plan::Plan;

/// One question: its key, its words, and what may be answered.
pub struct Question {
    /// As in `--set KEY=VALUE`.
    pub key: &'static str,
    pub question: &'static str,
    pub kind: Kind,
    /// What counts without an answer; empty: nothing does.
    default: fn(&Plan) -> String,
}

pub enum Kind {
    /// `yes` or `no`; `true` and `false` are taken too.
    Bool,
    Choice(&'static [&'static str]),
    /// What is wrong with a text, if anything.
    Text(fn(&str) -> Result<(), &'static str>),
}

/// An answer that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerError {
    UnknownKey { key: String },
    Invalid { key: &'static str, value: String, wanted: String },
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey { key } => {
                let keys: Vec<_> = QUESTIONS.iter().map(|question| question.key).collect();
                write!(f, "no question is called `{}`; there are: {}", key.escape_debug(), keys.join(", "))
            }
            Self::Invalid { key, value, wanted } => {
                write!(f, "`{}` is no answer to {key}: {wanted}", value.escape_debug())
            }
        }
    }
}

impl std::error::Error for AnswerError {}

/// Answers by key, each valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    texts: BTreeMap<&'static str, String>,
    /// Masked: environment references and placeholders stand where secrets would.
    pub secrets: Secrets,
}

impl Default for Answers {
    fn default() -> Self {
        Self { texts: BTreeMap::new(), secrets: Secrets::Masked }
    }
}

impl Answers {
    /// Takes one answer; an empty one takes it back.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), AnswerError> {
        let question = QUESTIONS.iter().find(|question| question.key == key);
        let question = question.ok_or_else(|| AnswerError::UnknownKey { key: key.to_owned() })?;
        let value = value.trim();
        if value.is_empty() {
            self.texts.remove(question.key);
            return Ok(());
        }
        let value = question.read(value).map_err(|wanted| AnswerError::Invalid {
            key: question.key,
            value: value.to_owned(),
            wanted,
        })?;
        self.texts.insert(question.key, value);
        Ok(())
    }
}

impl Question {
    /// The answer as it is kept, or what is wanted instead.
    fn read(&self, value: &str) -> Result<String, String> {
        match self.kind {
            Kind::Bool => match value.to_ascii_lowercase().as_str() {
                "yes" | "true" => Ok("yes".to_owned()),
                "no" | "false" => Ok("no".to_owned()),
                _ => Err("answer yes or no".to_owned()),
            },
            Kind::Choice(choices) if choices.contains(&value) => Ok(value.to_owned()),
            Kind::Choice(choices) => Err(format!("choose one of {}", choices.join(", "))),
            Kind::Text(check) => check(value).map(|()| value.to_owned()).map_err(str::to_owned),
        }
    }

    /// What counts without an answer; empty where the plan has nothing valid to offer.
    pub fn default(&self, plan: &Plan) -> String {
        self.read(&(self.default)(plan)).unwrap_or_default()
    }
}

impl Request<'_> {
    /// The answer, else what the plan offers; none where both are missing.
    pub fn text(&self, question: &Question) -> Option<String> {
        let given = self.answers.texts.get(question.key).cloned();
        Some(given.unwrap_or_else(|| question.default(self.plan))).filter(|text| !text.is_empty())
    }

    pub fn is_yes(&self, question: &Question) -> bool {
        self.text(question).as_deref() == Some("yes")
    }
}

pub static QUESTIONS: &[&Question] = &[
    &EC2,
    &INSTANCE_PROFILE,
    &PROFILE_ECR_PERMISSIONS,
    &REGISTRY,
    &CACHE_PREFIX,
    &SCOPE,
    &PLATFORM,
    &INSECURE,
    &CA_FILE,
    &NEXT_VERSION,
    &AT_ONCE,
    &NAMESPACE,
    &TARGET_VERSION,
    &EMBEDDED_REGISTRY,
];

pub static EC2: Question =
    Question { key: "ec2", question: "Are the nodes EC2 instances?", kind: Kind::Bool, default: without_keys };

pub static INSTANCE_PROFILE: Question = Question {
    key: "instance_profile",
    question: "Do these instances have an instance profile?",
    kind: Kind::Bool,
    default: without_keys,
};

pub static PROFILE_ECR_PERMISSIONS: Question = Question {
    key: "profile_ecr_permissions",
    question: "Does the profile allow pulling from ECR?",
    kind: Kind::Bool,
    default: without_keys,
};

pub static REGISTRY: Question = Question {
    key: "registry",
    question: "Which registry holds the images, as host[:port][/path]?",
    kind: Kind::Text(registry),
    default: |plan| plan.prefix.clone().unwrap_or_default(),
};

pub static CACHE_PREFIX: Question = Question {
    key: "cache_prefix",
    question: "Under which prefix does ECR cache Docker Hub?",
    kind: Kind::Text(cache_prefix),
    default: |plan| match plan.prefix.as_deref().map(path) {
        Some(path) if !path.is_empty() => path.to_owned(),
        _ => "docker-hub".to_owned(),
    },
};

pub static SCOPE: Question = Question {
    key: "scope",
    question: "Images of this cluster, or all that rke lists for the version?",
    kind: Kind::Choice(&["cluster", "version"]),
    default: |_| "cluster".to_owned(),
};

pub static PLATFORM: Question = Question {
    key: "platform",
    question: "Platform of the nodes",
    kind: Kind::Choice(&["linux/amd64", "linux/arm64"]),
    default: |_| "linux/amd64".to_owned(),
};

pub static INSECURE: Question = Question {
    key: "insecure",
    question: "Does the registry speak plain HTTP?",
    kind: Kind::Bool,
    default: |_| "no".to_owned(),
};

pub static CA_FILE: Question = Question {
    key: "ca_file",
    question: "Where does the CA certificate of the registry lie?",
    kind: Kind::Text(file),
    default: |_| String::new(),
};

pub static NEXT_VERSION: Question = Question {
    key: "next_version",
    question: "To which Kubernetes version does the cluster go?",
    kind: Kind::Text(kubernetes_version),
    default: |_| String::new(),
};

pub static AT_ONCE: Question = Question {
    key: "at_once",
    question: "How many nodes may pull at once?",
    kind: Kind::Text(count),
    default: |_| "3".to_owned(),
};

pub static NAMESPACE: Question = Question {
    key: "namespace",
    question: "Which namespace do the pods run in?",
    kind: Kind::Text(label),
    default: |_| "default".to_owned(),
};

pub static TARGET_VERSION: Question = Question {
    key: "target_version",
    question: "Which version of RKE2 or K3s does the cluster move to?",
    kind: Kind::Text(|text| match Target::parse(text) {
        Some(_) => Ok(()),
        None => Err("give a release, as v1.30.14+rke2r1 or v1.30.14+k3s1"),
    }),
    // RKE2 begins with v1.18.
    default: |plan| match Version::from_kubernetes(&plan.kubernetes_version) {
        Ok(version) if (version.major, version.minor) < (1, 18) => String::new(),
        Ok(version) => format!("v{}.{}.{}+rke2r1", version.major, version.minor, version.patch),
        Err(_) => String::new(),
    },
};

pub static EMBEDDED_REGISTRY: Question = Question {
    key: "embedded_registry",
    question: "Shall the nodes of RKE2 or K3s share images among themselves?",
    kind: Kind::Bool,
    default: |_| "no".to_owned(),
};

/// Keys written in the file say that no profile does the work.
fn without_keys(plan: &Plan) -> String {
    let keys = plan.registries.entries.iter().filter_map(|(_, registry)| registry.ecr.as_ref());
    let keys = keys.filter(|keys| !keys.access_key_id.is_empty() && !keys.secret_access_key.is_empty());
    if keys.count() == 0 { "yes".to_owned() } else { "no".to_owned() }
}

/// A registry that rke and docker both take for one, and whose images rke can look up.
fn registry(text: &str) -> Result<(), &'static str> {
    let form = "give host[:port][/path], lower case, without scheme and without a slash at the end";
    match Reference::parse(&format!("{text}/rancher/rke-tools:v0")) {
        Ok(reference) if reference.lookup_key() == text => Ok(()),
        _ => Err(form),
    }
}

/// A path of one line that no program takes for an option.
fn file(text: &str) -> Result<(), &'static str> {
    if text.starts_with('-') || text.chars().any(char::is_control) || text.contains(['"', '{', '}']) {
        return Err("give a path without quotes, braces and control characters, as /etc/ssl/registry-ca.crt");
    }
    Ok(())
}

/// Whether its images are known depends on the metadata in use.
fn kubernetes_version(text: &str) -> Result<(), &'static str> {
    match Version::from_kubernetes(text) {
        Ok(_) => Ok(()),
        Err(_) => Err("give a version of the metadata, as v1.30.5-rancher1-1"),
    }
}

fn count(text: &str) -> Result<(), &'static str> {
    match text.parse::<u16>() {
        Ok(1..) => Ok(()),
        _ => Err("give a number from 1 to 65535"),
    }
}

/// A name of Kubernetes: RFC 1123.
fn label(text: &str) -> Result<(), &'static str> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !text.is_empty() && text.len() <= 63 && text.bytes().all(plain) && !text.starts_with('-') && !text.ends_with('-')
    {
        Ok(())
    } else {
        Err("give up to 63 lower-case letters, digits and hyphens")
    }
}

/// ECR's own rule: 2 to 30 characters of lower-case words.
fn cache_prefix(text: &str) -> Result<(), &'static str> {
    let is_path = Reference::parse(&format!("localhost/{text}")).is_ok_and(|r| r.tag.is_none() && r.digest.is_none());
    if is_path && (2..=30).contains(&text.len()) {
        Ok(())
    } else {
        Err("give 2 to 30 characters, lower-case words between slashes, as docker-hub")
    }
}

/// The host of a registry, without its path.
pub fn host(registry: &str) -> &str {
    registry.split('/').next().unwrap_or_default()
}

/// The path of a registry, without slashes at its ends; empty where it has none.
pub fn path(registry: &str) -> &str {
    registry.split_once('/').map_or("", |(_, path)| path)
}
