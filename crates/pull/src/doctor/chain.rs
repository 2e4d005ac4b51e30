//! The certificates a server shows, and which file would make them trusted.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use x509_parser::prelude::{FromDer as _, X509Certificate};

const PATIENCE: Duration = Duration::from_secs(10);

/// Takes any certificate, and keeps it: what is asked for over such a connection is the chain and nothing else.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    shown: Mutex<Vec<CertificateDer<'static>>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = [end].into_iter().chain(between).map(|certificate| certificate.clone().into_owned()).collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

async fn shown(host: &str, port: u16) -> Option<Vec<CertificateDer<'static>>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let witness = Arc::new(Witness { provider: Arc::clone(&provider), shown: Mutex::default() });
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::clone(&witness) as _).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let talk = async {
        let stream = TcpStream::connect((host, port)).await.ok()?;
        // That it fails, for want of a client's certificate say, comes after the chain.
        let _ = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        Some(())
    };
    tokio::time::timeout(PATIENCE, talk).await.ok()??;
    let shown = witness.shown.lock().unwrap_or_else(PoisonError::into_inner);
    Some(shown.clone())
}

/// What to do about a certificate that is refused with these words.
pub async fn remedy(name: &str, port: u16, words: &str) -> String {
    let host = name.rsplit_once(':').map_or(name, |(host, _)| host);
    let shown = shown(host, port).await.unwrap_or_default();
    let parsed: Vec<_> = shown.iter().filter_map(|der| X509Certificate::from_der(der).ok()).collect();
    let mut certificates = parsed.iter().map(|(_, certificate)| certificate);
    let (Some(end), Some(last)) = (certificates.clone().next(), certificates.next_back()) else {
        return format!("trust the registry's authority: put its certificate into {}", place(name));
    };
    if words.contains("Expired") || words.contains("expired") {
        return format!("it ended {}: the registry needs a new one", end.validity().not_after);
    }
    if words.contains("NotValidForName") || words.contains("not valid for name") {
        let names = end.subject_alternative_name().ok().flatten();
        let names = names.map(|names| names.value.general_names.iter().map(ToString::to_string).collect::<Vec<_>>());
        let names =
            names.filter(|names| !names.is_empty()).map_or("no name at all".to_owned(), |names| names.join(", "));
        return format!("it is for {names}: use such a name in the url, or add `{host}` to the certificate's");
    }
    let (authority, itself) = (last.issuer().to_string(), last.issuer() == last.subject());
    let which = match itself {
        true => format!("the certificate of `{authority}`, which the server shows itself,"),
        false => format!("the certificate of `{authority}`, which signed `{}`,", last.subject()),
    };
    format!("put {which} into {} on every node (docker needs no restart), and name it with --ca here", place(name))
}

fn place(name: &str) -> String {
    format!("/etc/docker/certs.d/{name}/ca.crt")
}
