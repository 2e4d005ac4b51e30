//! Image names as rke reads them: the grammar of docker/distribution v2.8.2, and its error texts.

use std::fmt;

/// Longest name, host included, in bytes.
const NAME_MAX: usize = 255;
const DOCKER_HUB: &str = "docker.io";

/// An image name with what Docker adds: `docker.io` for the host, `library/` for a one-part name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// With the port; empty where the first part is neither a host nor wrong as a path (`reg_istry.com/a`).
    pub host: String,
    pub path: String,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

/// Why an image name is refused; displays as rke's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceError {
    Format,
    Uppercase,
    TooLong,
    /// 64 hexadecimal digits: an image's id, no name.
    Identifier(String),
    DigestFormat,
    DigestLength,
    DigestAlgorithm,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => f.write_str("invalid reference format"),
            Self::Uppercase => f.write_str("invalid reference format: repository name must be lowercase"),
            Self::TooLong => write!(f, "repository name must not be more than {NAME_MAX} characters"),
            Self::Identifier(name) => {
                write!(f, "invalid repository name ({name}), cannot specify 64-byte hexadecimal strings")
            }
            Self::DigestFormat => f.write_str("invalid checksum digest format"),
            Self::DigestLength => f.write_str("invalid checksum digest length"),
            Self::DigestAlgorithm => f.write_str("unsupported digest algorithm"),
        }
    }
}

impl std::error::Error for ReferenceError {}

impl Reference {
    /// `ParseNormalizedNamed` of the library.
    pub fn parse(image: &str) -> Result<Self, ReferenceError> {
        if image.len() == 64 && is_lower_hex(image) {
            return Err(ReferenceError::Identifier(image.to_owned()));
        }
        let (host, rest) = split_host(image);
        let library = if host == DOCKER_HUB && !rest.contains('/') { "library/" } else { "" };
        let name = rest.split(':').next().unwrap_or_default();
        if !name.chars().all(|c| if c.is_ascii() { !c.is_ascii_uppercase() } else { c.to_lowercase().eq([c]) }) {
            return Err(ReferenceError::Uppercase);
        }
        let full = [host, "/", library, rest].concat();
        let Some(parts) = Parts::split(&full) else {
            // A host may hold upper case, a path may not: lower case decides which of the two errors it is.
            let uppercase = Parts::split(&lower(&full)).is_some();
            return Err(if uppercase { ReferenceError::Uppercase } else { ReferenceError::Format });
        };
        if parts.name.len() > NAME_MAX {
            return Err(ReferenceError::TooLong);
        }
        if let Some(digest) = parts.digest {
            check_digest(digest)?;
        }
        let (host, path) = parts.host.map_or(("", parts.name), |host| (host, &parts.name[host.len() + 1..]));
        Ok(Self {
            host: host.to_owned(),
            path: path.to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest: parts.digest.map(str::to_owned),
        })
    }

    /// Under which key rke looks for credentials: the host, and the path less its last two parts (docker.go:723).
    pub fn lookup_key(&self) -> String {
        match self.path.rmatch_indices('/').nth(1) {
            Some((end, _)) => format!("{}/{}", self.host, &self.path[..end]),
            None => self.host.clone(),
        }
    }
}

/// The first part is the host only with a dot or colon in it, or as `localhost`.
fn split_host(image: &str) -> (&str, &str) {
    match image.split_once('/') {
        Some(("index.docker.io", rest)) => (DOCKER_HUB, rest),
        Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest),
        _ => (DOCKER_HUB, image),
    }
}

/// Character by character as Go's `strings.ToLower`: no final sigma.
fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

struct Parts<'t> {
    name: &'t str,
    /// Before the first `/` of the name, where it can be one.
    host: Option<&'t str>,
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

impl<'t> Parts<'t> {
    /// `name[:tag][@digest]`, none where a part does not fit.
    fn split(text: &'t str) -> Option<Self> {
        let (text, digest) = text.split_once('@').map_or((text, None), |(text, digest)| (text, Some(digest)));
        let last = text.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match text[last..].find(':') {
            Some(colon) => (&text[..last + colon], Some(&text[last + colon + 1..])),
            None => (text, None),
        };
        let host = name.split_once('/').filter(|(host, path)| is_host(host) && is_path(path)).map(|(host, _)| host);
        let fits = (host.is_some() || is_path(name)) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest);
        fits.then_some(Self { name, host, tag, digest })
    }
}

/// Labels between dots, an optional port. No IPv6 addresses.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, "0"), |(name, port)| (name, port));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.split('.').all(label) && !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit())
}

