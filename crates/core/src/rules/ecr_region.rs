use super::{Doc, Example, Facts, Reporter, Rule};
use crate::credentials::ecr;
use crate::diagnostic::Severity;
use crate::fix::{Edit, Safety};
use crate::schema::suggest;
use crate::text::Span;

pub static RULE: Rule = Rule { code: "D312", name: "ecr-region", severity: Severity::Warning, check };

pub static DOC: Doc = Doc {
    summary: "The region in an ECR url is not an AWS region.",
    why: "Names of AWS regions are in small letters and end in a direction and a number, as `eu-central-1`, and those of China have hosts below `amazonaws.com.cn`. rke's own pattern takes any word there and asks for a token in that region, so the fault shows only when a name does not resolve. Source: https://docs.aws.amazon.com/general/latest/gr/ecr.html; rke v1.6.3, util/ecr.go.",
    examples: &[
        Example {
            before: "\
private_registries:
- url: 123456789012.dkr.ecr.us-eest-1.amazonaws.com
                            ^^^^^^^^^
  ecr_credential_plugin: {}
",
            after: Some(
                "\
private_registries:
- url: 123456789012.dkr.ecr.us-east-1.amazonaws.com
  ecr_credential_plugin: {}
",
            ),
        },
        Example {
            before: "\
private_registries:
- url: 123456789012.dkr.ecr.US-EAST-1.amazonaws.com
                            ^^^^^^^^^
  ecr_credential_plugin: {}
",
            after: Some(
                "\
private_registries:
- url: 123456789012.dkr.ecr.us-east-1.amazonaws.com
  ecr_credential_plugin: {}
",
            ),
        },
        Example {
            before: "\
private_registries:
- url: 123456789012.dkr.ecr.cn-north-1.amazonaws.com
                            ^^^^^^^^^^
  ecr_credential_plugin: {}
",
            after: Some(
                "\
private_registries:
- url: 123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn
  ecr_credential_plugin: {}
",
            ),
        },
    ],
};

const DIRECTIONS: &[&str] =
    &["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];

fn check(facts: &Facts<'_>, reporter: &mut Reporter<'_>) {
    for (at, _, url) in facts.registry_urls() {
        let Some(region) = ecr::rke_region(&url.value) else { continue };
        let span = facts.inside(url.span, region);
        // Written with escapes.
        if span == url.span {
            continue;
        }
        let at = format!("{at}.url");
        let domain = &facts.text[span.end..url.span.end];
        let small = region.to_lowercase();
        let Some((area, direction, number)) = parts(&small) else {
            reporter
                .report(span, at, format!("`{region}` is not an AWS region"))
                .help("a region is named as `eu-central-1`");
            continue;
        };
        if small != region || !DIRECTIONS.contains(&direction) {
            let finding = reporter.report(span, at, format!("`{region}` is not an AWS region"));
            if let Some((near, _)) = suggest::value(direction, DIRECTIONS) {
                let near = format!("{area}-{near}-{number}");
                finding.fix(format!("write `{near}`"), Safety::Uncertain, vec![Edit::replace(span, near)]);
            }
        } else if (area == "cn") != domain.starts_with(".amazonaws.com.cn") {
            let (host, end) = match area {
                "cn" => (".amazonaws.com.cn", ".amazonaws.com"),
                _ => (".amazonaws.com", ".amazonaws.com.cn"),
            };
            let finding = reporter.report(span, at, format!("ECR of the region `{region}` is below `{host}`"));
            if domain.starts_with(end) {
                let span = Span::new(span.end, span.end + end.len());
                finding.fix(format!("write `{host}`"), Safety::Uncertain, vec![Edit::replace(span, host)]);
            }
        }
    }
}

/// `us-gov`, `east` and `1` of `us-gov-east-1`.
fn parts(region: &str) -> Option<(&str, &str, &str)> {
    let (rest, number) = region.rsplit_once('-')?;
    let (area, direction) = rest.rsplit_once('-')?;
    (!area.is_empty() && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        .then_some((area, direction, number))
}
