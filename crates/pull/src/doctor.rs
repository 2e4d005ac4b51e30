//! One thing after the other between this machine and the images of a cluster, each with its remedy.

pub mod chain;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use serde::Serialize;

use crate::auth::Scope;
use crate::client::{Client, Request};
use crate::credentials::{Answer, Outcome};
use crate::error::Error;
use crate::manifest;
use crate::schedule::Wanted;
use crate::transport::DOCKER_HUB_REGISTRY;

/// How long a name's lookup may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// AWS refuses signatures whose time is further off, in seconds.
const SKEW: u64 = 300;
/// Pulls that are left of a quota from which on it is worth a word.
const FEW_PULLS: u64 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    Warning,
    Failed,
}

/// The outcome of one check.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub check: &'static str,
    /// Host, image or folder.
    pub on: String,
    pub state: State,
    pub text: String,
    pub help: Option<String>,
    /// Of the contract, 0 where nothing failed.
    #[serde(skip)]
    pub exit_code: u8,
}

impl Finding {
    pub fn ok(check: &'static str, on: &str, text: impl Into<String>) -> Self {
        Self { check, on: on.to_owned(), state: State::Ok, text: text.into(), help: None, exit_code: 0 }
    }

    pub fn warning(check: &'static str, on: &str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { state: State::Warning, help: Some(help.into()), ..Self::ok(check, on, text) }
    }

    pub fn failed(check: &'static str, on: &str, error: &Error, help: Option<String>) -> Self {
        let help = help.or_else(|| error.hint());
        Self { state: State::Failed, help, exit_code: error.exit_code(), ..Self::ok(check, on, error.to_string()) }
    }
}

/// DNS, TLS and clock of a host. False where asking it for images would only fail again.
pub async fn host(client: &Client, name: &str, found: &mut Vec<Finding>) -> bool {
    let proxied = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let proxy = proxied.iter().any(|variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty()));
    let (dns, port) = name.rsplit_once(':').map_or((name, 443), |(host, port)| (host, port.parse().unwrap_or(443)));
    let looked = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((dns, port))).await;
    let addresses = match looked {
        Ok(Ok(addresses)) => Ok(addresses.map(|address| address.ip().to_string()).collect::<Vec<_>>()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    match addresses {
        Ok(mut addresses) => {
            addresses.dedup();
            found.push(Finding::ok("dns", name, addresses.join(", ")));
        }
        // The proxy looks names up.
        Err(why) if proxy => {
            found.push(Finding::warning("dns", name, why, "this is right where only the proxy looks names up"));
        }
        Err(why) => {
            let error = Error::Network { what: dns.to_owned(), source: why.into() };
            let help = "this machine's resolver does not know the name: see /etc/resolv.conf, or is the name misspelt?";
            found.push(Finding::failed("dns", name, &error, Some(help.to_owned())));
            return false;
        }
    }
    reach(client, name, port, found).await
}

async fn reach(client: &Client, name: &str, port: u16, found: &mut Vec<Finding>) -> bool {
    let failed = |error: Error, help| Finding::failed("tls", name, &error, help);
    let host = match client.transport.host(name) {
        Ok(host) => host,
        Err(error) => {
            found.push(failed(error, None));
            return false;
        }
    };
    let base = match client.transport.base(&host).await {
        Ok(base) => base,
        Err(fault) => {
            found.push(refused(fault.into_error(name), name, port).await);
            return false;
        }
    };
    let asked = host.http.get(format!("{}v2/", base.as_str())).timeout(PATIENCE).send().await;
    match asked {
        Ok(answer) => {
            found.push(match base.scheme() {
                "http" => Finding::warning("tls", name, "speaks plain HTTP", PLAIN),
                _ => Finding::ok("tls", name, "the certificate is trusted here"),
            });
            found.extend(clock(name, answer.headers(), SystemTime::now()));
            true
        }
        Err(error) => {
            let source = error.without_url().into();
            found.push(refused(Error::Network { what: name.to_owned(), source }, name, port).await);
            false
        }
    }
}

async fn refused(error: Error, name: &str, port: u16) -> Finding {
    let words = error.to_string();
    let help = match words.contains("certificate") {
        true => chain::remedy(name, port, &words).await,
        false => unreachable(&words).to_owned(),
    };
    Finding::failed("tls", name, &error, Some(help))
}

const PLAIN: &str = "docker takes it on loopback only; elsewhere name it in `insecure-registries` of /etc/docker/daemon.json \
    on every node, and with --plain-http here";

fn unreachable(words: &str) -> &'static str {
    if words.contains("Connection refused") {
        "nothing listens on that port: is the registry up, and the port in the url right?"
    } else if words.contains("timed out") || words.contains("timeout") {
        "a firewall drops it, or a proxy is needed: HTTPS_PROXY and NO_PROXY are honoured"
    } else {
        "see whether a proxy or firewall is in between: HTTPS_PROXY and NO_PROXY are honoured"
    }
}

