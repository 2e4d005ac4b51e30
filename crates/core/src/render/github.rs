//! `pull check --format github`: workflow commands, which GitHub Actions shows as annotations of the changed lines.

use super::json::{Finding, Report};

/// One command a line.
pub fn annotations(report: &Report) -> String {
    let lines = report.files.iter().flat_map(|file| file.findings.iter().map(|finding| line(&file.path, finding)));
    lines.collect()
}

fn line(path: &str, finding: &Finding) -> String {
    let level = if finding.severity == "note" { "notice" } else { finding.severity };
    let (start, end) = (finding.start, finding.end);
    // Columns are taken within one line only.
    let columns = match start.line == end.line {
        true => format!(",col={},endColumn={}", start.column, end.column),
        false => String::new(),
    };
    let mut message = finding.message.clone();
    for more in finding.help.iter().chain(&finding.rke_error) {
        message.push('\n');
        message.push_str(more);
    }
    format!(
        "::{level} file={},line={}{columns},endLine={},title={}::{}\n",
        property(path.strip_prefix("./").unwrap_or(path)),
        start.line,
        end.line,
        property(&format!("{} {}", finding.code, finding.name)),
        data(&message)
    )
}

/// What a runner decodes in the text (actions/toolkit, packages/core/src/command.ts).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In properties the separators too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Options;
    use crate::render::json::report;

    #[test]
    fn what_would_end_a_command_or_a_property_is_encoded() {
        let text = "private_registries:\n- url: https://r.example.com\n  \"100%: \\r\": 1\n";
        let checked = crate::check(text, &Options::default());
        let written = annotations(&Report::new(vec![report("./a,b:c.yml", text, &checked)]));
        let unknown = written.lines().find(|line| line.contains("D101")).unwrap();
        assert_eq!(
            unknown,
            "::warning file=a%2Cb%3Ac.yml,line=3,col=3,endColumn=13,endLine=3,title=D101 unknown-key\
             ::rke ignores the unknown key `100%25: %0D`"
        );
        assert_eq!(written.lines().count(), checked.diagnostics.len());
    }
}
