//! Why a text cannot be read, for its author: traces of what it was before it was pasted, or is to become.

use super::is_ansible;
use super::template::mark;
use crate::text::{Span, line_start};
use crate::yaml::{Data, Document, Stop};

const ANSIBLE: &str = "Ansible's playbooks and tasks are such lists";

/// What to do where the YAML parser stops.
pub fn help(text: &str, stop: &Stop) -> Option<String> {
    let line = line_at(text, stop.span.start);
    if let Some(mark) = mark(&text[line.range()]) {
        return Some(of_a_template(mark));
    }
    if fence(text, stop.span.start).is_some() {
        return Some("a fence of Markdown, pasted along".to_owned());
    }
    let help = match (stop.what.as_str(), &text[stop.span.range()]) {
        (_, "\t") => "a tab cannot indent YAML: use blanks",
        ("found character that cannot start any token", "%" | "@" | "`") => {
            "a value cannot start with this character: put the value in single quotes"
        }
        ("found character that cannot start any token", _) => {
            "a tab cannot indent YAML, and % @ ` cannot start a value: use blanks, or quote the value"
        }
        ("mapping values are not allowed in this context", _) => above(text, line)
            .unwrap_or("a colon and a blank start a new key: quote the value, or check the indentation"),
        ("did not find expected key", _) => "a line of this block is indented differently, or a quote is not closed",
        ("found unknown escape character", _) => "in double quotes a backslash is an escape: use single quotes",
        ("found unexpected end of stream", _) => "a quote is opened and never closed",
        ("control characters are not allowed", _) => "delete the invisible character",
        _ => return None,
    };
    Some(help.to_owned())
}

/// Why no value can be made of YAML that parses, and what to do.
pub fn undecodable(document: &Document, text: &str, span: Span, error: &str) -> (String, Option<String>) {
    let keys = "where rke wants the keys of a cluster.yml";
    if error.contains("invalid map key") {
        let mark = mark(&text[line_at(text, span.start).range()]);
        return ("a map or a list as a key".to_owned(), mark.map(of_a_template));
    }
    match document.root.map(|root| (root, &document.resolve(root).data)) {
        Some((root, Data::Sequence { .. })) => {
            (format!("a list, {keys}"), is_ansible(document, root).then(|| ANSIBLE.to_owned()))
        }
        Some((_, Data::Scalar { .. })) => (format!("mere text, {keys}"), None),
        _ => (error.rsplit(": ").next().unwrap_or(error).to_owned(), None),
    }
}

/// The line with its end, where Markdown opens or closes a block of code there, or above: `~~~` is a text to YAML, which
/// only the next line cannot follow.
pub fn fence(text: &str, offset: usize) -> Option<Span> {
    let line = line_at(text, offset);
    let is_fence = |written: &str| written.starts_with("```") || written.starts_with("~~~");
    let above = line.start.checked_sub(1).map(|end| line_at(text, end)).filter(|above| is_fence(&text[above.range()]));
    let line = Some(line).filter(|line| is_fence(text[line.range()].trim_start())).or(above)?;
    Some(Span::new(line.start, line.end + usize::from(line.end < text.len())))
}

fn of_a_template(mark: &str) -> String {
    format!("`{mark}` belongs to a template: have it filled in, and check what comes out")
}

/// What the line above has to do with a key that may not stand here.
fn above(text: &str, line: Span) -> Option<&'static str> {
    let says_something = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let above = text[..line.start].lines().rev().find(says_something)?;
    let written = above.trim_start().trim_start_matches("- ");
    let depth = |line: &str| line.len() - line.trim_start().len();
    match written.split_once(':') {
        None if !above.trim_start().starts_with('-') => Some("the line above is neither a key nor a comment"),
        Some((_, value)) if value.starts_with(' ') && !value.trim_start().is_empty() => {
            let deeper = depth(&text[line.range()]) > above.len() - written.len();
            deeper.then_some("indented below a key that has a value already: move it to the left")
        }
        _ => None,
    }
}

/// The line of a place, without its end.
fn line_at(text: &str, offset: usize) -> Span {
    let start = line_start(text, offset);
    let end = text[offset..].find('\n').map_or(text.len(), |end| offset + end);
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::plan::Options;

    #[test]
    fn says_the_one_thing_that_helps() {
        let texts = [
            ("nodes:\n{% for h in groups.all %}\n- address: {{ h }}\n{% endfor %}\n", "`{%` belongs to a template"),
            ("nodes:\n%{ for ip in ips ~}\n- address: ${ip}\n%{ endfor ~}\n", "`%{` belongs to a template"),
            ("nodes:\n- address: {{ .Values.ip }}\n  user: {{ user }}\n", "`{{` belongs to a template"),
            ("nodes:\n<% hosts.each do |h| %>\n- address: <%= h %>\n", "`<%` belongs to a template"),
            ("- address: {{ ip }}\n  user: ubuntu\n", "`{{` belongs to a template"),
            ("- hosts: all\n  tasks: []\n", "Ansible"),
            ("- hosts: all\n  user: ubuntu\n  roles: []\n", "Ansible"),
            ("$ cat cluster.yml\nnodes:\n- address: 10.0.0.1\n", "the line above is neither"),
            ("network:\n  plugin: canal\n    mtu: 1400\n", "has a value already"),
            ("ssh_key_path: a: b\n", "quote the value"),
        ];
        for (text, help) in texts {
            let found = check(text, &Options::default()).diagnostics;
            let syntax: Vec<_> = found.iter().filter(|d| d.code == "D001").collect();
            assert!(matches!(syntax[..], [d] if d.help.as_ref().unwrap().contains(help)), "{text}{found:#?}");
        }
    }

    #[test]
    fn a_name_alone_makes_no_task() {
        let found = check("- image: a\n  name: b\n", &Options::default()).diagnostics;
        assert!(matches!(&found[..], [d] if d.code == "D001" && d.help.is_none()), "{found:#?}");
    }

    #[test]
    fn the_fences_of_markdown_go() {
        for fence in ["```", "~~~"] {
            for (opens, closes) in [("yaml\n", "\n"), ("\n", "\n"), ("yaml\n", "")] {
                let text = format!("{fence}{opens}network:\n  plugin: canal\n{fence}{closes}");
                let fixed = crate::fix_all(&text, &Options::default(), |_, _| true).0;
                assert_eq!(fixed, "network:\n  plugin: canal\n", "{text}");
            }
        }
    }
}
