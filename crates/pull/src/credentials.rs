//! Which login is sent to which registry.

use crate::error::Error;
pub use crate::secret::Secret;

/// What a registry, or its token server, is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credential {
    #[default]
    Anonymous,
    /// `Authorization: Basic`; a token server gets it the same way.
    Basic { user: String, password: Secret },
    /// Changed at the token server for a bearer token: `grant_type=refresh_token`.
    IdentityToken(Secret),
    /// `Authorization: Bearer`, sent as it is.
    Bearer(Secret),
}

/// All sources of credentials of one run, in the order in which they are asked.
#[derive(Clone, Debug, Default)]
pub struct Keychain {
    fixed: Vec<(String, Credential)>,
}

impl Keychain {
    /// Knows nobody: everything is asked for without a login.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Knows these hosts only.
    pub fn fixed(hosts: impl IntoIterator<Item = (String, Credential)>) -> Self {
        Self { fixed: hosts.into_iter().collect() }
    }

    /// The login for `repository`, a path without host and tag, at `host`, with its port where one is given.
    ///
    /// `refresh`: the registry has just refused what was given before, so nothing cached counts. However many tasks
    /// ask at a time, a source is asked once; where it gives the same again, a further refresh would not help.
    pub async fn get(&self, host: &str, _repository: &str, _refresh: bool) -> Result<Credential, Error> {
        Ok(self.fixed.iter().find(|(known, _)| known == host).map(|(_, login)| login.clone()).unwrap_or_default())
    }
}
