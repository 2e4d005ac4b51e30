//! The kubelet's exec protocol of credential providers.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use drydock_core::image::reference::Reference;
use serde::{Deserialize, Serialize};

use crate::credentials::{Answer, Credential, Keychain};
use crate::error::Error;

const GROUP: &str = "credentialprovider.kubelet.k8s.io/";
/// Alike in what they say; a kubelet takes an answer only in the version that its configuration names.
const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha1"];
/// For logins that do not run out by themselves.
const STATIC: Duration = Duration::from_secs(3600);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    api_version: String,
    kind: String,
    image: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'t> {
    kind: &'static str,
    api_version: &'t str,
    cache_key_type: &'static str,
    cache_duration: String,
    auth: BTreeMap<&'t str, Login<'t>>,
}

#[derive(Serialize)]
struct Login<'t> {
    username: &'t str,
    password: &'t str,
}

/// The answer to one request, as JSON. It holds the login.
pub async fn answer(request: &str, keychain: &Keychain, now: SystemTime) -> Result<String, Error> {
    let malformed = |why: String| Error::Malformed { what: "the kubelet's request".to_owned(), why };
    let request: Request = serde_json::from_str(request).map_err(|error| malformed(error.to_string()))?;
    let known = request.api_version.strip_prefix(GROUP).is_some_and(|version| VERSIONS.contains(&version));
    if !known {
        return Err(malformed(format!(
            "apiVersion `{}` is none of {GROUP}{{v1,v1beta1,v1alpha1}}",
            request.api_version
        )));
    }
    if request.kind != "CredentialProviderRequest" {
        return Err(malformed(format!("kind is `{}`", request.kind)));
    }
    let image =
        Reference::parse(&request.image).map_err(|why| malformed(format!("image `{}`: {why}", request.image)))?;
    let answer = keychain.ask(&image.host, &image.path, false).await;
    let key = image.lookup_key();
    // The kubelet asks once for all images below the key, and again when the time is over.
    let (auth, duration) = match &answer.credential {
        Credential::Basic { user, password } => {
            let login = Login { username: user, password: password.expose() };
            let below = if answer.expires.is_some() { &image.host } else { &key };
            (BTreeMap::from([(below.as_str(), login)]), duration(&answer, now))
        }
        // The kubelet has no word for tokens.
        Credential::Anonymous | Credential::IdentityToken(_) | Credential::Bearer(_) if answer.has_failed() => {
            return Err(answer.failure(&image.host));
        }
        Credential::Anonymous | Credential::IdentityToken(_) | Credential::Bearer(_) => {
            (BTreeMap::new(), Duration::ZERO)
        }
    };
    let cache_key_type = if answer.expires.is_some() { "Registry" } else { "Image" };
    let cache_duration = go_duration(duration);
    let response = Response {
        kind: "CredentialProviderResponse",
        api_version: &request.api_version,
        cache_key_type,
        cache_duration,
        auth,
    };
    serde_json::to_string(&response).map_err(|error| malformed(error.to_string()))
}

/// Half of a token's remaining time, as ecr-credential-provider has it: a pull that starts late still ends in time.
fn duration(answer: &Answer, now: SystemTime) -> Duration {
    match answer.expires {
        Some(expires) => expires.duration_since(now).unwrap_or_default() / 2,
        None => STATIC,
    }
}

/// As Go prints a duration in whole seconds.
fn go_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}
