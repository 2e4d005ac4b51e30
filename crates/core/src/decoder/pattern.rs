//! Texts with gaps, looked for anywhere in a line.

/// As `Network plugin [{value}] is not supported`: `{name}` takes what stands between two literal parts. At the end of
/// the pattern it takes one word. Letter case does not count.
pub struct Pattern {
    /// Literal in lower case, and the gap behind it; only the last may have none.
    parts: Vec<(String, Option<&'static str>)>,
}

/// What stood in the gaps, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captures<'l>(Vec<(&'static str, &'l str)>);

impl<'l> Captures<'l> {
    pub fn get(&self, name: &str) -> Option<&'l str> {
        self.0.iter().find(|(other, _)| *other == name).map(|(_, text)| *text)
    }
}

impl Pattern {
    pub fn new(text: &'static str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, behind)) = rest.split_once('{') {
            let Some((name, behind)) = behind.split_once('}') else { break };
            parts.push((literal.to_ascii_lowercase(), Some(name)));
            rest = behind;
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push((rest.to_ascii_lowercase(), None));
        }
        Self { parts }
    }

    /// Where the pattern begins in a line in lower case.
    pub fn place(&self, lower: &str) -> Option<usize> {
        let (first, _) = self.parts.first()?;
        let mut starts = lower.match_indices(first.as_str()).map(|(start, _)| start);
        starts.find(|start| self.find_at(*start, lower, lower).is_some())
    }

    /// `lower` is `line` in ASCII lower case, so that places are the same in both.
    pub fn find<'l>(&self, line: &'l str, lower: &str) -> Option<Captures<'l>> {
        let (first, _) = self.parts.first()?;
        lower.match_indices(first.as_str()).find_map(|(start, _)| self.find_at(start, line, lower))
    }

    fn find_at<'l>(&self, start: usize, line: &'l str, lower: &str) -> Option<Captures<'l>> {
        let mut captures = Vec::new();
        let mut gap: Option<(&'static str, usize)> = None;
        let mut at = start;
        for (literal, name) in &self.parts {
            let found = at + lower[at..].find(literal.as_str())?;
            if let Some((name, from)) = gap {
                captures.push((name, &line[from..found]));
            }
            at = found + literal.len();
            gap = name.map(|name| (name, at));
        }
        if let Some((name, from)) = gap {
            captures.push((name, word(&line[from..])));
        }
        Some(Captures(captures))
    }
}

fn word(text: &str) -> &str {
    let text = text.trim_start_matches(['"', '\'', '`']);
    let end = text.find(|c: char| c.is_whitespace() || "\"'`,;)]".contains(c)).unwrap_or(text.len());
    text[..end].trim_end_matches([':', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(pattern: &'static str, line: &str) -> Option<Vec<(&'static str, String)>> {
        let found = Pattern::new(pattern).find(line, &line.to_ascii_lowercase())?;
        Some(found.0.into_iter().map(|(name, text)| (name, text.to_owned())).collect())
    }

    #[test]
    fn gaps_take_what_stands_between() {
        let own = |name, text: &str| (name, text.to_owned());
        for (pattern, line, want) in [
            ("no such host", "lookup a: No Such Host", Some(vec![])),
            ("role [{r}] on [{h}]", "x role [a b] on [c]", Some(vec![own("r", "a b"), own("h", "c")])),
            ("denied for {image}", "denied for \"a/b:1\", really", Some(vec![own("image", "a/b:1")])),
            ("a {x} c", "a a b", None),
            ("[{x}] is bad", "[up] ü [y] is bad", Some(vec![own("x", "up] ü [y")])),
            ("lookup {host}", "lookup", None),
        ] {
            assert_eq!(find(pattern, line), want, "{pattern}");
        }
    }
}
