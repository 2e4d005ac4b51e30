//! Tokens of Amazon ECR, asked for as any of AWS's identities. The only file that names the SDK.
//!
//! Endpoints and metadata addresses follow the SDK's own environment variables. Region, FIPS and dual stack come
//! from the registry's host: a token is asked for where its registry is.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ecr::config::{Credentials, ProvideCredentials, SharedHttpClient};
use aws_sdk_ecr::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use drydock_core::credentials::EcrKeys;
use drydock_core::credentials::ecr::{EcrHost, rke_region};

use crate::credentials::{Attempt, Secret};
use crate::error::chain;

/// The user of every token.
pub const USER: &str = "AWS";

/// Where a token is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// One place for all: us-east-1.
    Public,
    Private {
        region: String,
        fips: bool,
        dual_stack: bool,
    },
}

impl Endpoint {
    /// None where the host is not Amazon's. Hosts that only rke takes for ECR count too.
    pub fn of(host: &str) -> Option<Self> {
        match EcrHost::parse(host) {
            Some(EcrHost::Public) => Some(Self::Public),
            Some(EcrHost::Private { region, fips, dual_stack, .. }) => {
                Some(Self::Private { region: region.to_owned(), fips, dual_stack })
            }
            None => {
                let region = rke_region(host)?.to_owned();
                Some(Self::Private { region, fips: host.contains(".ecr-fips."), dual_stack: false })
            }
        }
    }

    pub fn region(&self) -> &str {
        match self {
            Self::Public => "us-east-1",
            Self::Private { region, .. } => region,
        }
    }
}

/// A login that ECR gave.
#[derive(Clone, Debug)]
pub struct Token {
    pub user: String,
    pub password: Secret,
    pub expires: Option<SystemTime>,
}

/// What the environment says about the identity to use; whoever changes one of these means another.
pub const ENVIRONMENT: [&str; 17] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_ECR",
    "AWS_ENDPOINT_URL_ECR_PUBLIC",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "HOME",
];

/// Asks for a token: as the keys given, or as whom AWS's default chain finds. Each step of the chain adds its outcome
/// to `tried`.
pub async fn token(
    endpoint: &Endpoint,
    keys: Option<&EcrKeys>,
    ca: &[PathBuf],
    tried: &mut Vec<Attempt>,
) -> Result<Token, String> {
    let config = signed_in(endpoint, keys, ca, tried).await?;
    let asked = match endpoint {
        Endpoint::Private { .. } => private(&config).await,
        Endpoint::Public => public(&config).await,
    };
    let (token, expires) = asked.map_err(|error| format!("GetAuthorizationToken: {error}"))?;
    let login = STANDARD.decode(token.expose()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).map(Secret::new);
    match login.as_ref().and_then(|login| login.expose().split_once(':')) {
        Some((user, password)) => Ok(Token { user: user.to_owned(), password: Secret::new(password), expires }),
        None => Err("GetAuthorizationToken: the token is no base64 of user:password".to_owned()),
    }
}

/// Makes a repository of a private registry. That it is there already is as good.
pub async fn create_repository(
    endpoint: &Endpoint,
    keys: Option<&EcrKeys>,
    ca: &[PathBuf],
    name: &str,
) -> Result<(), String> {
    if *endpoint == Endpoint::Public {
        return Err("CreateRepository: only private registries of ECR are known here".to_owned());
    }
    let config = signed_in(endpoint, keys, ca, &mut Vec::new()).await?;
    let request = aws_sdk_ecr::Client::new(&config).create_repository().repository_name(name);
    match request.send().await {
        Err(error) if error.code() != Some("RepositoryAlreadyExistsException") => {
            Err(format!("CreateRepository: {}", said(error)))
        }
        _ => Ok(()),
    }
}

async fn signed_in(
    endpoint: &Endpoint,
    keys: Option<&EcrKeys>,
    ca: &[PathBuf],
    tried: &mut Vec<Attempt>,
) -> Result<SdkConfig, String> {
    let http = client(ca, ProxyConfig::from_env())?;
    let identity = match keys {
        // One of the two alone counts for nothing, as in rke (util/ecr.go).
        Some(keys) if !keys.access_key_id.is_empty() && !keys.secret_access_key.is_empty() => {
            let session = Some(keys.session_token.clone()).filter(|token| !token.is_empty());
            Credentials::new(keys.access_key_id.as_str(), keys.secret_access_key.as_str(), session, None, "cluster.yml")
        }
        _ => identity(endpoint.region(), &http, client(ca, ProxyConfig::disabled())?, tried).await?,
    };
    Ok(configuration(endpoint, http, identity).await)
}

type Answer = (Secret, Option<SystemTime>);

async fn private(config: &SdkConfig) -> Result<Answer, String> {
    let answer = aws_sdk_ecr::Client::new(config).get_authorization_token().send().await.map_err(said)?;
    let data = answer.authorization_data().first().ok_or("no token in the answer")?;
    let token = data.authorization_token().ok_or("no token in the answer")?;
    Ok((Secret::new(token), data.expires_at().and_then(|at| SystemTime::try_from(*at).ok())))
}

