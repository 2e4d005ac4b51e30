//! The page's content security policy. web/index.html states it, with the nonce that `trunk serve` fills in anew for
//! each answer; a built page has nobody to do that, and names its inline scripts by their hashes.

use super::html::{Element, elements};
use super::offline::OneFile;
use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::iter;
use std::ops::Range;

/// What Trunk writes where the nonce goes (`nonce_placeholder` in Trunk.toml): into the policy, and beside each script.
const NONCE: &str = "'nonce-{{__TRUNK_NONCE__}}'";
const NONCE_ATTRIBUTE: &str = " nonce=\"{{__TRUNK_NONCE__}}\"";

/// The page as a site: its own files, and inline scripts by their hashes.
pub fn for_site(html: &str) -> Result<String> {
    let (place, policy) = policy(html)?;
    Ok(insert(html, place, &policy.replace(NONCE, &script_hashes(html))))
}

/// The page as one file: it has no files of its own, so `'self'` allows nothing any more.
pub fn for_one_file(OneFile { html, scripts }: &OneFile) -> Result<String> {
    let (place, policy) = policy(html)?;
    let packed = scripts.iter().map(|script| hash(script));
    let scripts = iter::once(script_hashes(html)).chain(packed).collect::<Vec<_>>().join(" ");
    let styles = hashes(html, |element| element.name == "style");
    let directives: Vec<_> = policy.split(';').filter_map(|part| one_file_directive(part, &styles)).collect();
    Ok(insert(html, place, &directives.join("; ").replace(NONCE, &scripts)))
}

fn one_file_directive(directive: &str, styles: &str) -> Option<String> {
    let (name, sources) = directive.trim().split_once(' ')?;
    let mut sources: Vec<_> = sources.split_whitespace().filter(|source| *source != "'self'").collect();
    if name == "style-src" && !styles.is_empty() {
        sources.insert(0, styles);
    }
    if sources.is_empty() {
        sources.push("'none'");
    }
    Some(format!("{name} {}", sources.join(" ")))
}

fn script_hashes(html: &str) -> String {
    hashes(html, Element::is_code)
}

/// The source expressions of all inline elements of a kind, with spaces between.
fn hashes(html: &str, kind: impl Fn(&Element) -> bool) -> String {
    let inline = |element: &&Element| kind(element) && element.attribute("src").is_none();
    let found = elements(html);
    let hashes: Vec<_> = found.iter().filter(inline).map(|element| hash(&html[element.inner.clone()])).collect();
    hashes.join(" ")
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// The page's one policy and the place of its element.
fn policy(html: &str) -> Result<(Range<usize>, String)> {
    // A browser reads `\r\n` as `\n` and hashes that.
    ensure!(!html.contains('\r'), "the page has carriage returns: its hashes would not be those that a browser sees");
    let found = elements(html);
    let is_policy = |element: &&Element| {
        element.attribute("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-security-policy"))
    };
    let mut policies = found.iter().filter(is_policy);
    let element = policies.next().context("the page has no content security policy")?;
    ensure!(policies.next().is_none(), "the page has more than one content security policy");
    let code = found.iter().find(|element| element.name == "script" || element.attribute("rel") == Some("stylesheet"));
    ensure!(
        code.is_none_or(|code| code.outer.start >= element.outer.end),
        "the content security policy must stand before every script and stylesheet: it does not count for earlier ones"
    );
    let policy = element.attribute("content").unwrap_or_default();
    ensure!(policy.contains(NONCE), "script-src of the page's policy lacks {NONCE}, which `trunk serve` fills in");
    Ok((element.outer.clone(), policy.to_owned()))
}

fn insert(html: &str, place: Range<usize>, policy: &str) -> String {
    let (before, after) = (&html[..place.start], &html[place.end..]);
    let page = format!("{before}<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">{after}");
    page.replace(NONCE_ATTRIBUTE, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rest: &str) -> String {
        format!(
            "<head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             script-src 'self' {NONCE} 'wasm-unsafe-eval'; style-src 'self' 'nonce-editor'; img-src 'self' data:; \
             connect-src 'self'\">{rest}</head>"
        )
    }

    #[test]
    fn trunk_fills_in_the_nonce_that_the_page_names() {
        let placeholder = NONCE.trim_start_matches("'nonce-").trim_end_matches('\'');
        let trunk = include_str!("../../../../Trunk.toml");
        assert!(trunk.contains(&format!("nonce_placeholder = \"{placeholder}\"")));
        assert!(include_str!("../../../../web/index.html").contains(NONCE));
    }

    #[test]
    fn a_hash_is_the_one_of_the_specification() {
        // CSP Level 3, section 2.4.2, has this script as its example.
        assert_eq!(hash("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }

    #[test]
    fn inline_code_is_hashed_and_data_is_not() {
        let script = format!("<script{NONCE_ATTRIBUTE}>b</script>");
        let html = page(&format!("<script src=a.js></script>{script}<script type=\"application/json\">{{}}</script>"));
        let page = for_site(&html).unwrap();
        assert!(page.contains(&format!("script-src 'self' {} 'wasm-unsafe-eval';", hash("b"))), "{page}");
        assert_eq!(page.matches("sha256-").count(), 1);
        assert!(!page.contains("{{__TRUNK"), "{page}");
    }

    #[test]
    fn one_file_may_load_nothing() {
        let html = page("<style>p {}</style><script>b</script>");
        let page = for_one_file(&OneFile { html, scripts: vec!["c".to_owned()] }).unwrap();
        let expected = format!(
            "content=\"default-src 'none'; script-src {} {} 'wasm-unsafe-eval'; style-src {} 'nonce-editor'; \
             img-src data:; connect-src 'none'\"",
            hash("b"),
            hash("c"),
            hash("p {}")
        );
        assert!(page.contains(&expected), "{page}");
    }

    #[test]
    fn a_policy_that_would_not_hold_is_refused() {
        let refused = |html: &str| for_site(html).unwrap_err().to_string();
        assert_eq!(refused("<head></head>"), "the page has no content security policy");
        assert!(refused(&page(&page(""))).contains("more than one"));
        assert!(refused(&format!("<script>early</script>{}", page(""))).contains("must stand before"));
        assert!(refused(&page("").replace(NONCE, "")).contains("lacks 'nonce-"));
    }
}
