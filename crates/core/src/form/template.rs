//! Text that is filled in before rke reads it.

/// What opens and closes a statement or a value of a template: Jinja, Go and Helm, Terraform, ERB.
const MARKS: [(&str, &str); 4] = [("{%", "%}"), ("{{", "}}"), ("%{", "}"), ("<%", "%>")];
/// As the shell, envsubst and Terraform write a variable.
const VARIABLE: (&str, &str) = ("${", "}");

/// The mark of a template in a line.
pub fn mark(line: &str) -> Option<&'static str> {
    MARKS.iter().map(|(opens, _)| *opens).find(|opens| line.contains(opens))
}

/// Whether a value is to be filled in by something before rke: rke expands nothing. Names such as Harbor's `robot$ci` or
/// NVIDIA's `$oauthtoken` are meant as they stand.
pub fn is_placeholder(value: &str) -> bool {
    let is_inside =
        |(opens, closes): &(&str, &str)| value.split_once(opens).is_some_and(|(_, rest)| rest.contains(closes));
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_name = value.strip_prefix('$').is_some_and(|name| !name.is_empty() && name.bytes().all(is_upper));
    is_name || value.starts_with('<') && value.ends_with('>') || MARKS.iter().chain([&VARIABLE]).any(is_inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_placeholders_from_values() {
        for value in ["${IP}", "{{ ip }}", "<IP>", "node-${index}.example.com", "<%= ip %>", "$REGISTRY_PASSWORD"] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["10.0.0.1", "robot$ci", "$oauthtoken", "$", "a<b", "{}", "100%", "pa${word", "{\"a\": {}}", ""] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