async fn public(config: &SdkConfig) -> Result<Answer, String> {
    let answer = aws_sdk_ecrpublic::Client::new(config).get_authorization_token().send().await.map_err(said)?;
    let data = answer.authorization_data().ok_or("no token in the answer")?;
    let token = data.authorization_token().ok_or("no token in the answer")?;
    Ok((Secret::new(token), data.expires_at().and_then(|at| SystemTime::try_from(*at).ok())))
}

/// The service's own words. What its answer holds besides could be the token: of an answer that cannot be read only that
/// is told.
fn said<E: ProvideErrorMetadata + std::error::Error + 'static>(
    error: SdkError<E, impl std::fmt::Debug + 'static>,
) -> String {
    match (&error, error.code(), error.message()) {
        (_, Some(code), Some(message)) => format!("{code}: {message}"),
        (_, Some(code), None) => code.to_owned(),
        (SdkError::ResponseError(_) | SdkError::ServiceError(_), None, _) => "the answer is none of ECR's".to_owned(),
        _ => chain(&error),
    }
}

async fn configuration(endpoint: &Endpoint, http: SharedHttpClient, identity: Credentials) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts())
        .region(Region::new(endpoint.region().to_owned()))
        .credentials_provider(identity);
    // An endpoint that somebody names is taken as it is: the SDK refuses to alter it.
    let named = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECR"].iter().any(|name| std::env::var_os(name).is_some());
    if let (Endpoint::Private { fips, dual_stack, .. }, false) = (endpoint, named) {
        if *fips {
            loader = loader.use_fips(true);
        }
        if *dual_stack {
            loader = loader.use_dual_stack(true);
        }
    }
    loader.load().await
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(15))
        .operation_timeout(Duration::from_secs(60))
        .build()
}

/// The steps of the SDK's default chain, one by one so that each can be told. Like there, a step that is set up but
/// fails ends the chain.
async fn identity(
    region: &str,
    http: &SharedHttpClient,
    direct: SharedHttpClient,
    tried: &mut Vec<Attempt>,
) -> Result<Credentials, String> {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    // Where the identity's own service is asked; the environment may put it elsewhere than the registry.
    let home = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).unwrap_or(region.to_owned());
    let config = |http: &SharedHttpClient| {
        ProviderConfig::without_region()
            .with_region(Some(Region::new(home.clone())))
            .with_http_client(http.clone())
            .with_timeout_config(timeouts())
    };
    // Link-local addresses are not reached through a proxy.
    let (through, direct) = (config(http), config(&direct));
    let environment = aws_config::environment::EnvironmentVariableCredentialsProvider::new();
    let profile = ProfileFileCredentialsProvider::builder().configure(&through).build();
    let web_identity = WebIdentityTokenCredentialsProvider::builder().configure(&through).build();
    let container = aws_config::ecs::EcsCredentialsProvider::builder().configure(&direct).build();
    // With short timeouts of its own: most machines are no instance of EC2.
    let instance = ImdsCredentialsProvider::builder().configure(&direct).build();
    let profile_name = variable("AWS_PROFILE").unwrap_or("default".to_owned());
    let steps: [(String, &dyn ProvideCredentials); 5] = [
        ("AWS environment variables".to_owned(), &environment),
        (format!("AWS profile `{profile_name}`"), &profile),
        ("AWS web identity".to_owned(), &web_identity),
        ("ECS task or EKS Pod Identity".to_owned(), &container),
        ("EC2 instance profile".to_owned(), &instance),
    ];
    for (source, step) in steps {
        match step.provide_credentials().await {
            Ok(identity) => {
                tried.push(Attempt::found(source, known_by(&identity)));
                return Ok(identity);
            }
            Err(error @ CredentialsError::CredentialsNotLoaded(_)) => tried.push(Attempt::none(source, plain(&error))),
            Err(error) => {
                let why = plain(&error);
                tried.push(Attempt::failed(source.as_str(), why.as_str()));
                return Err(format!("{source}: {why}"));
            }
        }
    }
    Err("no AWS identity: neither environment, profile, web identity, container nor instance gives one".to_owned())
}

/// As `aws configure list` shows it.
fn known_by(identity: &Credentials) -> String {
    let key = identity.access_key_id();
    let end = key.char_indices().rev().nth(3).map_or("", |(at, _)| &key[at..]);
    format!("access key ****{end}")
}

/// Without what the SDK says of every step.
fn plain(error: &CredentialsError) -> String {
    let text = chain(error);
    let said = ["the credential provider was not enabled: ", "an error occurred while loading credentials: "];
    let text = said.iter().fold(text.as_str(), |text, prefix| text.strip_prefix(prefix).unwrap_or(text));
    if text == "the credential provider was not enabled" { "not set up".to_owned() } else { text.to_owned() }
}

/// One TLS stack for the whole program, with `ca` beside the system's roots.
fn client(ca: &[PathBuf], proxy: ProxyConfig) -> Result<SharedHttpClient, String> {
    let mut roots = TrustStore::default();
    for ca in ca {
        let pem = std::fs::read(ca).map_err(|error| format!("cannot read {}: {error}", ca.display()))?;
        roots = roots.with_pem_certificate(pem);
    }
    let tls = TlsContext::builder().with_trust_store(roots).build().map_err(|error| chain(&error))?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.set_proxy_config(Some(proxy.clone()));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build()
    }))
}
