//! TLS that ends without a word, and redirects that leave it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::fake::odd::odd;
use crate::fake::{Fake, Fault, Kind};
use crate::faults::{all, assert_whole};
use crate::real::certificates;
use crate::run::{Run, pull};

/// TLS in front of a registry: each connection is one exchange, and ends as `closes` says.
fn front(behind: SocketAddr, folder: &Path, closes: bool) -> String {
    certificates(folder);
    let certificate = CertificateDer::from_pem_file(folder.join("own.crt")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("own.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            thread::spawn(move || exchange(stream, config, behind, closes));
        }
    });
    address
}

fn exchange(stream: TcpStream, config: Arc<ServerConfig>, behind: SocketAddr, closes: bool) -> Option<()> {
    let mut client = StreamOwned::new(ServerConnection::new(config).ok()?, stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let mut server = TcpStream::connect(behind).ok()?;
    server.write_all(&head).ok()?;
    server.shutdown(std::net::Shutdown::Write).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    // Without a length the end of the connection is the end of the body.
    let text = String::from_utf8_lossy(&answer[..answer.windows(4).position(|end| end == b"\r\n\r\n")?]).into_owned();
    let lines = text.lines().filter(|line| !line.starts_with("Content-Length")).collect::<Vec<_>>();
    let body = &answer[text.len()..];
    client.write_all(lines.join("\r\n").as_bytes()).ok()?;
    client.write_all(body).ok()?;
    if closes {
        client.conn.send_close_notify();
    }
    client.flush().ok()
}

fn save(folder: &Path, address: &str) -> Run {
    let (image, ca) = (format!("{address}/rancher/a:v1"), folder.join("ca.crt"));
    pull(folder, &["save", &image, "-o", "pack", "--ca", ca.to_str().unwrap(), "--retries", "1", "--timeout", "5"])
}

#[test]
fn a_connection_that_ends_without_a_word_ends_the_body_where_the_digest_says_so() {
    for closes in [true, false] {
        let registry = Fake::start(Fault::None, 0);
        registry.put_image("rancher/a", "v1", &[(1, 300_000), (2, 10)]);
        let folder = tempfile::tempdir().unwrap();
        let run = save(folder.path(), &front(registry.address, folder.path(), closes));
        assert_eq!(run.code, 0, "close_notify {closes}: {}", run.all());
        assert_whole(&folder.path().join("pack"));
    }
}

#[test]
fn nothing_that_began_with_tls_goes_on_without() {
    let cases = [
        odd("GET", Kind::Blob, "HTTP/1.1 307 X\r\nLocation: http://{address}{path}\r\n\r\n"),
        odd("GET", Kind::Manifest, "HTTP/1.1 302 X\r\nLocation: http://{address}{path}\r\n\r\n"),
        odd("GET", Kind::Other, "HTTP/1.1 401 X\r\nWWW-Authenticate: Bearer realm=\"http://{address}/token\"\r\n\r\n"),
    ];
    all(&cases, |fault| {
        let registry = Fake::start(fault, usize::MAX);
        registry.put_image("rancher/a", "v1", &[(1, 300_000)]);
        let folder = tempfile::tempdir().unwrap();
        let run = save(folder.path(), &front(registry.address, folder.path(), true));
        assert_eq!(run.code, 5, "{fault:?}: {}", run.all());
        assert!(run.stderr.contains("which is without TLS"), "{}", run.stderr);
        assert_eq!(registry.count("GET", "/token"), 0);
    });
}
