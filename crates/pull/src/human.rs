//! Findings as compilers show them: the place, carets, help. Readable without colours.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use drydock_core::diagnostic::{Diagnostic, Severity};
use drydock_core::fix::Safety;
use drydock_core::render::redact::{Masked, Redactor};
use drydock_core::text::{LineIndex, Position, Span};

/// Of longer lines, in bytes, only what stands around the finding is drawn: nobody would find the carets.
const LONGEST_LINE: usize = 2000;
/// So many characters on each side of it.
const AROUND: usize = 60;
/// Related places farther away are told by line, not drawn.
const FARTHEST_LINES: usize = 200;

/// A part of a long line.
struct Window {
    text: String,
    /// Bytes of the text to mark.
    marked: Range<usize>,
    /// Where the mark starts, from 1, in characters.
    column: usize,
}

/// Draws the findings of one text.
pub struct Painter<'t> {
    path: &'t str,
    index: LineIndex<'t>,
    secrets: Redactor,
    masked: &'t Masked,
    masked_index: LineIndex<'t>,
    renderer: Renderer,
}

impl<'t> Painter<'t> {
    /// `masked` is the text without `secrets`.
    pub fn new(path: &'t str, text: &'t str, secrets: Redactor, masked: &'t Masked, color: bool) -> Self {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        Self {
            path,
            index: LineIndex::new(text),
            secrets,
            masked,
            masked_index: LineIndex::new(&masked.text),
            renderer,
        }
    }

    pub fn paint(&self, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let message = self.secrets.hide(&diagnostic.message);
        let title = level.primary_title(message).id(diagnostic.code);
        let mut group = Group::with_title(title);
        for element in self.place(diagnostic) {
            group = group.element(element);
        }
        for label in diagnostic.related.iter().filter(|label| !self.is_drawn(diagnostic, label.span)) {
            let line = self.index.position(label.span.start).line;
            let text = format!("line {line}: {}", self.secrets.hide(&label.message));
            group = group.element(Level::NOTE.message(text));
        }
        if let Some(refusal) = &diagnostic.refusal {
            let name = if diagnostic.stops_rke { "rke stops with" } else { "rke says" };
            group = group.element(Level::NOTE.with_name(name).message(self.secrets.hide(&refusal.error)));
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(self.secrets.hide(help)));
        }
        for fix in &diagnostic.fixes {
            let how = match fix.safety {
                Safety::Safe => "--fix",
                Safety::Uncertain => "--fix --unsafe-fixes; may change what was meant",
                Safety::Placeholder => "by hand; a placeholder is to be filled in",
            };
            let text = format!("{} ({how})", self.secrets.hide(&fix.title));
            group = group.element(Level::HELP.with_name("fix").message(text));
        }
        self.told_as_written(diagnostic.span, self.renderer.render(&[group]))
    }

    /// The place told is the one in the file, though a mask before it may have moved it in what is drawn.
    fn told_as_written(&self, span: Span, painted: String) -> String {
        let written = self.index.position(span.start);
        let drawn = match (self.lines(span), self.window(span)) {
            (None, None) => return painted,
            (None, Some(window)) => Position { line: written.line, column: window.column },
            _ => self.masked_index.position(self.masked.span(span).start),
        };
        if drawn == written {
            return painted;
        }
        let place = |at: Position| format!("{}:{}:{}", self.path, at.line, at.column);
        painted.replacen(&place(drawn), &place(written), 1)
    }

    /// The lines around the finding with carets, or its place alone where there is nothing to draw.
    fn place(&self, diagnostic: &Diagnostic) -> Vec<Element<'_>> {
        let Some((first, last)) = self.lines(diagnostic.span) else {
            let position = self.index.position(diagnostic.span.start);
            if let Some(window) = self.window(diagnostic.span) {
                let snippet = Snippet::source(window.text).path(self.path).line_start(position.line);
                return vec![snippet.annotation(AnnotationKind::Primary.span(window.marked)).into()];
            }
            let origin = Origin::path(self.path).line(position.line).char_column(position.column);
            return vec![origin.into()];
        };
        let drawn: Vec<_> = diagnostic.related.iter().filter(|label| self.is_drawn(diagnostic, label.span)).collect();
        let lines = drawn
            .iter()
            .filter_map(|label| self.lines(label.span))
            .fold((first, last), |(from, to), (a, b)| (from.min(a), to.max(b)));
        let source = self.source(lines);
        let inside = |span: Span| {
            let span = self.masked.span(span);
            let end = span.end.min(source.end) - source.start;
            (span.start - source.start).min(end)..end
        };
        let mut snippet = Snippet::source(&self.masked.text[source.range()])
            .path(self.path)
            .line_start(lines.0)
            .annotation(AnnotationKind::Primary.span(inside(self.first_line(diagnostic.span))));
        for label in drawn {
            let message = self.secrets.hide(&label.message);
            snippet =
                snippet.annotation(AnnotationKind::Context.span(inside(self.first_line(label.span))).label(message));
        }
        vec![snippet.into()]
    }

    fn is_drawn(&self, diagnostic: &Diagnostic, other: Span) -> bool {
        match (self.lines(diagnostic.span), self.lines(other)) {
            (Some((here, _)), Some((there, _))) => here.abs_diff(there) <= FARTHEST_LINES,
            _ => false,
        }
    }

    /// What is drawn of a long line.
    fn window(&self, span: Span) -> Option<Window> {
        let span = self.masked.span(self.first_line(span));
        let line = self.masked_index.line(self.masked_index.position(span.start).line)?;
        if self.masked.text.is_empty() {
            return None;
        }
        let (before, behind) = (&self.masked.text[line.start..span.start], &self.masked.text[span.start..line.end]);
        let marked = span.end.min(line.end).saturating_sub(span.start).max(1).min(behind.len());
        let start = before.char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at);
        // A value of kilobytes is marked as far as it is drawn.
        let ends = behind.char_indices().map(|(at, _)| at).chain([behind.len()]).take_while(|at| *at <= 4 * AROUND);
        let end = ends.clone().filter(|at| *at >= marked).nth(AROUND).or(ends.last()).unwrap_or_default();
        let dots = |cut: bool| if cut { "…" } else { "" };
        let (first, last) = (dots(start > 0), dots(end < behind.len()));
        let at = first.len() + before.len() - start;
        Some(Window {
            text: format!("{first}{}{}{last}", &before[start..], &behind[..end]),
            marked: at..at + marked.min(end),
            column: before[start..].chars().count() + usize::from(start > 0) + 1,
        })
    }

    /// Long blocks are marked at their first line only.
    fn first_line(&self, span: Span) -> Span {
        let line = self.index.line(self.index.position(span.start).line);
        line.map_or(span, |line| Span::new(span.start, span.end.min(line.end.max(span.start))))
    }

    /// First and last line (from 1) to draw for a span, in the text without secrets.
    fn lines(&self, span: Span) -> Option<(usize, usize)> {
        let span = self.masked.span(self.first_line(span));
        let line = self.masked_index.position(span.start).line;
        let drawn = self.masked_index.line(line)?;
        let fits = drawn.end - drawn.start <= LONGEST_LINE;
        (fits && !self.masked.text.is_empty()).then_some((line, line))
    }

    fn source(&self, (first, last): (usize, usize)) -> Span {
        let line = |number| self.masked_index.line(number).unwrap_or_default();
        line(first).to(line(last))
    }
}
