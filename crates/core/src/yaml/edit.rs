//! Tree to edits: the only place that knows indentation.

use super::{Data, Document, Entry, NodeId, Style};
use crate::fix::{self, Edit, Fix, Safety};
use crate::text::{Span, line_start};

impl Document {
    /// The mapping in which a key stands at `key`, and its entry there.
    fn entry_at(&self, key: Span) -> Option<(NodeId, usize)> {
        let within = |id: usize| {
            let Data::Mapping { entries, .. } = &self.nodes[id].data else { return None };
            let at = entries.iter().position(|e| self.node(e.key).span == key)?;
            Some((NodeId(id as u32), at))
        };
        // Nodes stand in the order of the text: the mapping is most often the last that begins before its key.
        let near = self.nodes.partition_point(|node| node.span.start <= key.start);
        (0..near).rev().chain(near..self.nodes.len()).find_map(within)
    }

    fn value_span(&self, entry: &Entry) -> Span {
        self.node(entry.value).span
    }

    /// The mapping in which a key stands at `key`.
    pub fn mapping_of(&self, key: Span) -> Option<NodeId> {
        self.entry_at(key).map(|(mapping, _)| mapping)
    }

    /// The value of the key at `key`.
    pub fn value_of(&self, key: Span) -> Option<NodeId> {
        let (mapping, at) = self.entry_at(key)?;
        Some(self.entries(mapping)[at].value)
    }

    /// Where the key of the value at `value` stands.
    pub fn key_of(&self, value: Span) -> Option<Span> {
        let entries = self.nodes.iter().filter_map(|node| match &node.data {
            Data::Mapping { entries, .. } => Some(entries),
            _ => None,
        });
        entries.flatten().find(|e| self.value_span(e) == value).map(|e| self.node(e.key).span)
    }

    /// The entry with the key at `key`: from the key to the end of its value.
    pub fn entry_span(&self, key: Span) -> Option<Span> {
        let (mapping, at) = self.entry_at(key)?;
        let entry = &self.entries(mapping)[at];
        Some(key.to(self.value_span(entry)))
    }

    /// Gives the key at `key` another value; a block value is replaced as a whole.
    pub fn set_value(&self, text: &str, key: Span, value: &str) -> Option<Edit> {
        let (mapping, at) = self.entry_at(key)?;
        let span = self.value_span(&self.entries(mapping)[at]);
        if span.is_empty() {
            return Some(Edit::insert(span.start, format!(" {value}")));
        }
        let gap = &text[key.end..span.start];
        match gap.contains('\n') {
            // The old value stood on lines of its own; the new one follows the colon.
            true => {
                let colon = key.end + gap.find(':')? + 1;
                Some(Edit::replace(Span::new(colon, span.end), format!(" {value}")))
            }
            false => Some(Edit::replace(span, value)),
        }
    }

    /// Gives the key at `key` a list of scalars; none where a comment in the old list would be lost.
    pub fn set_list(&self, text: &str, key: Span, items: &[&str]) -> Option<Edit> {
        let items: Vec<String> = items.iter().map(|item| scalar(item)).collect();
        let edit = self.set_value(text, key, &format!("[{}]", items.join(", ")))?;
        (!text[edit.span.range()].contains('#')).then_some(edit)
    }

    /// Takes the entry with the key at `key` away; comments stay.
    pub fn remove_entry(&self, text: &str, key: Span) -> Option<Edit> {
        let (mapping, at) = self.entry_at(key)?;
        let entries = self.entries(mapping);
        let end = self.value_span(&entries[at]).end.max(key.end + text[key.end..].find(':')? + 1);
        let next = entries.get(at + 1).map(|e| self.node(e.key).span.start);
        if matches!(self.node(mapping).data, Data::Mapping { flow: true, .. }) {
            return Some(match (next, at.checked_sub(1)) {
                (Some(next), _) => Edit::delete(Span::new(key.start, next)),
                (None, Some(before)) => Edit::delete(Span::new(self.value_span(&entries[before]).end, end)),
                (None, None) => Edit::delete(Span::new(key.start, end)),
            });
        }
        let line_start = line_start(text, key.start);
        let line_end = text[end..].find('\n').map_or(text.len(), |i| end + i + 1);
        let indent = &text[line_start..key.start];
        let trailing = text[end..line_end].trim();
        if !indent.trim().is_empty() {
            // First key behind a dash: the next one moves up; a lone one leaves an empty map.
            return Some(match next {
                None => Edit::replace(Span::new(key.start, end), "{}"),
                // What stands behind the value, or on lines of its own before the next key, stays.
                Some(next) if trailing.is_empty() && text[line_end..next].trim().is_empty() => {
                    Edit::delete(Span::new(key.start, next))
                }
                Some(_) => Edit::replace(Span::new(key.start, line_end), format!("{trailing}\n")),
            });
        }
        if entries.len() == 1 {
            // The parent's value would turn into null, which is not the same as an empty map.
            return Some(Edit::replace(Span::new(key.start, end), "{}"));
        }
        Some(match trailing.is_empty() {
            true => Edit::delete(Span::new(line_start, line_end)),
            false => Edit::replace(Span::new(key.start, end), "").trimmed(text),
        })
    }

