//! How the kubelet and cri-dockerd choose from `auths`: Kubernetes, pkg/credentialprovider/keyring.go.

use crate::credentials::{RegistryMap, ecr};
use crate::image::reference::Reference;

/// Indices of the entries that match, in the order in which they are tried: longer and later keys first.
pub fn matches(registries: &RegistryMap, image: &Reference) -> Vec<usize> {
    // An entry with the plugin stands under `credHelpers`, which nobody here reads.
    let read = registries.entries.iter().filter(|(_, entry)| entry.ecr.is_none());
    let mut found: Vec<(String, usize)> = read
        .filter_map(|(url, entry)| {
            let key = key(url)?;
            is_match(&key, image).then_some((key, entry.index))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0));
    if found.is_empty() && image.host == "docker.io" {
        let hub = registries
            .entries
            .iter()
            .find(|(url, entry)| entry.ecr.is_none() && key(url).is_some_and(|k| k == "index.docker.io"));
        found.extend(hub.map(|(_, entry)| (String::new(), entry.index)));
    }
    found.into_iter().map(|(_, index)| index).collect()
}

/// A host for which the kubelet's built-in provider of ECR answered.
pub fn is_ecr(host: &str) -> bool {
    matches!(ecr::EcrHost::parse(host), Some(ecr::EcrHost::Private { dual_stack: false, .. }))
}

/// The url without scheme, and without the version of the registry's API; none where Go cannot read it as a URL.
fn key(url: &str) -> Option<String> {
    let url = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url);
    let (host, path) = url.find('/').map_or((url, ""), |at| url.split_at(at));
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    if host.contains(char::is_whitespace) || !port.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let path = ["/v1/", "/v2/"].iter().find(|api| path.starts_with(**api)).map_or(path, |_| &path[3..]);
    Some(if path == "/" { host.to_owned() } else { format!("{host}{path}") })
}

/// The same port, each label of the host the same or `*`, and the image's path starting with the key's.
fn is_match(key: &str, image: &Reference) -> bool {
    let (host, path) = key.find('/').map_or((key, ""), |at| key.split_at(at));
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let (asked, asked_port) = image.host.split_once(':').unwrap_or((&image.host, ""));
    let same = |(ours, theirs): (&str, &str)| glob(ours, theirs);
    port == asked_port
        && name.split('.').count() == asked.split('.').count()
        && name.split('.').zip(asked.split('.')).all(same)
        && format!("/{}", image.path).starts_with(path)
}

/// `*` stands for any run of characters of one label.
fn glob(pattern: &str, label: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == label };
    let Some(mut left) = label.strip_prefix(start) else { return false };
    loop {
        if glob(rest, left) {
            return true;
        }
        let mut characters = left.chars();
        if characters.next().is_none() {
            return false;
        }
        left = characters.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(url: &str, image: &str) -> bool {
        key(url).is_some_and(|key| is_match(&key, &Reference::parse(image).unwrap()))
    }

    #[test]
    fn host_port_and_start_of_the_path_decide() {
        assert!(fits("r.io", "r.io/a/b/c"));
        assert!(fits("https://r.io/v2/", "r.io/a"));
        assert!(fits("r.io/te", "r.io/team/a"));
        assert!(fits("*.example.com", "r.example.com/a"));
        assert!(fits("r*-1.io", "reg-1.io/a"));
        assert!(fits("docker.io", "alpine"));
        assert!(!fits("r.io:5000", "r.io/a"));
        assert!(!fits("r.io/team", "r.io/a"));
        assert!(!fits("*.example.com", "a.b.example.com/x"));
        assert!(!fits("r.io:port", "r.io/a"));
    }
}
