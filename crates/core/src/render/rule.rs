//! A rule's page, in Markdown: the text of `pull rule`, of the site and of the page's "why?" panel.

use std::fmt::Write;

use crate::rules::Rule;

pub fn page(rule: &Rule) -> String {
    let doc = rule.doc();
    let mut page = format!(
        "# {} {}\n\n{} ({})\n\n## Why\n\n{}\n",
        rule.code,
        rule.name,
        doc.summary,
        rule.severity.name(),
        doc.why.trim()
    );
    let sources = sources(doc.why);
    if !sources.is_empty() {
        let items: String = sources.iter().map(|address| format!("- <{address}>\n")).collect();
        page.push_str(&format!("\n## Sources\n\n{items}"));
    }
    for example in doc.examples {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## Example\n\n```yaml\n{}```\n", ended(example.before));
        if let Some(after) = example.after {
            let _ = write!(page, "\nFixed:\n\n```yaml\n{}```\n", ended(after));
        }
    }
    page
}

/// Where the sources lie that a text may name, as `rke v1.6.3, cluster/defaults.go:278 and 670`.
const REPOSITORIES: &[(&str, &str)] = &[
    ("rke", "https://github.com/rancher-archives/rke"),
    ("gopkg.in/yaml.v2", "https://github.com/go-yaml/yaml"),
    ("docker/distribution", "https://github.com/distribution/distribution"),
    ("github.com/ghodss/yaml", "https://github.com/ghodss/yaml"),
];

/// Addresses of what stands behind `Source:`: each file at its release and line, and what is an address already.
fn sources(why: &str) -> Vec<String> {
    let named = why.split("Source:").nth(1).unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    // Repository and release that the next files belong to.
    let mut of: Option<(&str, &str)> = None;
    let mut file = String::new();
    let words: Vec<&str> = named.split_whitespace().map(|word| word.trim_end_matches([',', ';', '.'])).collect();
    for (index, word) in words.iter().enumerate() {
        let version = words.get(index + 1).filter(|next| next.starts_with('v'));
        let repository = REPOSITORIES.iter().find(|(name, _)| name == word);
        if let (Some((_, address)), Some(version)) = (repository, version) {
            of = Some((*address, *version));
        } else if word.starts_with("https://") {
            found.push((*word).to_owned());
        } else if let Some((path, lines)) = as_file(word) {
            let Some((address, version)) = of else { continue };
            file = format!("{address}/blob/{version}/{path}");
            found.push(format!("{file}{}", lines.map(anchor).unwrap_or_default()));
        } else if word.starts_with(|c: char| c.is_ascii_digit()) && index > 0 && words[index - 1] == "and" {
            found.push(format!("{file}{}", anchor(word)));
        }
    }
    found
}

/// `cluster/defaults.go:278` as path and lines.
fn as_file(word: &str) -> Option<(&str, Option<&str>)> {
    let (path, lines) = word.split_once(':').map_or((word, None), |(path, lines)| (path, Some(lines)));
    path.ends_with(".go").then_some((path, lines))
}

/// `278` or `362-492` as GitHub marks lines.
fn anchor(lines: &str) -> String {
    format!("#L{}", lines.replace('-', "-L"))
}

fn ended(text: &str) -> String {
    format!("{}\n", text.trim_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_addresses() {
        let why = "It stops. Source: rke v1.6.3, cluster/defaults.go:278 and 670, cmd/up.go:362-492; tried with yaml.v2; \
                   gopkg.in/yaml.v2 v2.4.0, decode.go; https://github.com/rancher/rancher/issues/44365.";
        let rke = "https://github.com/rancher-archives/rke/blob/v1.6.3";
        assert_eq!(
            sources(why),
            [
                format!("{rke}/cluster/defaults.go#L278"),
                format!("{rke}/cluster/defaults.go#L670"),
                format!("{rke}/cmd/up.go#L362-L492"),
                "https://github.com/go-yaml/yaml/blob/v2.4.0/decode.go".to_owned(),
                "https://github.com/rancher/rancher/issues/44365".to_owned(),
            ]
        );
        assert!(sources("Nothing is named.").is_empty());
    }
}
