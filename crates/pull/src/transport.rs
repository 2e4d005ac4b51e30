//! Connections: TLS, proxies, plain HTTP, and how many at a time to which host.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Certificate, Identity, Url};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, bare};
use crate::retry::Fault;

/// Where `docker.io` is spoken to.
pub const DOCKER_HUB_REGISTRY: &str = "registry-1.docker.io";

/// Connections where nobody says otherwise: stores of images limit each of them, to some megabytes a second.
pub const CONNECTIONS: u16 = 32;

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
            jobs: CONNECTIONS.into(),
            per_host: CONNECTIONS.into(),
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
    /// Ranges in a row that were answered with something else.
    odd_ranges: AtomicU32,
    scheme: OnceCell<&'static str>,
    jobs: Arc<Semaphore>,
    own: Arc<Semaphore>,
    /// Connections to it at most.
    most: usize,
    pace: Mutex<Pace>,
}

/// What a host has said of how much it bears.
#[derive(Default)]
struct Pace {
    not_before: Option<Instant>,
    /// Connections that are done without since it refused some.
    without: usize,
    refused: Option<Instant>,
}

/// The right to one connection. Held until the body is read.
pub struct Permit {
    _all: OwnedSemaphorePermit,
    own: OwnedSemaphorePermit,
}

/// Odd answers from which on a host is asked for ranges no more.
const ODD_RANGES: u32 = 3;
/// So long after its last refusal a host is given a connection more for each success.
const RECOVERY: Duration = Duration::from_secs(2);

impl Transport {
    pub fn new(options: Options) -> Result<Self, Error> {
        // Already installed is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authorities = certificates(&options.authorities)?;
        let shared = build(&options, authorities, None, false)?;
        let jobs = Arc::new(Semaphore::new(options.jobs.max(1)));
        Ok(Self { options, shared, jobs, hosts: Mutex::default() })
    }

    pub fn host(&self, name: &str) -> Result<Arc<Host>, Error> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get(name) {
            return Ok(Arc::clone(host));
        }
        let most = self.options.per_host.max(1);
        let host = Arc::new(Host {
            name: name.to_owned(),
            http: self.http(name)?,
            odd_ranges: AtomicU32::new(0),
            scheme: OnceCell::new(),
            jobs: Arc::clone(&self.jobs),
            own: Arc::new(Semaphore::new(most)),
            most,
            pace: Mutex::default(),
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
            let asked = host.http.head(format!("https://{}/v2/", host.name)).timeout(self.options.connect);
            match asked.send().await {
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

    /// What came with TLS is not gone on with without.
    pub fn no_downgrade(&self, from: &Url, to: &Url) -> Result<(), Error> {
        if from.scheme() != "https" || to.scheme() == "https" || self.is_plain(&authority(to)) {
            return Ok(());
        }
        let why = format!("it leads to `{}`, which is without TLS", bare(to.as_str()));
        Err(Error::Malformed { what: bare(from.as_str()), why })
    }

    fn http(&self, host: &str) -> Result<reqwest::Client, Error> {
        let (folder, here) = (self.options.certs_d.join(host), is_loopback(host));
        let mut names: Vec<PathBuf> = match fs::read_dir(&folder) {
            Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
            Err(_) if !here => return Ok(self.shared.clone()),
            // No proxy leads to loopback.
            Err(_) => return build(&self.options, certificates(&self.options.authorities)?, None, true),
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
        build(&self.options, authorities, identity, here)
    }
}

/// HTTP/1.1 only: with HTTP/2 all streams to a host share one TCP connection and so one window, and a server that
/// limits each connection limits the whole.
fn build(
    options: &Options,
    authorities: Vec<Certificate>,
    identity: Option<Identity>,
    without_proxy: bool,
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
    if without_proxy {
        builder = builder.no_proxy();
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
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
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
            let not_before = self.pace().not_before;
            match not_before.filter(|until| *until > Instant::now()) {
                None => return Permit { _all: all, own },
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
        let mut pace = self.pace();
        pace.not_before = Some(pace.not_before.map_or(until, |other| other.max(until)));
    }

    /// The host took a request: after a while without refusals it gets a connection more.
    pub fn took(&self) {
        let mut pace = self.pace();
        if pace.without > 0 && pace.refused.is_none_or(|at| at.elapsed() > RECOVERY) {
            pace.without -= 1;
            self.own.add_permits(1);
        }
    }

    /// The host refused a request because it has too many: from now on it gets one less than it has.
    pub fn refused(&self, permit: Permit) {
        let mut pace = self.pace();
        pace.refused = Some(Instant::now());
        pace.without += self.own.forget_permits(self.most);
        if self.most - pace.without > 1 {
            pace.without += 1;
            permit.own.forget();
        }
    }

    pub fn gives_ranges(&self) -> bool {
        self.odd_ranges.load(Ordering::Relaxed) < ODD_RANGES
    }

    /// Whether a range was answered with that range.
    pub fn ranged(&self, right: bool) {
        match right {
            true => self.odd_ranges.store(0, Ordering::Relaxed),
            false => _ = self.odd_ranges.fetch_add(1, Ordering::Relaxed),
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
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
            ("[::1]:5000", true),
            ("[::1]", true),
            ("[fe80::1]:5000", false),
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
