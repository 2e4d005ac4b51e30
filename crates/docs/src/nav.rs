//! The table of contents, as `docs/SUMMARY.md` has it: `## Part` and `- [Title](path.md)`.

use anyhow::{Context, Result, bail};

pub struct Nav {
    pub parts: Vec<Part>,
}

pub struct Part {
    /// Empty for the pages before the first part.
    pub title: String,
    pub entries: Vec<Entry>,
}

pub struct Entry {
    pub title: String,
    pub path: String,
}

impl Nav {
    pub fn read(summary: &str) -> Result<Self> {
        let mut parts = vec![Part { title: String::new(), entries: Vec::new() }];
        for line in summary.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            if let Some(title) = line.strip_prefix("## ") {
                parts.push(Part { title: title.to_owned(), entries: Vec::new() });
                continue;
            }
            let link = line.strip_prefix("- [").and_then(|rest| rest.strip_suffix(')')?.split_once("]("));
            let Some((title, path)) = link else { bail!("SUMMARY.md: `{line}` is neither a part nor a page") };
            let part = parts.last_mut().context("there is always a part")?;
            part.entries.push(Entry { title: title.to_owned(), path: path.to_owned() });
        }
        parts.retain(|part| !part.entries.is_empty());
        Ok(Self { parts })
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.parts.iter().flat_map(|part| &part.entries)
    }

    /// The entry that stands for a page: itself, or for a generated page the index of its folder.
    pub fn entry_of(&self, path: &str) -> Option<&Entry> {
        let index = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/index.md"));
        let own = self.entries().find(|entry| entry.path == path);
        own.or_else(|| self.entries().find(|entry| Some(&entry.path) == index.as_ref()))
    }

    /// What comes before and after a page of the contents.
    pub fn around(&self, path: &str) -> (Option<&Entry>, Option<&Entry>) {
        let entries: Vec<_> = self.entries().collect();
        let Some(at) = entries.iter().position(|entry| entry.path == path) else { return (None, None) };
        (at.checked_sub(1).map(|before| entries[before]), entries.get(at + 1).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_read_and_what_is_neither_part_nor_page_is_refused() {
        let nav = Nav::read("# Docs\n\n- [Start](index.md)\n\n## Rules\n- [All](rules/index.md)\n").unwrap();
        assert_eq!(nav.parts.iter().map(|part| part.title.as_str()).collect::<Vec<_>>(), ["", "Rules"]);
        assert_eq!(nav.entry_of("rules/D101.md").unwrap().title, "All");
        let (before, after) = nav.around("index.md");
        assert!(before.is_none() && after.is_some_and(|entry| entry.path == "rules/index.md"));
        assert!(Nav::read("see here\n").is_err());
    }
}
