//! What rke sees of a file, cut into pieces that can be shown.

use drydock_core::credentials::Secrets;
use drydock_core::effective::{Effective, Fate, Fated, fates};
use drydock_core::render::redact::Redactor;

use crate::diff;
use crate::report::Report;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Plain(String),
    /// Nothing of it reaches rke's work.
    Struck(String),
    /// Read otherwise than it is written.
    Kept(String),
    /// What becomes of it, at the end of its line.
    Note(String),
}

pub struct Seen {
    /// The person's file.
    pub pieces: Vec<Piece>,
    pub summary: String,
    /// The lines of the file with its defaults, and whether they are filled in.
    pub filled: Vec<(bool, String)>,
    /// Lines of the file and of the filled one that were left out.
    pub left_out: (usize, usize),
}

impl Seen {
    /// The first `most` lines of each.
    pub fn new(report: &Report, most: usize) -> Self {
        let checked = &report.checked;
        let mut told = fates(checked);
        told.retain(|fated| fated.fate != Fate::Kept);
        let struck = told.iter().filter(|fated| fated.fate.is_struck()).count();
        let written = Effective { config: checked.cluster.config.clone() }.to_yaml(Secrets::Masked);
        let effective = Effective::new(&checked.cluster, &checked.plan).to_yaml(Secrets::Masked);
        let (all, filled) = (report.text.lines().count(), effective.lines().count());
        let filled_in = diff::added(&written, &effective);
        let added = filled_in.into_iter().zip(effective.lines().map(str::to_owned)).take(most).collect();
        Self {
            pieces: pieces(report, &told, most),
            summary: match (struck, told.len() - struck) {
                (0, 0) => "Every key counts as it is written.".to_owned(),
                (1, 0) => "1 key without effect.".to_owned(),
                (struck, 0) => format!("{struck} keys without effect."),
                (struck, other) => format!("Keys without effect: {struck}; read otherwise than written: {other}."),
            },
            filled: added,
            left_out: (all.saturating_sub(most), filled.saturating_sub(most)),
        }
    }
}

/// The first lines of a text.
fn head(text: &str, lines: usize) -> &str {
    text.match_indices('\n').nth(lines.saturating_sub(1)).map_or(text, |(end, _)| &text[..=end])
}

/// The text without its secrets; what is said about a key stands at the end of the key's line.
fn pieces(report: &Report, told: &[Fated], most: usize) -> Vec<Piece> {
    let masked = Redactor::find(&report.text, &report.checked.cluster).mask(&report.text);
    let text = head(&masked.text, most);
    let mut pieces = Pieces { text, at: 0, notes: Vec::new(), out: Vec::new() };
    for fated in told {
        let struck = fated.fate.is_struck();
        let entry = masked.span(if struck { fated.entry } else { fated.key });
        // Inside of what is struck already.
        if entry.start < pieces.at {
            continue;
        }
        if entry.start >= text.len() {
            break;
        }
        pieces.up_to(entry.start, Piece::Plain);
        pieces.notes.push(fated.fate.sentence());
        pieces.up_to(entry.end.min(text.len()), if struck { Piece::Struck } else { Piece::Kept });
    }
    pieces.up_to(text.len(), Piece::Plain);
    pieces.end_line();
    pieces.out
}

struct Pieces<'t> {
    text: &'t str,
    at: usize,
    notes: Vec<String>,
    out: Vec<Piece>,
}

impl Pieces<'_> {
    fn up_to(&mut self, end: usize, kind: fn(String) -> Piece) {
        for line in self.text[self.at..end.max(self.at)].split_inclusive('\n') {
            let body = line.trim_end_matches('\n');
            if !body.is_empty() {
                self.out.push(kind(body.to_owned()));
            }
            if body.len() < line.len() {
                self.end_line();
                self.out.push(Piece::Plain("\n".to_owned()));
            }
        }
        self.at = end.max(self.at);
    }

    fn end_line(&mut self) {
        self.out.extend(self.notes.drain(..).map(Piece::Note));
    }
}

#[cfg(test)]
mod tests {
    use drydock_core::plan::Options;

    use super::*;

    fn seen(text: &str) -> Seen {
        Seen::new(&Report::new(0, text.to_owned(), &Options::default()), usize::MAX)
    }

    #[test]
    fn of_a_long_file_the_first_lines_are_shown() {
        let text = "nods:\n- 1\n- 2\ndns: null\ncluster_name: a\n";
        let seen = Seen::new(&Report::new(0, text.to_owned(), &Options::default()), 2);
        let struck = |text: &str| Piece::Struck(text.to_owned());
        assert_eq!(seen.pieces[0], struck("nods:"));
        assert!(seen.pieces.contains(&struck("- 1")) && !seen.pieces.contains(&struck("- 2")), "{:?}", seen.pieces);
        assert_eq!((seen.filled.len(), seen.left_out.0), (2, 3));
        assert!(seen.left_out.1 > 10, "{:?}", seen.left_out);
    }

    #[test]
    fn an_unknown_key_is_struck_with_all_below_it_and_said_so_on_its_line() {
        let seen = seen("nodes: []\nnods:\n- address: a\n  port: 1\ndns: null # x\n");
        let struck: String =
            seen.pieces.iter().filter_map(|p| if let Piece::Struck(t) = p { Some(t.as_str()) } else { None }).collect();
        assert!(struck.starts_with("nods:- address: a"), "{struck}");
        let note = seen.pieces.iter().position(|piece| matches!(piece, Piece::Note(note) if note.contains("dropped")));
        assert_eq!(seen.pieces[note.unwrap() - 1], Piece::Struck("nods:".to_owned()));
        let text: String = seen
            .pieces
            .iter()
            .filter_map(|p| match p {
                Piece::Plain(t) | Piece::Struck(t) | Piece::Kept(t) => Some(t.as_str()),
                Piece::Note(_) => None,
            })
            .collect();
        assert_eq!(text, "nodes: []\nnods:\n- address: a\n  port: 1\ndns: null # x\n");
    }

    #[test]
    fn what_is_filled_in_is_told_from_what_is_written() {
        let seen = seen("network: {plugin: calico}\n");
        let filled = |text: &str| seen.filled.iter().find(|(_, line)| line.contains(text)).map(|(filled, _)| *filled);
        assert_eq!(filled("plugin: calico"), Some(false));
        assert_eq!(filled("cluster_cidr"), Some(true));
    }

    #[test]
    fn no_secret_is_shown() {
        let seen = seen("private_registries:\n- {url: r.io, pasword: canary-7, password: canary-8}\n");
        assert!(!format!("{:?}{:?}", seen.pieces, seen.filled).contains("canary"));
    }
}
