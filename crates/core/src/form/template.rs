//! Text that is filled in before rke reads it.

/// What opens a statement or a value of a template: Jinja, Go and Helm, Terraform, ERB.
const MARKS: [&str; 4] = ["{%", "{{", "%{", "<%"];

/// The mark of a template in a line.
pub fn mark(line: &str) -> Option<&'static str> {
    MARKS.into_iter().find(|mark| line.contains(mark))
}

/// Whether a value is to be filled in by something before rke: rke expands nothing.
pub fn is_placeholder(value: &str) -> bool {
    value.contains("${") || mark(value).is_some() || value.starts_with('<') && value.ends_with('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_placeholders_from_values() {
        for value in ["${IP}", "{{ ip }}", "<IP>", "node-${index}.example.com", "<%= ip %>"] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["10.0.0.1", "robot$ci", "a<b", "{}", "100%", ""] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
