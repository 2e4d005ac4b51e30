//! Connections: TLS, proxies, plain HTTP, and how many at a time to which host.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Certificate, Identity, Url};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::error::Error;
use crate::retry::Fault;

/// Where `docker.io` is spoken to.
pub const DOCKER_HUB_REGISTRY: &str = "registry-1.docker.io";

#[derive(Clone, Debug)]
pub struct Options {
    /// Connections in all, and to one host.
    pub jobs: usize,
    pub per_host: usize,
    /// PEM files of authorities that are trusted beside the system's.
    pub authorities: Vec<PathBuf>,
    /// Hosts that are spoken to without TLS.
    pub plain_http: Vec<String>,
    /// Docker's folder of authorities and client certificates, a folder for each host.
    pub certs_d: PathBuf,
    pub connect: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: 32,
            per_host: 20,
            authorities: Vec::new(),
            plain_http: Vec::new(),
            certs_d: "/etc/docker/certs.d".into(),
            connect: Duration::from_secs(15),
        }
    }
}

/// All hosts of a run.
pub struct Transport {
    pub options: Options,
    shared: reqwest::Client,
    jobs: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

/// One host, with its port where one is given.
pub struct Host {
    pub name: String,
    pub http: reqwest::Client,
    /// The server answers ranges with the whole.
    pub ignores_ranges: AtomicBool,
    scheme: OnceCell<&'static str>,
    jobs: Arc<Semaphore>,
    own: Arc<Semaphore>,
    not_before: Mutex<Option<Instant>>,
}

/// The right to one connection. Held until the body is read.
pub struct Permit {
    _all: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

impl Transport {
    pub fn new(options: Options) -> Result<Self, Error> {
        // Already installed is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authorities = certificates(&options.authorities)?;
        let shared = build(&options, authorities, None)?;
        let jobs = Arc::new(Semaphore::new(options.jobs.max(1)));
        Ok(Self { options, shared, jobs, hosts: Mutex::default() })
    }

    pub fn host(&self, name: &str) -> Result<Arc<Host>, Error> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return Ok(Arc::clone(host));
        }
        let host = Arc::new(Host {
            name: name.to_owned(),
            http: self.http(name)?,
            ignores_ranges: AtomicBool::new(false),
            scheme: OnceCell::new(),
            jobs: Arc::clone(&self.jobs),
            own: Arc::new(Semaphore::new(self.options.per_host.max(1))),
            not_before: Mutex::default(),
        });
        hosts.insert(name.to_owned(), Arc::clone(&host));
        Ok(host)
    }

    /// The host that a redirect or a token server's address names.
    pub fn host_of(&self, url: &Url) -> Result<Arc<Host>, Error> {
        self.host(&authority(url))
    }

    /// `https://HOST` or, where that was asked for or on loopback where nothing speaks TLS, `http://HOST`.
    pub async fn base(&self, host: &Host) -> Result<Url, Fault> {
        let scheme = host.scheme.get_or_try_init(|| async {
            if self.is_plain(&host.name) {
                return Ok("http");
            }
            if !is_loopback(&host.name) {
                return Ok("https");
            }
            match host.http.head(format!("https://{}/v2/", host.name)).send().await {
                Ok(_) => Ok("https"),
                Err(error) if is_no_tls(&error) => Ok("http"),
                Err(error) => Err(Fault::Connection(error.without_url().into())),
            }
        });
        let url = format!("{}://{}", scheme.await?, host.name);
        Url::parse(&url).map_err(|_| Fault::Final(Error::Usage(format!("`{}` is no host", host.name.escape_debug()))))
    }

    /// Whether the host was named for plain HTTP.
    pub fn is_plain(&self, host: &str) -> bool {
        self.options.plain_http.iter().any(|plain| plain == host)
    }

