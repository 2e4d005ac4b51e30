//! What the editor shows at a place: what a key means, and what may stand there. In UTF-16 units.

use drydock_core::image::catalogue::Catalogue;
use drydock_core::schema::{Completion, complete, hover_at};
use drydock_core::text::LineIndex;

pub struct Told {
    pub from: usize,
    pub to: usize,
    pub title: String,
    pub lines: Vec<String>,
}

pub struct Offer {
    pub label: String,
    pub from: usize,
    pub to: usize,
    pub text: String,
    pub detail: String,
    pub meaning: &'static str,
}

pub fn tell(text: &str, at: usize) -> Option<Told> {
    let (span, hover) = hover_at(text, bytes(text, at))?;
    let lines = LineIndex::new(text);
    Some(Told {
        from: lines.utf16(span.start),
        to: lines.utf16(span.end),
        title: format!("{}: {}", hover.key, hover.ty),
        lines: hover.lines(),
    })
}

/// `catalogue`: where offered versions come from.
pub fn offers(text: &str, at: usize, catalogue: &Catalogue) -> Vec<Offer> {
    let lines = LineIndex::new(text);
    let offer = |completion: Completion<'_>| Offer {
        label: completion.label.to_owned(),
        from: lines.utf16(completion.span.start),
        to: lines.utf16(completion.span.end),
        text: completion.text,
        detail: completion.detail,
        meaning: completion.meaning,
    };
    complete(text, bytes(text, at), catalogue).into_iter().map(offer).collect()
}

/// The byte at a UTF-16 unit; beyond the text its end.
fn bytes(text: &str, unit: usize) -> usize {
    let mut units = 0;
    let found = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > unit
    });
    found.map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_utf16_on_both_sides() {
        let text = "# 😀\nnodes: []\n";
        let told = tell(text, 6).unwrap();
        assert_eq!((told.from, told.to), (5, 10));
        assert!(told.title.starts_with("nodes: list"), "{}", told.title);
        assert!(tell(text, 1).is_none());
    }

    #[test]
    fn keys_are_offered_where_they_may_stand() {
        let text = "# 😀\nnetwork:\n  plu\n";
        let unit = text.encode_utf16().count() - 1;
        let offers = offers(text, unit, &Catalogue::default());
        let plugin = offers.iter().find(|offer| offer.label == "plugin").unwrap();
        assert_eq!((plugin.from, plugin.to), (unit - 3, unit));
    }
}
