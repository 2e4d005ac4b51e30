//! How yaml.v2 v2.4.0 reads a scalar: YAML 1.1 booleans, integers, floats, null and time stamps.

use std::borrow::Cow;

use base64::Engine as _;

const PREFIX: &str = "tag:yaml.org,2002:";

/// A scalar by its looks or by its tag.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    /// Above `i64::MAX`.
    UInt(u64),
    Float(f64),
    Timestamp,
    Text,
    /// Decoded from base64, bad UTF-8 replaced.
    Binary(String),
}

impl Resolved {
    /// As yaml.v2 prints it in type errors.
    pub const fn tag(&self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool(_) => "!!bool",
            Self::Int(_) | Self::UInt(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Timestamp => "!!timestamp",
            Self::Text => "!!str",
            Self::Binary(_) => "!!binary",
        }
    }
}

/// As yaml.v2 shortens a tag for its messages.
pub fn short_tag(tag: &str) -> String {
    tag.strip_prefix(PREFIX).map_or_else(|| tag.to_owned(), |rest| format!("!!{rest}"))
}

/// yaml.v2 allocates no pointer for it: an absent value, the tag, `null` or `~`, in quotes too, but not `NULL`.
pub fn leaves_pointer_nil(tag: Option<&str>, text: &str, implicit: bool) -> bool {
    match tag {
        Some(tag) => tag == "tag:yaml.org,2002:null",
        None => text == "null" || text == "~" || text.is_empty() && implicit,
    }
}

/// What a text field or a key gets: the text as it is written, or what it decodes to where it is tagged as base64.
pub fn decoded_text<'t>(tag: Option<&str>, text: &'t str) -> Cow<'t, str> {
    match tag.map(|tag| resolve(Some(tag), text, false)) {
        Some(Ok(Resolved::Binary(decoded))) => decoded.into(),
        _ => text.into(),
    }
}

/// What the scalar is; an error in the words of yaml.v2 where the tag contradicts the text.
pub fn resolve(tag: Option<&str>, text: &str, implicit: bool) -> Result<Resolved, String> {
    let Some(tag) = tag else {
        return Ok(if implicit { by_looks(text, true) } else { Resolved::Text });
    };
    let Some(short) = tag.strip_prefix(PREFIX) else {
        return Ok(Resolved::Text);
    };
    let found = match short {
        "str" => return Ok(Resolved::Text),
        "binary" => {
            let clean: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
            return match base64::engine::general_purpose::STANDARD.decode(clean) {
                Ok(bytes) => Ok(Resolved::Binary(String::from_utf8_lossy(&bytes).into_owned())),
                Err(_) => Err("!!binary value contains invalid base64 data".to_owned()),
            };
        }
        "bool" | "int" | "float" | "null" | "timestamp" => by_looks(text, short == "timestamp"),
        _ => return Ok(Resolved::Text),
    };
    match (short, found) {
        ("float", Resolved::Int(i)) => Ok(Resolved::Float(i as f64)),
        (_, found) if found.tag()[2..] == *short => Ok(found),
        (_, found) => Err(format!("cannot decode {} `{text}` as a !!{short}", found.tag())),
    }
}

fn by_looks(text: &str, timestamps: bool) -> Resolved {
    match text.as_bytes().first() {
        None => Resolved::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text),
        Some(b'.') => special(text).or_else(|| float(text)).map_or(Resolved::Text, Resolved::Float),
        // No number and no time has two dots, but each address.
        Some(b'0'..=b'9' | b'+' | b'-') if text.bytes().filter(|b| *b == b'.').count() < 2 => {
            if let Some(float) = special(text) {
                return Resolved::Float(float);
            }
            if timestamps && timestamp(text) { Resolved::Timestamp } else { number(text) }
        }
        Some(_) => Resolved::Text,
    }
}

fn word(text: &str) -> Resolved {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Resolved::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Resolved::Bool(false),
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        _ => Resolved::Text,
    }
}

fn special(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn number(text: &str) -> Resolved {
    let plain: Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    let (negative, digits) = match plain.as_bytes().first() {
        Some(b'-') => (true, &plain[1..]),
        Some(b'+') => (false, &plain[1..]),
        _ => (false, &plain[..]),
    };
    let (radix, rest) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !rest.is_empty()
        && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        && let Ok(value) = u64::from_str_radix(rest, radix)
    {
        match (negative, i64::try_from(value)) {
            (false, Ok(value)) => return Resolved::Int(value),
            (true, Ok(value)) => return Resolved::Int(-value),
            (true, Err(_)) if value == i64::MIN.unsigned_abs() => return Resolved::Int(i64::MIN),
            (false, Err(_)) if !text.starts_with('+') => return Resolved::UInt(value),
            _ => {}
        }
    }
    float(&plain).map_or(Resolved::Text, Resolved::Float)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, finite.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|e| digits(e.strip_prefix(['-', '+']).unwrap_or(e)));
    (mantissa_fits && exponent_fits).then(|| text.parse::<f64>().ok()).flatten().filter(|f| f.is_finite())
}