/// Between `/` lower-case letters and digits, and between these `.`, `_`, `__` or any number of `-`.
fn is_path(text: &str) -> bool {
    let mut before = b'/';
    for byte in text.bytes() {
        before = match (before, byte) {
            (_, b'a'..=b'z' | b'0'..=b'9') => b'a',
            (b'a', b'/' | b'.' | b'_') | (b'a' | b'-', b'-') => byte,
            // Behind the second one only a letter or digit fits, as behind a dot.
            (b'_', b'_') => b'.',
            _ => return false,
        };
    }
    before == b'a'
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

/// `algorithm:hex` with at least 32 hexadecimal digits; the algorithm in words between `-`, `_`, `+` or `.`.
fn is_digest(text: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.split(['-', '_', '+', '.']).all(word) && hex.len() >= 32 && hex.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

/// opencontainers/go-digest, for a text that [`is_digest`].
fn check_digest(text: &str) -> Result<(), ReferenceError> {
    let (algorithm, hex) = text.split_once(':').ok_or(ReferenceError::DigestFormat)?;
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ if algorithm.bytes().any(|b| b.is_ascii_uppercase()) => return Err(ReferenceError::DigestFormat),
        _ => return Err(ReferenceError::DigestAlgorithm),
    };
    match hex.len() == length {
        false => Err(ReferenceError::DigestLength),
        true if is_lower_hex(hex) => Ok(()),
        true => Err(ReferenceError::DigestFormat),
    }
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `url` + `/rancher/rke-tools:v0.1.103`, as docker/distribution v2.8.2 answered.
    #[test]
    fn registry_urls_give_the_keys_that_rke_computes() {
        let same = [
            "registry.com",
            "registry.com:5555",
            "1.1.1.1",
            "1.1.1.1:5555/artifactory",
            "harbor.local/a/b/c",
            "localhost",
            "localhost:5000",
            "docker.io",
            "docker.io/myorg",
            "hub.docker.com",
            "registry.hub.docker.com",
            "registry-1.docker.io",
        ];
        let other = [
            ("myregistry", "docker.io/myregistry"),
            ("index.docker.io", "docker.io"),
            ("reg_istry.com", "/reg_istry.com"),
            ("REG.com", "REG.com"),
        ];
        for (url, key) in same.iter().map(|url| (*url, *url)).chain(other) {
            let reference = Reference::parse(&format!("{url}/rancher/rke-tools:v0.1.103")).expect(url);
            assert_eq!(reference.lookup_key(), key, "{url}");
            assert_eq!(reference.tag.as_deref(), Some("v0.1.103"));
        }
    }

    #[test]
    fn bad_registry_urls_give_the_texts_of_rke() {
        let format = "invalid reference format";
        let uppercase = "invalid reference format: repository name must be lowercase";
        for (url, text) in [
            ("https://registry.com", format),
            ("http://192.168.49.234:5000", format),
            ("registry.com/", format),
            ("registry.com:5000 ", format),
            ("registry.com:port", format),
            ("[::1]:5000", format),
            ("registry.com/Proj", uppercase),
            ("Myregistry", uppercase),
        ] {
            let error = Reference::parse(&format!("{url}/rancher/rke-tools:v0.1.103")).unwrap_err();
            assert_eq!(error.to_string(), text, "{url}");
        }
    }

    #[test]
    fn short_names_belong_to_docker_hub() {
        let reference = Reference::parse("busybox").unwrap();
        assert_eq!((reference.host.as_str(), reference.path.as_str()), ("docker.io", "library/busybox"));
        assert_eq!(Reference::parse("index.docker.io/busybox").unwrap().path, "library/busybox");
        assert_eq!(Reference::parse("registry.com/rke-tools:v1").unwrap().lookup_key(), "registry.com");
        assert_eq!(Reference::parse("registry.com/proj/sub/rke-tools:v1").unwrap().lookup_key(), "registry.com/proj");
    }

    #[test]
    fn names_have_limits() {
        let id = "0123456789abcdef".repeat(4);
        assert_eq!(Reference::parse(&id), Err(ReferenceError::Identifier(id)));
        let long = |letters: usize| format!("registry.com/{}", "a".repeat(letters));
        assert!(Reference::parse(&long(NAME_MAX - "registry.com/".len())).is_ok());
        assert_eq!(Reference::parse(&long(NAME_MAX)), Err(ReferenceError::TooLong));
        assert!(Reference::parse(&format!("a:{}", "t".repeat(128))).is_ok());
        for image in ["", "a:", "a:-t", "a@sha256:0", "a..b", "a___b", "-a", "a:t:u", "prefix/", "ü"] {
            assert_eq!(Reference::parse(image), Err(ReferenceError::Format), "{image:?}");
        }
        assert!(Reference::parse("a/b--c__d.e_f").is_ok());
    }

    #[test]
    fn digests_are_checked_by_their_algorithm() {
        let hex = "a".repeat(64);
        assert!(
            Reference::parse(&format!("r.com/a:t@sha256:{hex}")).is_ok_and(|r| r.digest.is_some() && r.tag.is_some())
        );
        let error = |digest: String| Reference::parse(&format!("r.com/a@{digest}")).unwrap_err();
        assert_eq!(error(format!("sha256:{}", &hex[1..])), ReferenceError::DigestLength);
        assert_eq!(error(format!("sha256:{}", hex.to_uppercase())), ReferenceError::DigestFormat);
        assert_eq!(error(format!("md5:{}", &hex[32..])), ReferenceError::DigestAlgorithm);
    }
}