    fn http(&self, host: &str) -> Result<reqwest::Client, Error> {
        let folder = self.options.certs_d.join(host);
        let mut names: Vec<PathBuf> = match fs::read_dir(&folder) {
            Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
            Err(_) => return Ok(self.shared.clone()),
        };
        names.sort();
        let of = |extension: &str| {
            let named = names.iter().filter(|path| path.extension().is_some_and(|found| found == extension));
            named.cloned().collect::<Vec<_>>()
        };
        let mut authorities = certificates(&self.options.authorities)?;
        authorities.extend(certificates(&of("crt"))?);
        let identity = match of("cert").first() {
            None => None,
            Some(certificate) => {
                let mut pem = read(certificate)?;
                pem.extend(read(&certificate.with_extension("key"))?);
                Some(Identity::from_pem(&pem).map_err(|error| unusable(certificate, &error))?)
            }
        };
        build(&self.options, authorities, identity)
    }
}

/// HTTP/1.1 only: with HTTP/2 all streams to a host share one TCP connection and so one window, and a server that
/// limits each connection limits the whole.
fn build(
    options: &Options,
    authorities: Vec<Certificate>,
    identity: Option<Identity>,
) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("drydock-pull/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .connect_timeout(options.connect)
        .pool_max_idle_per_host(options.per_host.max(1))
        .tls_certs_merge(authorities);
    if let Some(identity) = identity {
        builder = builder.identity(identity);
    }
    builder.build().map_err(|source| Error::Network { what: "TLS".to_owned(), source: source.into() })
}

fn certificates(paths: &[PathBuf]) -> Result<Vec<Certificate>, Error> {
    let mut found = Vec::new();
    for path in paths {
        let bundle = Certificate::from_pem_bundle(&read(path)?).map_err(|error| unusable(path, &error))?;
        if bundle.is_empty() {
            let why = "it holds no certificate in PEM form".to_owned();
            return Err(Error::Malformed { what: path.display().to_string(), why });
        }
        found.extend(bundle);
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

fn unusable(path: &Path, error: &reqwest::Error) -> Error {
    Error::Malformed { what: path.display().to_string(), why: crate::error::chain(error) }
}

/// The server on the other side answered, with something that is no TLS.
fn is_no_tls(error: &reqwest::Error) -> bool {
    let text = crate::error::chain(error);
    ["corrupt message", "InvalidContentType", "handshake eof", "invalid message"].iter().any(|sign| text.contains(sign))
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
}

/// Host, and port where it is not the scheme's own.
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

impl Host {
    /// Waits until the host may be asked and a connection is free.
    pub async fn enter(&self) -> Permit {
        loop {
            let (own, all) = (Arc::clone(&self.own), Arc::clone(&self.jobs));
            let own = own.acquire_owned().await.expect("never closed");
            let all = all.acquire_owned().await.expect("never closed");
            let not_before = *self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
            match not_before.filter(|until| *until > Instant::now()) {
                None => return Permit { _all: all, _own: own },
                Some(until) => {
                    drop((own, all));
                    tokio::time::sleep_until(until.into()).await;
                    // Not all at once.
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(0..100))).await;
                }
            }
        }
    }

    /// The host asks for a pause: it counts for all its connections.
    pub fn pause(&self, time: Duration) {
        let until = Instant::now() + time;
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *not_before = Some(not_before.map_or(until, |other| other.max(until)));
    }

    pub fn gives_ranges(&self) -> bool {
        !self.ignores_ranges.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_named_hosts_may_be_plain() {
        for (host, loopback) in [
            ("localhost", true),
            ("localhost:5000", true),
            ("127.0.0.1:5000", true),
            ("127.1.2.3", true),
            ("127.0.0.1.example.com", false),
            ("localhost.example.com:80", false),
            ("10.0.0.1:5000", false),
        ] {
            assert_eq!(is_loopback(host), loopback, "{host}");
        }
    }

    #[tokio::test]
    async fn a_pause_holds_back_every_connection_to_its_host_and_to_no_other() {
        let transport = Transport::new(Options::default()).unwrap();
        let (slow, quick) = (transport.host("slow.example").unwrap(), transport.host("quick.example").unwrap());
        slow.pause(Duration::from_millis(300));
        slow.pause(Duration::from_millis(1));
        let start = Instant::now();
        let _permit = quick.enter().await;
        assert!(start.elapsed() < Duration::from_millis(200));
        let _permit = slow.enter().await;
        assert!(start.elapsed() >= Duration::from_millis(300));
    }
}