    /// Adds an entry, or several on lines of their own, behind the one with the key at `key`, in the same column.
    pub fn add_after(&self, text: &str, key: Span, entry: &str) -> Option<Edit> {
        let (mapping, at) = self.entry_at(key)?;
        let node = self.node(mapping);
        let end = self.value_span(&self.entries(mapping)[at]).end.max(key.end + text[key.end..].find(':')? + 1);
        if matches!(node.data, Data::Mapping { flow: true, .. }) {
            return Some(Edit::insert(end, format!(", {}", entry.replace('\n', ", "))));
        }
        let line_start = line_start(text, key.start);
        let column = text[line_start..key.start].chars().count();
        let indented = entry.lines().map(|l| format!("{}{l}", " ".repeat(column))).collect::<Vec<_>>().join("\n");
        Some(match text[end..].find('\n') {
            Some(at) => Edit::insert(end + at + 1, format!("{indented}\n")),
            None => Edit::insert(text.len(), format!("\n{indented}")),
        })
    }

    /// Gives the map around the key at `beside` a value for `key` that is to be filled in by hand.
    pub fn fill_in(&self, text: &str, beside: Span, key: &str) -> Option<Edit> {
        let (mapping, _) = self.entry_at(beside)?;
        match self.entries(mapping).iter().rev().find(|entry| self.scalar(entry.key) == Some(key)) {
            Some(empty) => self.set_value(text, self.node(empty.key).span, "CHANGE_ME"),
            None => self.add_after(text, beside, &format!("{key}: CHANGE_ME")),
        }
    }

    /// Adds a key of the top level at the end of the configuration, in the column of its keys.
    pub fn add_at_end(&self, text: &str, entry: &str) -> Edit {
        let end = self.root.map_or(text.len(), |root| self.node(root).span.end);
        let first = self.root.and_then(|root| self.entries(root).first()).map(|first| self.node(first.key).span.start);
        let indent = first.map_or("", |start| &text[line_start(text, start)..start]);
        let indent = if indent.trim().is_empty() { indent } else { "" };
        let entry = entry.lines().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n");
        match text[end..].find('\n') {
            Some(at) => Edit::insert(end + at + 1, format!("{entry}\n")),
            None if end == 0 => Edit::insert(0, format!("{entry}\n")),
            None => Edit::insert(text.len(), format!("\n{entry}\n")),
        }
    }

    /// Takes `cut` out of the scalar at `span`; what is left is put in quotes where it would be read as something else.
    pub fn shorten(&self, text: &str, span: Span, cut: Span) -> Edit {
        let rest = format!("{}{}", &text[span.start..cut.start], &text[cut.end..span.end]);
        let read = scalar(&rest);
        if self.inner_span(span) != span || read == rest { Edit::delete(cut) } else { Edit::replace(span, read) }
    }

    /// The text between the quotes of a scalar at `span`, or all of it.
    pub fn inner_span(&self, span: Span) -> Span {
        let quoted = self.nodes.iter().any(|n| {
            n.span == span
                && matches!(&n.data, Data::Scalar { style: Style::SingleQuoted | Style::DoubleQuoted, .. })
                && n.tag.is_none()
        });
        if quoted && span.end - span.start >= 2 { Span::new(span.start + 1, span.end - 1) } else { span }
    }
}

