//! Go's reading of an RFC 3339 time, for its error text.

use super::quoted::quote_bytes;

use crate::yaml::scalar::days_in;

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// `Err` holds the text of Go's time.Parse.
pub fn rfc3339(text: &str) -> Result<(), String> {
    let fail = |rest: &str, element: &str| {
        Err(format!(
            "parsing time {} as {LAYOUT:?}: cannot parse {} as {element:?}",
            quote_bytes(text),
            quote_bytes(rest)
        ))
    };
    let range = |what: &str| Err(format!("parsing time {}: {what} out of range", quote_bytes(text)));
    let mut rest = text;
    let mut date = [0u32; 3];
    for (element, width, most) in [
        ("2006", 4, 9999),
        ("-", 0, 0),
        ("01", 2, 12),
        ("-", 0, 0),
        ("02", 2, 31),
        ("T", 0, 0),
        ("15", 2, 23),
        (":", 0, 0),
        ("04", 2, 59),
        (":", 0, 0),
        ("05", 2, 59),
    ] {
        if width == 0 {
            match rest.strip_prefix(element) {
                Some(after) => rest = after,
                None => return fail(rest, element),
            }
            continue;
        }
        // Go takes an hour of one digit too.
        let digits = rest.bytes().take(width).take_while(u8::is_ascii_digit).count();
        let taken = if element == "15" && digits == 1 { 1 } else { width };
        if digits < taken {
            return fail(rest, element);
        }
        let number: u32 = rest[..taken].parse().unwrap_or(0);
        if number > most || number == 0 && matches!(element, "01") {
            let what = match element {
                "01" => "month",
                "02" => "day",
                "15" => "hour",
                "04" => "minute",
                _ => "second",
            };
            return range(what);
        }
        match element {
            "2006" => date[0] = number,
            "01" => date[1] = number,
            "02" => date[2] = number,
            _ => {}
        }
        rest = &rest[taken..];
    }
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            rest = &fraction[digits..];
        }
    }
    rest = match rest.strip_prefix('Z') {
        Some(after) => after,
        None => {
            let zone = rest.as_bytes();
            let fits = zone.len() >= 6
                && matches!(zone[0], b'+' | b'-')
                && zone[3] == b':'
                && [1, 2, 4, 5].iter().all(|i| zone[*i].is_ascii_digit());
            if !fits {
                return fail(rest, "Z07:00");
            }
            &rest[6..]
        }
    };
    if !rest.is_empty() {
        return Err(format!("parsing time {}: extra text: {}", quote_bytes(text), quote_bytes(rest)));
    }
    let [year, month, day] = date;
    if day == 0 || day > days_in(year, month) { range("day") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fails_in_the_words_of_go() {
        assert_eq!(rfc3339("2020-01-01T00:00:00.5+02:00"), Ok(()));
        let error = |text: &str| rfc3339(text).unwrap_err();
        assert_eq!(error("foo"), r#"parsing time "foo" as "2006-01-02T15:04:05Z07:00": cannot parse "foo" as "2006""#);
        assert!(error("2020-01-01").ends_with(r#"cannot parse "" as "T""#));
        assert_eq!(error("2021-02-29T00:00:00Z"), r#"parsing time "2021-02-29T00:00:00Z": day out of range"#);
    }
}
