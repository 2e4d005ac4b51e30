//! A rule's page, in Markdown: the text of `pull rule`, of the site and of the page's "why?" panel.

use std::fmt::Write;

use crate::rules::Rule;

pub fn page(rule: &Rule) -> String {
    let mut page = format!(
        "# {} {}\n\n{} ({})\n\n## Why\n\n{}\n",
        rule.code,
        rule.name,
        rule.summary,
        rule.severity.name(),
        rule.why.trim()
    );
    for example in rule.examples {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## Example\n\n```yaml\n{}```\n", ended(example.before));
        if let Some(after) = example.after {
            let _ = write!(page, "\nFixed:\n\n```yaml\n{}```\n", ended(after));
        }
    }
    page
}

fn ended(text: &str) -> String {
    format!("{}\n", text.trim_matches('\n'))
}
