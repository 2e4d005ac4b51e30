//! Hosts of Amazon ECR: as rke recognises them, and as they really are.

/// What tells the kubelet of ecr-credential-provider, as lines of `services.kubelet.extra_args`.
pub const PROVIDER_ARGUMENTS: [&str; 2] = [
    "image-credential-provider-config: /var/lib/rancher/credentialprovider/config.yaml",
    "image-credential-provider-bin-dir: /var/lib/rancher/credentialprovider/bin",
];

/// The region in a registry's url by rke's own expression (util/ecr.go:19); none: rke says `Not a valid ECR registry`.
///
/// A leading `https://` is dropped and a path may follow; so may anything else, as in `….amazonaws.com.example.org`.
pub fn rke_region(url: &str) -> Option<&str> {
    let url = url.strip_prefix("https://").unwrap_or(url);
    let mut labels = url.splitn(6, '.');
    let account = labels.next()?;
    let service = (labels.next()?, labels.next()?);
    let region = labels.next()?;
    let end = (labels.next()?, labels.next()?);
    let fits = is_label(account)
        && matches!(service, ("dkr", "ecr" | "ecr-fips"))
        && is_label(region)
        && end.0 == "amazonaws"
        && end.1.starts_with("com");
    fits.then_some(region)
}

fn is_label(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A host of Amazon ECR by the rules that docker-credential-ecr-login and ecr-credential-provider share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcrHost<'h> {
    /// public.ecr.aws
    Public,
    Private {
        account: &'h str,
        region: &'h str,
        /// As in an ARN: `aws-cn`.
        partition: &'static str,
        fips: bool,
        /// `dkr-ecr`: reachable over IPv6 too. rke does not take these hosts for ECR.
        dual_stack: bool,
    },
}

impl<'h> EcrHost<'h> {
    /// `host` without scheme and path.
    pub fn parse(host: &'h str) -> Option<Self> {
        if matches!(host, "public.ecr.aws" | "ecr-public.aws.com") {
            return Some(Self::Public);
        }
        let (account, rest) = host.split_once('.')?;
        let (rest, dual_stack) = match rest.strip_prefix("dkr.ecr") {
            Some(rest) => (rest, false),
            None => (rest.strip_prefix("dkr-ecr")?, true),
        };
        let (rest, fips) = rest.strip_prefix("-fips").map_or((rest, false), |rest| (rest, true));
        let (region, domain) = rest.strip_prefix('.')?.split_once('.')?;
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        let partition = match domain {
            "amazonaws.com" | "on.aws" if region.starts_with("us-gov-") => "aws-us-gov",
            "amazonaws.com" | "on.aws" => "aws",
            "amazonaws.com.cn" | "on.amazonwebservices.com.cn" => "aws-cn",
            "c2s.ic.gov" => "aws-iso",
            "sc2s.sgov.gov" => "aws-iso-b",
            "cloud.adc-e.uk" => "aws-iso-e",
            "csp.hci.ic.gov" => "aws-iso-f",
            "amazonaws.eu" => "aws-eusc",
            _ => return None,
        };
        (is_account && is_label(region)).then_some(Self::Private { account, region, partition, fips, dual_stack })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rke_takes_these_urls_for_ecr() {
        for (url, region) in [
            ("123456789012.dkr.ecr.us-west-2.amazonaws.com", "us-west-2"),
            ("https://1.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a/b", "us-gov-west-1"),
            ("1.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("a-b_c.dkr.ecr.r.amazonaws.com.fake.example.com", "r"),
            ("1.dkr.ecr.r.amazonaws.community", "r"),
        ] {
            assert_eq!(rke_region(url), Some(region), "{url}");
        }
        for url in [
            "http://1.dkr.ecr.r.amazonaws.com",
            "1.dkr-ecr.us-west-2.on.aws",
            "1.dkr.ecr.us-iso-east-1.c2s.ic.gov",
            "1.dkr.ecr.eusc-de-east-1.amazonaws.eu",
            "public.ecr.aws",
            "-1.dkr.ecr.r.amazonaws.com",
            "1.dkr.ecr..amazonaws.com",
            "1.dkr.ecr.r.amazonaws",
            "registry.com",
            "",
        ] {
            assert_eq!(rke_region(url), None, "{url}");
        }
    }

    #[test]
    fn hosts_of_every_partition_are_told_apart() {
        for (rest, region, partition, fips, dual_stack) in [
            ("dkr.ecr.us-west-2.amazonaws.com", "us-west-2", "aws", false, false),
            ("dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov", true, false),
            ("dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn", false, false),
            ("dkr-ecr.us-west-2.on.aws", "us-west-2", "aws", false, true),
            ("dkr-ecr-fips.us-gov-east-1.on.aws", "us-gov-east-1", "aws-us-gov", true, true),
            ("dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1", "aws-cn", false, true),
            ("dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", "aws-iso", false, false),
            ("dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1", "aws-iso-b", false, false),
            ("dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1", "aws-iso-e", false, false),
            ("dkr.ecr.us-isof-east-1.csp.hci.ic.gov", "us-isof-east-1", "aws-iso-f", false, false),
            ("dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "aws-eusc", false, false),
        ] {
            let host = format!("123456789012.{rest}");
            let account = "123456789012";
            let want = EcrHost::Private { account, region, partition, fips, dual_stack };
            assert_eq!(EcrHost::parse(&host), Some(want), "{host}");
            assert_eq!(EcrHost::parse(&host[1..]), None, "eleven digits are no account");
        }
        for rest in [
            "dkr.ecr.us-west-2.amazonaws.com.fake.example.com",
            "dkr.ecr.us-west-2.amazonaws.hacker.com",
            "dkr.ecr.us-iso-east-1.amazonaws.gov",
        ] {
            assert_eq!(EcrHost::parse(&format!("123456789012.{rest}")), None, "{rest}");
        }
        assert_eq!(EcrHost::parse("public.ecr.aws"), Some(EcrHost::Public));
    }
}