fn clock(name: &str, headers: &HeaderMap, now: SystemTime) -> Option<Finding> {
    let date = headers.get("date")?.to_str().ok()?;
    let there = httpdate::parse_http_date(date).ok()?;
    let off = there.duration_since(now).or_else(|_| now.duration_since(there)).unwrap_or_default().as_secs();
    let text = format!("this machine's clock is {off} s off");
    (off > SKEW).then(|| {
        let help = "set the clock, with chrony say: tokens and AWS's signatures are refused otherwise";
        Finding::warning("clock", name, text, help)
    })
}

/// The login for a host, and how long it lasts.
pub fn login(key: &str, answer: &Answer, life: &str) -> Finding {
    match &answer.source {
        Some(source) => Finding::ok("login", key, format!("{source}{life}")),
        None if answer.tried.iter().any(|attempt| attempt.result == Outcome::Failed) => {
            Finding::failed("login", key, &answer.failure(key), None)
        }
        None => Finding::ok("login", key, "none; asked without"),
    }
}

/// HEAD of an image. What the registry says of a quota is added once a host.
pub async fn image(client: &Arc<Client>, image: &str) -> (Finding, Option<Finding>) {
    let failed = |error: &Error, help| (Finding::failed("image", image, error, help), None);
    let wanted = match Wanted::parse(image) {
        Ok(wanted) => wanted,
        Err(error) => return failed(&error, None),
    };
    let scope = Scope::pull(&wanted.place.repository);
    match client.head(&wanted.place, &wanted.reference, scope.clone()).await {
        Ok(Some(head)) => {
            let quota = quota(client, &wanted, scope).await;
            (Finding::ok("image", image, head.digest.to_string()), quota)
        }
        Ok(None) => {
            let answer = "the registry has no such image".to_owned();
            let help = format!("`pull mirror {image} --to …` or `pull push` brings it there");
            failed(&Error::NotFound { what: image.to_owned(), answer }, Some(help))
        }
        Err(error) => failed(&error, None),
    }
}

/// As Docker Hub tells it: `ratelimit-limit: 100;w=21600`. HEAD itself does not count.
async fn quota(client: &Client, wanted: &Wanted, scope: Scope) -> Option<Finding> {
    let host = client.host(&wanted.place).ok()?;
    let url = client.url(&host, &wanted.place.repository, &format!("manifests/{}", wanted.reference)).await.ok()?;
    let mut request = Request::new(Method::HEAD, &host, url, scope);
    request.headers.insert(ACCEPT, HeaderValue::from_static(manifest::ACCEPT));
    let answer = client.send(&request).await.ok()?;
    quota_of(&wanted.place.host, answer.response.headers())
}

fn quota_of(host: &str, headers: &HeaderMap) -> Option<Finding> {
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let number = |text: &str| text.split(';').next()?.trim().parse::<u64>().ok();
    let left = number(header("ratelimit-remaining")?)?;
    let limit = header("ratelimit-limit").unwrap_or_default();
    let window = limit.split("w=").nth(1).and_then(number).map_or(String::new(), |w| format!(" in {} h", w / 3600));
    let text = format!("{left} of {} pulls are left{window}", number(limit).unwrap_or(left));
    if left >= FEW_PULLS {
        return Some(Finding::ok("quota", host, text));
    }
    let login = if host == DOCKER_HUB_REGISTRY { "log in to Docker Hub, or " } else { "" };
    Some(Finding::warning("quota", host, text, format!("{login}use a mirror: `pull mirror --to REGISTRY`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_quota_that_runs_out_is_a_warning() {
        let of = |left| quota_of("r", &headers(&[("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", left)]));
        let plenty = of("76;w=21600").unwrap();
        assert_eq!((plenty.state, plenty.text.as_str()), (State::Ok, "76 of 100 pulls are left in 6 h"));
        assert_eq!(of("3;w=21600").unwrap().state, State::Warning);
        assert!(quota_of("r", &headers(&[])).is_none());
        assert!(of("many").is_none());
    }

    #[test]
    fn a_clock_that_is_off_is_told_from_one_that_is_not() {
        let headers = headers(&[("date", "Sun, 06 Nov 1994 08:49:37 GMT")]);
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert!(clock("r", &headers, then + Duration::from_secs(299)).is_none());
        assert!(clock("r", &headers, then - Duration::from_secs(301)).is_some());
    }
}
