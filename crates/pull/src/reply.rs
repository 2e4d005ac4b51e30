//! Bodies of answers, read with an eye on the clock; and what an answer that is no success says.

use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RETRY_AFTER};

use crate::manifest::without_parameters;
use crate::retry::{Fault, retry_after};

/// A body must bring so much in each window of silence, or it drips.
const DRIP: u64 = 16 << 10;
/// Longest text of an error that is looked at, and told.
const ANSWER: usize = 64 << 10;
const TOLD: usize = 200;

/// Chunks of a body. Silence ends it, and so does a body that drips.
pub struct Body {
    response: Response,
    silence: Duration,
    window: Instant,
    in_window: u64,
}

impl Body {
    pub fn new(response: Response, silence: Duration) -> Self {
        Self { response, silence, window: Instant::now(), in_window: 0 }
    }

    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        let silent = Fault::Silent(self.silence);
        let Ok(chunk) = tokio::time::timeout(self.silence, self.response.chunk()).await else { return Err(silent) };
        let chunk = chunk.map_err(connection)?;
        self.in_window += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        if self.window.elapsed() > self.silence {
            if self.in_window < DRIP && chunk.is_some() {
                return Err(silent);
            }
            (self.window, self.in_window) = (Instant::now(), 0);
        }
        Ok(chunk)
    }
}

/// The whole body, which must not be longer than this.
pub async fn read(response: Response, limit: usize, silence: Duration) -> Result<Bytes, Fault> {
    match read_until_fault(response, limit, silence).await {
        (bytes, None) => Ok(bytes),
        (_, Some(fault)) => Err(fault),
    }
}

/// What comes of the body, and why there is no more: some servers end the connection itself without a word of TLS.
pub async fn read_until_fault(response: Response, limit: usize, silence: Duration) -> (Bytes, Option<Fault>) {
    let too_long = || Fault::Strange(format!("the answer is larger than {} KiB", limit >> 10));
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return (Bytes::new(), Some(too_long()));
    }
    let (mut body, mut bytes) = (Body::new(response, silence), BytesMut::new());
    loop {
        match body.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > limit => return (Bytes::new(), Some(too_long())),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return (bytes.freeze(), None),
            Err(fault) => return (bytes.freeze(), Some(fault)),
        }
    }
}

/// The fault that an unsuccessful answer is, with the server's words.
pub async fn status(response: Response, silence: Duration) -> Fault {
    let status = response.status().as_u16();
    let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|text| retry_after(text, SystemTime::now()));
    let html = is_html(&response);
    let body = read(response, ANSWER, silence).await.unwrap_or_default();
    let answer = if html { "an HTML page".to_owned() } else { words(&body) };
    Fault::Status { status, retry_after, answer }
}

pub fn is_html(response: &Response) -> bool {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| without_parameters(text).eq_ignore_ascii_case("text/html"))
}

/// An error of the transport, without the address, whose query may be signed.
pub fn connection(error: reqwest::Error) -> Fault {
    Fault::Connection(error.without_url().into())
}

/// `{"errors": [{"code", "message"}]}` of registries, else the first line; control characters cannot steer a terminal.
fn words(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(json) => {
            let first = &json["errors"][0];
            let of = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let (code, message) = (of(&first["code"]), of(&first["message"]));
            match (code.is_empty(), message.is_empty()) {
                (false, false) => format!("{code}: {message}"),
                (true, true) => [&json["details"], &json["message"], &json["error"]].map(of).concat(),
                _ => code + &message,
            }
        }
        Err(_) => String::from_utf8_lossy(body).lines().next().unwrap_or_default().to_owned(),
    };
    text.chars().filter(|c| !c.is_control()).take(TOLD).collect()
}

pub fn redirect(response: &Response) -> Option<String> {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
        .then(|| header(response, LOCATION.as_str()))
        .flatten()
}

pub fn header(response: &Response, name: &str) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

/// Amazon ECR says with 403, its public registry with 400, what others say with 401.
pub fn says_expired(answer: &str) -> bool {
    let answer = answer.to_ascii_lowercase();
    answer.contains("token has expired") || answer.contains("token is expired") || answer.contains("expiredtoken")
}

pub fn encoding(response: &Response) -> Option<String> {
    header(response, CONTENT_ENCODING.as_str()).filter(|encoding| encoding != "identity")
}

/// Login pages of a network and proxies that compress are no registry.
pub fn not_as_stored(what: &str, html: bool, encoding: Option<String>) -> Option<Fault> {
    if html {
        return Some(Fault::Strange(format!("an HTML page came instead of the {what}: a login page of the network?")));
    }
    let encoding = encoding?;
    Some(Fault::Strange(format!("the {what} came in encoding `{}`", encoding.escape_debug())))
}

/// `bytes FROM-TO/SIZE`, checked against what was asked for.
pub fn content_range(response: &Response, from: u64, size: u64) -> Result<u64, Fault> {
    let text = header(response, CONTENT_RANGE.as_str()).unwrap_or_default();
    let parsed = text.strip_prefix("bytes ").and_then(|range| {
        let (range, of) = range.split_once('/')?;
        let start: u64 = range.split_once('-')?.0.parse().ok()?;
        Some((start, of == "*" || of.parse() == Ok(size)))
    });
    match parsed {
        Some((start, true)) if start == from => Ok(start),
        _ => Err(Fault::Strange(format!("byte {from} of {size} was asked for, `{}` came", text.escape_debug()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_registry_are_told_and_steer_nothing() {
        let errors = br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest \u001b[31munknown"}]}"#;
        assert_eq!(words(errors), "MANIFEST_UNKNOWN: manifest [31munknown");
        assert_eq!(words(br#"{"details":"incorrect username or password"}"#), "incorrect username or password");
        assert_eq!(words(b"Your Authorization Token has expired.\nmore"), "Your Authorization Token has expired.");
        assert_eq!(words(&[b'x'; 9000]).len(), TOLD);
        assert_eq!(words(b""), "");
    }
}
