//! `pull check --format gitlab`: a code quality report, as GitLab compares it between branches.

use serde_json::{Value, json};

use super::fingerprint::named;
use super::json::{File, Finding, Report};

/// The array of issues.
pub fn issues(report: &Report) -> Value {
    let issues = report.files.iter().flat_map(|file| named(file).map(|found| issue(file, found)));
    Value::Array(issues.collect())
}

fn issue(file: &File, (finding, fingerprint): (&Finding, String)) -> Value {
    let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    json!({
        "type": "issue",
        "description": format!("{}: {}{help}", finding.code, finding.message),
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": severity(finding),
        "location": {
            // A leading `./` keeps GitLab from finding the file.
            "path": file.path.strip_prefix("./").unwrap_or(&file.path),
            "lines": {"begin": finding.start.line, "end": finding.end.line},
        },
    })
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        _ if finding.stops_rke => "blocker",
        "error" => "critical",
        "warning" => "major",
        _ => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Options;
    use crate::render::json::report;

    #[test]
    fn an_issue_has_what_gitlab_asks_for() {
        let text = "nodes:\n- address: 10.0.0.1\n  user: u\n  role: [etcd, worker]\n  port: [22]\n";
        let issues = issues(&Report::new(vec![report("./c.yml", text, &crate::check(text, &Options::default()))]));
        let stop = issues.as_array().unwrap().iter().find(|issue| issue["severity"] == "blocker").unwrap();
        assert_eq!(stop["location"], json!({"path": "c.yml", "lines": {"begin": 5, "end": 5}}));
        assert_eq!(stop["check_name"], "wrong-type");
        assert_eq!(stop["description"], "D002: `nodes[0].port` must be text");
        assert_eq!(stop["fingerprint"].as_str().map(str::len), Some(32));
    }
}
