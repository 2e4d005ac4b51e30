//! Events to text, as yaml.v2 v2.4.0 writes them: libyaml's emitter, 80 columns wide.

use libyaml_safer::{Emitter, Encoding, Event, MappingStyle, ScalarStyle, SequenceStyle};

use super::scalar::{Resolved, resolve};

/// Writes one block-style document; the caller nests the calls.
pub struct Writer {
    events: Vec<Event>,
    /// Columns after which a text is folded; -1: never.
    width: i32,
}

impl Default for Writer {
    fn default() -> Self {
        Self { events: vec![Event::stream_start(Encoding::Utf8), Event::document_start(None, &[], true)], width: 80 }
    }
}

impl Writer {
    /// For people and for programs that go by lines: each text stays on its own.
    pub fn unfolded() -> Self {
        Self { width: -1, ..Self::default() }
    }

    /// Text of a number, a boolean or null: it needs no quotes.
    pub fn plain(&mut self, text: &str) {
        self.events.push(Event::scalar(None, None, text, true, true, ScalarStyle::Plain));
    }

    /// In quotes where it would be read as something else.
    pub fn text(&mut self, text: &str) {
        let style = if text.contains('\n') {
            ScalarStyle::Literal
        } else if resolve(None, text, true) == Ok(Resolved::Text) && !is_base_60(text) {
            ScalarStyle::Plain
        } else {
            ScalarStyle::DoubleQuoted
        };
        self.events.push(Event::scalar(None, None, text, true, true, style));
    }

    pub fn start_sequence(&mut self) {
        self.events.push(Event::sequence_start(None, None, true, SequenceStyle::Block));
    }

    pub fn end_sequence(&mut self) {
        self.events.push(Event::sequence_end());
    }

    pub fn start_mapping(&mut self) {
        self.events.push(Event::mapping_start(None, None, true, MappingStyle::Block));
    }

    pub fn end_mapping(&mut self) {
        self.events.push(Event::mapping_end());
    }

    /// The text; empty where the events do not make one document.
    pub fn finish(mut self) -> String {
        self.events.extend([Event::document_end(true), Event::stream_end()]);
        let mut out = Vec::new();
        let mut emitter = Emitter::new();
        emitter.set_output_string(&mut out);
        emitter.set_unicode(true);
        emitter.set_width(self.width);
        let written = self.events.into_iter().try_for_each(|event| emitter.emit(event)).and_then(|()| emitter.flush());
        drop(emitter);
        if written.is_err() {
            out.clear();
        }
        String::from_utf8(out).unwrap_or_default()
    }
}

/// `190:20:30`, which other readers of YAML 1.1 take for a number.
fn is_base_60(text: &str) -> bool {
    let Some((first, rest)) = text.strip_prefix(['-', '+']).unwrap_or(text).split_once(':') else { return false };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let (rest, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let sixty = |part: &str| match part.as_bytes() {
        [unit] => unit.is_ascii_digit(),
        [ten, unit] => (b'0'..=b'5').contains(ten) && unit.is_ascii_digit(),
        _ => false,
    };
    first.starts_with(|c: char| c.is_ascii_digit()) && digits(first) && rest.split(':').all(sixty) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_yaml_v2_does() {
        let mut writer = Writer::default();
        writer.start_mapping();
        for text in ["yes", "1:30", "a: b", "x\ny\n", "-", "", "\u{1}", "it's", "plain text", "1:30:x"] {
            writer.text("k");
            writer.text(text);
        }
        writer.text("list");
        writer.start_sequence();
        writer.plain("18");
        writer.start_mapping();
        writer.end_mapping();
        writer.end_sequence();
        writer.end_mapping();
        assert_eq!(
            writer.finish(),
            "k: \"yes\"\nk: \"1:30\"\nk: 'a: b'\nk: |\n  x\n  y\nk: '-'\nk: \"\"\nk: \"\\x01\"\nk: it's\nk: plain text\n\
             k: 1:30:x\nlist:\n- 18\n- {}\n"
        );
    }
}
