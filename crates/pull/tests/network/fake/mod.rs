//! A registry inside the test: speaks the protocol over its own sockets, so that it can break it at any byte.

mod exchange;
mod give;
pub mod images;
pub mod odd;
mod take;

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use drydock_pull::digest::Digest;

use exchange::Exchange;
pub use exchange::Kind;
use odd::Odd;

/// What goes wrong, for the first so many requests of each method and path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    None,
    /// The body ends in the middle: by FIN, by FIN and ranges are ignored, by RST.
    Cut,
    CutWithoutRanges,
    Reset,
    Corrupt,
    /// Content-Length and body are halved.
    Halved,
    /// The body stops in the middle and nothing more comes.
    Stall,
    /// A byte now and then.
    Drip,
    /// Nothing comes at all.
    StallBeforeHead,
    ResetBeforeHead,
    Manifest(u16),
    Blob(u16),
    /// 429 with Retry-After: in seconds, as a date, not at all.
    ManifestLimit,
    BlobLimit,
    BlobLimitByDate,
    BlobLimitWithoutTime,
    /// 502 with an HTML page.
    BadGatewayPage,
    /// 200 with an HTML page.
    LoginPage,
    /// Ends with the connection, without Content-Length.
    WithoutLength,
    /// A proxy claims to have compressed it.
    Gzip,
    /// A manifest of other bytes than its digest.
    WrongManifest,
    /// 206 for other bytes than asked for.
    WrongRange,
    /// Every token is refused after so many uses.
    TokenUses(usize),
    /// All tokens are forgotten once, after so many requests.
    TokenForgotten(usize),
    /// Amazon's words, with 403, once after so many requests.
    EcrExpired(usize),
    /// Blobs are at another address, signed; which has expired.
    SignedExpired,
    RedirectLoop,
    /// Uploads: 500 on opening, on data, on the manifest; RST after 1 MiB; 429 on opening.
    OpenUpload(u16),
    UploadData(u16),
    UploadReset,
    UploadLimit,
    PutManifest(u16),
    /// Mounts are answered with an upload, or refused.
    MountIgnored,
    MountRefused,
    /// The tag must not change.
    ImmutableTag,
    /// Blobs are not taken with the closing request.
    NoMonolithicUpload,
    /// A mount is said to be done, and nothing is.
    MountLies,
    /// Of what comes ahead of the closing request half is kept, and the registry says so.
    KeepsHalf,
    /// Larger bodies than this are refused at once.
    BodyLimit(usize),
    /// Uploads go on at another host.
    UploadElsewhere,
    /// More blobs than this at a time are refused.
    AtATime(usize),
    /// More connections than this at a time are reset.
    Connections(usize),
    /// Every range is answered so.
    Ranges(&'static str),
    Odd(Odd),
    /// One request in four fails, in any way, by this seed.
    AtRandom(u64),
}

/// Bytes and media type.
type Stored = (Arc<Vec<u8>>, String);

#[derive(Default)]
pub struct Data {
    pub blobs: HashMap<Digest, Arc<Vec<u8>>>,
    pub has: HashSet<(String, Digest)>,
    /// By repository, and tag or digest.
    pub manifests: HashMap<(String, String), Stored>,
    pub uploads: HashMap<String, Vec<u8>>,
    pub tokens: HashMap<String, usize>,
    pub seen: HashMap<String, usize>,
    /// `METHOD PATH`, with the range asked for.
    pub log: Vec<String>,
    /// How often the fault was done.
    pub hits: usize,
    pub answered: usize,
    pub opened: usize,
    /// Requests that brought a login or token where none belongs.
    pub leaked: usize,
    pub bytes_sent: u64,
    pub in_flight: usize,
    pub most_in_flight: usize,
}

pub struct Fake {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

pub struct Shared {
    pub address: SocketAddr,
    pub fault: Fault,
    pub times: usize,
    /// `Authorization: Basic` that is asked for.
    pub login: Option<String>,
    /// Bytes a second on each connection.
    pub rate: Option<u64>,
    /// Connections.
    pub open: AtomicUsize,
    pub data: Mutex<Data>,
}

impl Fake {
    pub fn start(fault: Fault, times: usize) -> Self {
        Self::with(fault, times, None, None)
    }

    pub fn with(fault: Fault, times: usize, login: Option<String>, rate: Option<u64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared =
            Arc::new(Shared { address, fault, times, login, rate, open: AtomicUsize::new(0), data: Mutex::default() });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                thread::spawn(move || {
                    let open = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
                    if matches!(shared.fault, Fault::Connections(most) if open > most) {
                        shared.data().hits += 1;
                        reset(&stream);
                    } else {
                        serve(&shared, &stream);
                    }
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    pub fn data(&self) -> MutexGuard<'_, Data> {
        self.shared.data()
    }

    /// How many requests of this kind came.
    pub fn count(&self, method: &str, part: &str) -> usize {
        let data = self.data();
        data.log.iter().filter(|line| line.starts_with(method) && line.contains(part)).count()
    }

    pub fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }
}

impl Shared {
    pub fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(shared: &Shared, stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    while let Some(mut exchange) = Exchange::read(shared, stream) {
        shared.data().in_flight += 1;
        let again = exchange.answer();
        shared.data().in_flight -= 1;
        if !again {
            return;
        }
    }
}

/// The connection ends with RST.
fn reset(stream: &TcpStream) {
    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO));
    let _ = stream.shutdown(std::net::Shutdown::Read);
}

fn write(mut stream: &TcpStream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).is_ok()
}