impl Edit {
    /// Takes the blanks before a comment that is left alone on its line down to the edit's own column.
    fn trimmed(mut self, text: &str) -> Self {
        let blanks = text[self.span.end..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        self.span.end += blanks;
        self
    }
}

/// A plain scalar where YAML 1.1 reads it as text, else in single quotes.
pub fn scalar(value: &str) -> String {
    let plain = !value.is_empty()
        && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | ':' | '-' | '_' | '@'))
        && !value.ends_with(':')
        && value.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && super::scalar::resolve(None, value, true) == Ok(super::scalar::Resolved::Text);
    if plain { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

/// How many blanks a tab may have stood for.
const WIDTHS: [usize; 3] = [2, 4, 8];

/// Blanks in the place of tabs that indent, where that makes the text YAML.
pub fn without_tabs(text: &str) -> Option<Vec<Edit>> {
    let mut indents = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if line[..indent].contains('\t') {
            indents.push(Span::new(start, start + indent));
        }
        start += line.len();
    }
    if indents.is_empty() {
        return None;
    }
    WIDTHS.into_iter().find_map(|width| {
        let blanks = |span: &Span| Edit::replace(*span, text[span.range()].replace('\t', &" ".repeat(width)));
        let fix = Fix::new("", Safety::Uncertain, indents.iter().map(blanks).collect());
        let reads = Document::parse(&fix::apply(text, [&fix]).0).0.stop.is_none();
        reads.then_some(fix.edits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::{Fix, Safety, apply};

    fn edited(text: &str, key: &str, change: impl Fn(&Document, &str, Span) -> Option<Edit>) -> String {
        let start = text.find(key).unwrap();
        let (document, _) = Document::parse(text);
        let edit = change(&document, text, Span::new(start, start + key.len())).unwrap();
        apply(text, [&Fix::new("", Safety::Safe, vec![edit])]).0
    }

    #[test]
    fn sets_absent_plain_and_block_values() {
        let set = |d: &Document, t: &str, k: Span| d.set_value(t, k, "{}");
        assert_eq!(edited("a:\n  b:  # why\n  c: 1\n", "b", set), "a:\n  b: {}  # why\n  c: 1\n");
        assert_eq!(edited("a: x # why\n", "a", set), "a: {} # why\n");
        assert_eq!(edited("a:\n  b: 1\nc: 2\n", "a", set), "a: {}\nc: 2\n");
    }

    #[test]
    fn what_is_left_of_a_scalar_stays_text() {
        let last = |d: &Document, t: &str, k: Span| {
            let span = d.node(d.value_of(k)?).span;
            let end = d.inner_span(span).end;
            Some(d.shorten(t, span, Span::new(end - 1, end)))
        };
        assert_eq!(edited("a: x/ # why\n", "a", last), "a: x # why\n");
        assert_eq!(edited("a: 'x/'\n", "a", last), "a: 'x'\n");
        assert_eq!(edited("a: https:/\n", "a", last), "a: 'https:'\n");
        assert_eq!(edited("a: 1/\n", "a", last), "a: '1'\n");
    }

    #[test]
    fn removes_entries_and_keeps_comments() {
        let remove = |d: &Document, t: &str, k: Span| d.remove_entry(t, k);
        assert_eq!(edited("- a: 1\n  b: 2\n", "a", remove), "- b: 2\n");
        assert_eq!(edited("- a: 1 # why\n  b: 2\n", "a", remove), "- # why\n  b: 2\n");
        assert_eq!(edited("- x: 1\n  b: 2 # why\n", "b", remove), "- x: 1\n  # why\n");
        assert_eq!(edited("q:\n  b: |\n    x\n    y\n  c: 1\n", "b", remove), "q:\n  c: 1\n");
        assert_eq!(edited("q: {a: 1, b: 2}\n", "b", remove), "q: {a: 1}\n");
        assert_eq!(edited("q: {a: 1, b: 2}\n", "a", remove), "q: {b: 2}\n");
        assert_eq!(edited("q:\n  b: 2\n", "b", remove), "q:\n  {}\n");
    }

    #[test]
    fn adds_in_the_column_of_the_neighbour() {
        let add = |d: &Document, t: &str, k: Span| d.add_after(t, k, "n: 1");
        assert_eq!(edited("- a: 1 # why\n  b: 2\n", "a", add), "- a: 1 # why\n  n: 1\n  b: 2\n");
        assert_eq!(edited("q: {a: 1}\n", "a", add), "q: {a: 1, n: 1}\n");
        assert_eq!(edited("q:\n  a: 1", "a", add), "q:\n  a: 1\n  n: 1");
        let add = |d: &Document, t: &str, k: Span| d.add_after(t, k, "n: 1\nm: 2");
        assert_eq!(edited("q: {a: 1}\n", "a", add), "q: {a: 1, n: 1, m: 2}\n");
    }

    #[test]
    fn quotes_only_what_yaml_would_read_otherwise() {
        assert_eq!(scalar("registry.example.com:5000/a"), "registry.example.com:5000/a");
        assert_eq!(scalar("yes"), "'yes'");
        assert_eq!(scalar("it's"), "'it''s'");
        assert_eq!(scalar("0123"), "'0123'");
    }
}