/// `2006-1-2`, `2006-1-2 15:4:5[.frac]`, `2006-1-2T15:4:5[.frac]ZONE`.
fn timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-') else { return false };
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let (date, time) = match rest.find(['T', 't', ' ']) {
        Some(at) => (&rest[..at], Some((rest.as_bytes()[at], &rest[at + 1..]))),
        None => (rest, None),
    };
    let Some((month, day)) = date.split_once('-') else { return false };
    let year: u32 = year.parse().unwrap_or(0);
    let (Some(month), Some(day)) = (short_number(month, 12), short_number(day, 31)) else { return false };
    if month == 0 || day == 0 || day > days_in(year, month) {
        return false;
    }
    match time {
        None => true,
        Some((b' ', time)) => clock(time.trim_start_matches(' ')),
        Some((_, time)) => match time.strip_suffix('Z') {
            Some(time) => clock(time),
            None => time.find(['+', '-']).is_some_and(|at| clock(&time[..at]) && zone(&time[at + 1..])),
        },
    }
}

/// How many days a month has.
pub fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 => 28 + u32::from(year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn short_number(text: &str, most: u32) -> Option<u32> {
    let fits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten().filter(|n| *n <= most)
}

fn clock(text: &str) -> bool {
    let (text, fraction) = text.split_once(['.', ',']).map_or((text, None), |(t, f)| (t, Some(f)));
    let parts: Vec<&str> = text.split(':').collect();
    let [hour, minute, second] = parts[..] else { return false };
    short_number(hour, 23).is_some()
        && short_number(minute, 59).is_some()
        && short_number(second, 59).is_some()
        && fraction.is_none_or(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()))
}

/// Of any two numbers.
fn zone(text: &str) -> bool {
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    text.split_once(':').is_some_and(|(hours, minutes)| two_digits(hours) && two_digits(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Resolved {
        resolve(None, text, true).unwrap()
    }

    #[test]
    fn reads_yaml_1_1_as_rke_does() {
        for (text, want) in [
            ("yes", Resolved::Bool(true)),
            ("Off", Resolved::Bool(false)),
            ("tRue", Resolved::Text),
            ("0755", Resolved::Int(493)),
            ("0o17", Resolved::Int(15)),
            ("0b11", Resolved::Int(3)),
            ("-0x1F", Resolved::Int(-31)),
            ("12_34", Resolved::Int(1234)),
            ("09", Resolved::Float(9.0)),
            ("1e3", Resolved::Float(1000.0)),
            ("1:30", Resolved::Text),
            ("9223372036854775808", Resolved::UInt(9_223_372_036_854_775_808)),
            ("2020-01-01", Resolved::Timestamp),
            ("2020-02-30", Resolved::Text),
            ("2001-12-14t21:59:43.10-05:00", Resolved::Timestamp),
            ("2001-12-14T21:59:43,5+25:99", Resolved::Timestamp),
            ("2001-12-14  21:59:43", Resolved::Timestamp),
            ("<<", Resolved::Text),
            ("", Resolved::Null),
            ("NULL", Resolved::Null),
            ("+", Resolved::Text),
            (".5", Resolved::Float(0.5)),
            ("-.inf", Resolved::Float(f64::NEG_INFINITY)),
            ("1.2.3.4", Resolved::Text),
            ("0x", Resolved::Text),
        ] {
            assert_eq!(plain(text), want, "{text}");
        }
    }

    #[test]
    fn a_tag_must_fit() {
        assert_eq!(
            resolve(Some("tag:yaml.org,2002:bool"), "x", false),
            Err("cannot decode !!str `x` as a !!bool".to_owned())
        );
        assert_eq!(resolve(Some("tag:yaml.org,2002:float"), "5", false), Ok(Resolved::Float(5.0)));
        assert_eq!(resolve(Some("tag:yaml.org,2002:str"), "5", false), Ok(Resolved::Text));
        assert_eq!(resolve(Some("!foo"), "5", false), Ok(Resolved::Text));
    }
}
