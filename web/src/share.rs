//! Links that carry a text: `#v1=` and the deflated text in base64url.

/// Behind this what `v1` means never changes.
pub const VERSION: &str = "v1=";

/// What a fragment of the address carries.
pub enum Carried<'f> {
    /// A packed text.
    Text(&'f str),
    /// One in a form that came after this program.
    Newer,
}

/// None where a fragment is no text.
pub fn carried(fragment: &str) -> Option<Carried<'_>> {
    if let Some(packed) = fragment.strip_prefix(VERSION) {
        return Some(Carried::Text(packed));
    }
    let (version, _) = fragment.strip_prefix('v')?.split_once('=')?;
    version.bytes().all(|byte| byte.is_ascii_digit()).then_some(Carried::Newer)
}
/// Longer links break in chats, mails and issue forms.
pub const LONGEST: usize = 8000;
/// What a link may unfold to; deflate packs a thousand to one at most, and a file of this size is no cluster.yml.
pub const LARGEST_TEXT: usize = 1_000_000;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// base64url without padding, RFC 4648 section 5.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            out.push(char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    out
}

/// None where a character is not of the alphabet.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        bits = bits << 6 | ALPHABET.iter().position(|known| *known == letter)? as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

/// What a link asks of the page's address: settings only. Empty or begins with `?`.
pub fn query(settings: &[(&str, Option<&str>)]) -> String {
    let mut out = String::new();
    for (key, value) in settings {
        let Some(value) = value else { continue };
        out.push(if out.is_empty() { '?' } else { '&' });
        out.push_str(key);
        out.push('=');
        // Versions and names of tabs: what else might stand there has no business in an address.
        out.extend(value.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_the_alphabet_of_addresses() {
        for (bytes, text) in [(&b""[..], ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (&[0xfb, 0xff], "-_8")] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text).unwrap(), bytes);
        }
        assert_eq!(decode("Zg=="), Some(b"f".to_vec()));
        assert_eq!(decode("Zm9v!"), None);
    }

    #[test]
    fn the_query_holds_what_is_set() {
        assert_eq!(
            query(&[("tab", Some("images")), ("rke", None), ("kubernetes", Some("v1.30&x"))]),
            "?tab=images&kubernetes=v1.30x"
        );
        assert_eq!(query(&[("rke", None)]), "");
    }
}
