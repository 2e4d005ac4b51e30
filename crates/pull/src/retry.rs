//! One engine for everything that is tried again: requests, bodies, uploads, tokens.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::digest::Digest;
use crate::error::{Cause, Error};

/// How often and how long a thing is tried.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Failures in a row, without progress between them, that are borne.
    pub retries: u32,
    /// Longest time without a byte, and the window in which a body must not merely drip.
    pub silence: Duration,
    /// Longest time spent waiting because a server asked for it, in all, for one thing.
    pub patience: Duration,
    /// First pause; doubles with every failure in a row, up to `longest_pause`, and is then drawn from zero to that.
    pub pause: Duration,
    pub longest_pause: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retries: 5,
            silence: Duration::from_secs(30),
            patience: Duration::from_secs(15 * 60),
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
        }
    }
}

/// Why one try failed.
#[derive(Debug)]
pub enum Fault {
    /// DNS, TCP, TLS or a connection that ended in the middle.
    Connection(Cause),
    /// The body ended before its time.
    Truncated {
        at: u64,
        of: u64,
    },
    /// Nothing came for so long, or hardly anything.
    Silent(Duration),
    Status {
        status: u16,
        retry_after: Option<Duration>,
        answer: String,
    },
    /// The server sent something else than was asked for.
    Strange(String),
    Digest {
        expected: Digest,
        found: Digest,
    },
    /// Trying again would not help.
    Final(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(cause) => f.write_str(&crate::error::chain(cause.as_ref())),
            Self::Truncated { at, of } => write!(f, "the body ended at byte {at} of {of}"),
            Self::Silent(time) => write!(f, "no answer for {} s", time.as_secs_f32()),
            Self::Status { status, answer, .. } if answer.is_empty() => write!(f, "status {status}"),
            Self::Status { status, answer, .. } => write!(f, "status {status}, {answer}"),
            Self::Strange(what) => f.write_str(what),
            Self::Digest { expected, found } => write!(f, "digest {found}, expected {expected}"),
            Self::Final(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Fault {}

impl Fault {
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The server asks for less, and says for how long or not.
    pub const fn is_throttling(&self) -> bool {
        matches!(self, Self::Status { status: 429, .. } | Self::Status { status: 503, retry_after: Some(_), .. })
    }

    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The server understood, and will not do it next time either.
    pub fn is_refusal(&self) -> bool {
        matches!(self.status(), Some(400..=499)) && !self.may_pass()
    }

    fn may_pass(&self) -> bool {
        match self {
            Self::Connection(cause) => !crate::error::chain(cause.as_ref()).contains("certificate"),
            Self::Truncated { .. } | Self::Silent(_) | Self::Strange(_) | Self::Digest { .. } => true,
            // 3xx is a redirect without an address. What stays: a method or a version that is not known, and a network
            // that wants a login.
            Self::Status { status, .. } => match status {
                501 | 505 | 511 => false,
                _ => matches!(status, 300..=399 | 408 | 425 | 429 | 500..=599),
            },
            Self::Final(_) => false,
        }
    }

    /// The fault as the end of the matter.
    pub fn into_error(self, what: &str) -> Error {
        let what = what.to_owned();
        match self {
            Self::Final(error) => error,
            Self::Connection(source) => Error::Network { what, source },
            Self::Status { status: 401 | 403, answer, .. } => Error::Denied { what, answer },
            Self::Status { status: 404, answer, .. } => Error::NotFound { what, answer },
            Self::Status { status, answer, .. } => Error::Status { what, status, answer },
            Self::Strange(why) => Error::Malformed { what, why },
            Self::Digest { expected, found } => {
                Error::Digest { what, expected: expected.to_string(), found: found.to_string() }
            }
            fault @ (Self::Truncated { .. } | Self::Silent(_)) => Error::Network { what, source: Box::new(fault) },
        }
    }
}

/// The tries of one thing.
pub struct Tries<'p> {
    policy: &'p Policy,
    what: String,
    failures: u32,
    waited: Duration,
    refetched: bool,
    missed: u32,
    /// A 404 may be a replica that lags: the manifest that names the blob was served a moment ago.
    may_lag: bool,
}

/// Tries of a 404 that may be lag, or of a 401 that may be a hiccup.
const LAG_TRIES: u32 = 3;
/// What a server without Retry-After is given after a 429, at least.
const THROTTLED_PAUSE: Duration = Duration::from_secs(2);

impl<'p> Tries<'p> {
    pub fn new(policy: &'p Policy, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { policy, what, failures: 0, waited: Duration::ZERO, refetched: false, missed: 0, may_lag: false }
    }

    pub fn may_lag(mut self) -> Self {
        self.may_lag = true;
        self
    }

    pub fn what(&self) -> &str {
        &self.what
    }

    /// Bytes came: what failed before does not count any more.
    pub fn progress(&mut self) {
        (self.failures, self.missed) = (0, 0);
    }

    /// How long to wait before the next try, or the error that ends it.
    pub fn again(&mut self, fault: Fault) -> Result<Duration, Error> {
        if matches!(fault, Fault::Digest { .. }) {
            if self.refetched {
                return Err(fault.into_error(&self.what));
            }
            self.refetched = true;
            return Ok(Duration::ZERO);
        }
        let lags = match fault.status() {
            Some(404) => self.may_lag && self.missed < LAG_TRIES,
            // One that no other login would help against: those end it elsewhere.
            Some(401) => self.missed < LAG_TRIES,
            _ => false,
        };
        if lags {
            self.missed += 1;
        } else if !fault.may_pass() {
            return Err(fault.into_error(&self.what));
        }
        if fault.is_throttling() {
            return self.throttled(fault);
        }
        self.anew(fault)
    }

    /// As [`Self::again`] for a fault that does not pass by waiting, but by another way of doing the whole.
    pub fn anew(&mut self, fault: Fault) -> Result<Duration, Error> {
        self.failures += 1;
        let told = fault.retry_after().unwrap_or_default();
        self.waited = self.waited.saturating_add(told);
        if self.waited > self.policy.patience {
            return Err(self.too_long(fault));
        }
        if self.failures > self.policy.retries {
            return Err(fault.into_error(&self.what));
        }
        Ok(told + self.jittered(self.policy.pause))
    }

    /// Waiting as told is no failure; only the patience ends it. A time that has passed already is no time told.
    fn throttled(&mut self, fault: Fault) -> Result<Duration, Error> {
        let pause = match fault.retry_after().filter(|told| !told.is_zero()) {
            Some(told) if told > self.policy.patience => return Err(self.too_long(fault)),
            Some(told) => told + self.jittered(self.policy.pause.min(Duration::from_millis(200))),
            None => {
                self.failures += 1;
                self.policy.pause.min(THROTTLED_PAUSE) + self.jittered(self.policy.pause)
            }
        };
        self.waited += pause;
        let spent = self.waited > self.policy.patience || self.failures > self.policy.retries * 2;
        if spent { Err(fault.into_error(&self.what)) } else { Ok(pause) }
    }

    fn too_long(&self, fault: Fault) -> Error {
        let seconds = fault.retry_after().unwrap_or_default().as_secs();
        let Fault::Status { status, answer, .. } = fault else { return fault.into_error(&self.what) };
        let answer = format!("{answer}, it asks to be left alone for {seconds} s");
        Error::Status { what: self.what.clone(), status, answer: answer.trim_start_matches(", ").to_owned() }
    }

    fn jittered(&self, base: Duration) -> Duration {
        let doubled = base.saturating_mul(1 << self.failures.saturating_sub(1).min(16));
        doubled.min(self.policy.longest_pause).mul_f64(fastrand::f64())
    }
}

/// `Retry-After` in both forms: seconds, or a date.
pub fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after: Option<u64>) -> Fault {
        Fault::Status { status, retry_after: retry_after.map(Duration::from_secs), answer: String::new() }
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(retry_after(" 7 ", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now), Some(Duration::from_secs(10)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:07 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn failures_in_a_row_end_it_and_progress_forgives_them() {
        let policy = Policy { retries: 2, ..Policy::default() };
        let mut tries = Tries::new(&policy, "blob");
        for _ in 0..10 {
            assert!(tries.again(status(500, None)).is_ok());
            tries.progress();
        }
        assert!(tries.again(status(500, None)).is_ok());
        assert!(tries.again(status(502, None)).is_ok());
        assert_eq!(tries.again(status(503, None)).unwrap_err().exit_code(), 5);
    }

    #[test]
    fn pauses_grow_and_are_drawn_from_zero_to_their_bound() {
        let policy = Policy::default();
        let mut longest = Duration::ZERO;
        for _ in 0..200 {
            let mut tries = Tries::new(&policy, "blob");
            let pauses: Vec<_> = (0..5).map(|_| tries.again(status(500, None)).unwrap()).collect();
            for (failure, pause) in pauses.iter().enumerate() {
                assert!(*pause <= policy.pause * (1 << failure), "{pauses:?}");
            }
            longest = longest.max(pauses[4]);
        }
        assert!(longest > policy.pause * 8, "{longest:?}");
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_until_patience_ends() {
        let policy = Policy { retries: 1, patience: Duration::from_secs(60), ..Policy::default() };
        let mut tries = Tries::new(&policy, "blob");
        for _ in 0..5 {
            let pause = tries.again(status(429, Some(10))).unwrap();
            assert!(pause >= Duration::from_secs(10) && pause < Duration::from_secs(11), "{pause:?}");
        }
        assert!(tries.again(status(429, Some(10))).is_err());
        for (code, told) in [(429, 86_400), (429, u64::MAX), (502, u64::MAX)] {
            assert!(Tries::new(&policy, "blob").again(status(code, Some(told))).is_err(), "{code} {told}");
        }
        let mut tries = Tries::new(&policy, "blob");
        assert!((0..2).all(|_| tries.again(status(429, Some(0))).is_ok()));
        assert!(tries.again(status(429, Some(0))).is_err(), "no time told, no patience");
    }

    #[test]
    fn some_faults_are_final_and_a_bad_digest_is_fetched_again_once() {
        let policy = Policy::default();
        let digest = |found: &[u8]| Fault::Digest { expected: Digest::of(b"right"), found: Digest::of(found) };
        let mut tries = Tries::new(&policy, "blob");
        assert_eq!(tries.again(digest(b"wrong")).unwrap(), Duration::ZERO);
        let error = tries.again(digest(b"wrong")).unwrap_err();
        assert_eq!(error.exit_code(), 6);
        assert!(error.to_string().contains(&Digest::of(b"wrong").to_string()), "{error}");
        for (code, exit) in [(403, 3), (404, 4), (400, 5), (416, 5)] {
            assert_eq!(Tries::new(&policy, "blob").again(status(code, None)).unwrap_err().exit_code(), exit);
        }
        let mut tries = Tries::new(&policy, "blob").may_lag();
        assert!((0..3).all(|_| tries.again(status(404, None)).is_ok()));
        assert_eq!(tries.again(status(404, None)).unwrap_err().exit_code(), 4);
        let mut tries = Tries::new(&policy, "blob");
        assert!((0..3).all(|_| tries.again(status(401, None)).is_ok()));
        assert_eq!(tries.again(status(401, None)).unwrap_err().exit_code(), 3);
    }
}
