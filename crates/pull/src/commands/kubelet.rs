//! `pull kubelet-credential-provider`.

use std::io::Read as _;
use std::time::SystemTime;

use drydock_core::image::version::Version;

use crate::cli::KubeletProvider;
use crate::commands::helper;
use crate::commands::login::read;
use crate::error::Error;
use crate::kubelet;
use crate::session::{Session, block_on};

/// A request has a few hundred bytes, with a service account's token some thousand.
const LONGEST: u64 = 1 << 20;

pub fn run(provider: &KubeletProvider, session: &mut Session<'_>) -> Result<u8, Error> {
    if provider.print_config {
        return print_config(provider, session);
    }
    let mut request = String::new();
    session.world.stdin.by_ref().take(LONGEST).read_to_string(&mut request)?;
    let keychain = helper::keychain(session.world);
    let answer = block_on(kubelet::answer(&request, &keychain, SystemTime::now()))?;
    session.line(answer)?;
    Ok(0)
}

/// The folder is mounted into rke's kubelet already, and is where k3s and RKE2 look.
const FOLDER: &str = "/var/lib/rancher/credentialprovider";

fn print_config(provider: &KubeletProvider, session: &mut Session<'_>) -> Result<u8, Error> {
    let version = match read(provider.file.clone(), session) {
        Ok((_, plan)) => plan.kubernetes_version,
        // Without a file: for the default version.
        Err(Error::Read { source, .. }) if provider.file.is_none() && source.kind() == std::io::ErrorKind::NotFound => {
            drydock_core::check("", &session.options).plan.kubernetes_version
        }
        Err(error) => return Err(error),
    };
    let below = |range: &str| Version::from_tag(&version).is_some_and(|version| version.is_in(range));
    if below("<1.20.0-rancher0") {
        return Err(Error::Usage(format!(
            "the kubelet of {version} has no credential providers; they came with v1.20"
        )));
    }
    // v1 since v1.26, v1beta1 since v1.24.
    let (api, gate) = match (below("<1.24.0-rancher0"), below("<1.26.0-rancher0")) {
        (true, _) => ("v1alpha1", "      feature-gates: KubeletCredentialProviders=true\n"),
        (_, true) => ("v1beta1", ""),
        _ => ("v1", ""),
    };
    session.line(format_args!(
        "\
# {FOLDER}/config.yaml, on every node; this program as {FOLDER}/bin/pull beside it
apiVersion: kubelet.config.k8s.io/{api}
kind: CredentialProviderConfig
providers:
  - name: pull
    matchImages:
      - \"*.dkr.ecr.*.amazonaws.com\"
      - \"*.dkr.ecr.*.amazonaws.com.cn\"
      - \"*.dkr.ecr-fips.*.amazonaws.com\"
      - \"*.dkr-ecr.*.on.aws\"
      - \"*.dkr-ecr-fips.*.on.aws\"
      - \"*.dkr-ecr.*.on.amazonwebservices.com.cn\"
      - \"*.dkr.ecr.*.amazonaws.eu\"
      - \"*.dkr.ecr.*.c2s.ic.gov\"
      - \"*.dkr.ecr.*.sc2s.sgov.gov\"
      - \"*.dkr.ecr.*.cloud.adc-e.uk\"
      - \"*.dkr.ecr.*.csp.hci.ic.gov\"
      - public.ecr.aws
    defaultCacheDuration: 6h
    apiVersion: credentialprovider.kubelet.k8s.io/{api}
    args:
      - kubelet-credential-provider

# cluster.yml, for kubelets of {version}:
# services:
#   kubelet:
#     extra_args:
#       image-credential-provider-config: {FOLDER}/config.yaml
#       image-credential-provider-bin-dir: {FOLDER}/bin"
    ))?;
    if !gate.is_empty() {
        session.line(format_args!("# {}", gate.trim_end()))?;
    }
    Ok(0)
}
