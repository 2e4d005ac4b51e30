//! Types of Kubernetes that decode themselves: what they refuse, in Go's words.

use crate::cluster::quoted::quote_bytes;

/// Go's time.ParseDuration.
pub fn duration(text: &str) -> Result<(), String> {
    let invalid = || Err(format!("time: invalid duration {}", quote_bytes(text)));
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return invalid();
    }
    // Nanoseconds, to find an overflow.
    let mut total = 0.0f64;
    while !rest.is_empty() {
        let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
        let fraction = rest[whole..].strip_prefix('.').map(|f| f.bytes().take_while(u8::is_ascii_digit).count());
        let end = whole + fraction.map_or(0, |digits| digits + 1);
        if whole + fraction.unwrap_or(0) == 0 {
            return invalid();
        }
        let amount: f64 = rest[..end].trim_end_matches('.').parse().unwrap_or(f64::INFINITY);
        rest = &rest[end..];
        let unit = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
        let (unit, after) = rest.split_at(unit);
        let size = match unit {
            "" => return Err(format!("time: missing unit in duration {}", quote_bytes(text))),
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return Err(format!("time: unknown unit {} in duration {}", quote_bytes(unit), quote_bytes(text))),
        };
        total += amount * size;
        rest = after;
    }
    if total > i64::MAX as f64 { invalid() } else { Ok(()) }
}

/// resource.ParseQuantity: sign, digits, fraction, then a suffix.
pub fn quantity(text: &str) -> Result<(), String> {
    let format = "quantities must match the regular expression \
                  '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    let text = text.trim();
    if text.is_empty() {
        return Err(format.to_owned());
    }
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    // No digits at all count as zero.
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut suffix = &unsigned[digits(unsigned)..];
    if let Some(fraction) = suffix.strip_prefix('.') {
        suffix = &fraction[digits(fraction)..];
    }
    let letters = suffix.bytes().take_while(|b| b"eEinumkKMGTP".contains(b)).count();
    let exponent = suffix[letters..].strip_prefix(['-', '+']).unwrap_or(&suffix[letters..]);
    if digits(exponent) < exponent.len() {
        return Err(format.to_owned());
    }
    let known = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].contains(&suffix);
    let power = suffix.strip_prefix(['e', 'E']).is_some_and(|exponent| exponent.parse::<i64>().is_ok());
    if known || power { Ok(()) } else { Err("unable to parse quantity's suffix".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fail_in_the_words_of_go() {
        for good in ["3s", "1h30m", "-1.5ms", "0", "2µs"] {
            assert_eq!(duration(good), Ok(()), "{good}");
        }
        assert_eq!(duration("3").unwrap_err(), "time: missing unit in duration \"3\"");
        assert_eq!(duration("3x").unwrap_err(), "time: unknown unit \"x\" in duration \"3x\"");
        assert_eq!(duration("s").unwrap_err(), "time: invalid duration \"s\"");
        assert_eq!(duration("").unwrap_err(), "time: invalid duration \"\"");
    }

    #[test]
    fn quantities_fail_in_the_words_of_kubernetes() {
        for good in ["1Gi", "0", "-1.5", "100m", "1e3", "1E", "12E+2", "1.", "5Ei", "+", "Gi"] {
            assert_eq!(quantity(good), Ok(()), "{good}");
        }
        assert!(quantity("").unwrap_err().starts_with("quantities must match"));
        assert!(quantity("1 Gi").unwrap_err().starts_with("quantities must match"));
        assert_eq!(quantity("1GB").unwrap_err(), quantity("x").unwrap_err());
        assert_eq!(quantity("1KM").unwrap_err(), "unable to parse quantity's suffix");
    }
}
