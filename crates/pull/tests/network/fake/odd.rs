//! Answers that no list of faults has: bytes put on the wire as they are.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::exchange::{Exchange, Kind};
use super::{Fault, reset, write};

/// Which requests are answered so, and with what. The connection ends behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Odd {
    pub method: &'static str,
    pub kind: Kind,
    /// `{address}` and `{path}` stand for the registry's own and the one asked for.
    pub answer: &'static str,
    pub way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Nothing of the request's body is read: what is on its way then meets a closed socket.
    AtOnce,
    /// The body is read before.
    Read,
    /// A byte now and then.
    Dripping,
    /// Ends with RST.
    Reset,
}

pub const fn odd(method: &'static str, kind: Kind, answer: &'static str) -> Fault {
    Fault::Odd(Odd { method, kind, answer, way: Way::Read })
}

pub const fn odd_way(way: Way, method: &'static str, kind: Kind, answer: &'static str) -> Fault {
    Fault::Odd(Odd { method, kind, answer, way })
}

/// Ways to fail that may pass, whatever was asked for.
const ANY: &[&str] = &[
    "",
    "HTTP/1.1 2",
    "HTTP/1.1 200 X\r\nContent-Le",
    "HTTP/1.1 408 X\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 429 X\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 429 X\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 500 X\r\n\r\n",
    "HTTP/1.1 502 X\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "HTTP/1.1 503 X\r\nContent-Length: 100\r\n\r\n",
    "HTTP/1.1 504 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
    "HTTP/1.1 307 X\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
];

impl Exchange<'_> {
    /// Fails by chance: before the body of a request is read, after it, or after all was done and only the answer is lost.
    pub fn fails_at_random(&mut self) -> Option<bool> {
        let Fault::AtRandom(seed) = self.shared.fault else { return None };
        let number = {
            let mut data = self.shared.data();
            data.answered += 1;
            data.answered as u64
        };
        let mut chance = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number));
        if chance.u8(..4) > 0 {
            return None;
        }
        self.hit();
        match chance.u8(..4) {
            0 => {}
            1 => {
                // All but the answer.
                let lost = TcpListener::bind("127.0.0.1:0").unwrap();
                let nobody = TcpStream::connect(lost.local_addr().unwrap()).unwrap();
                let stream = std::mem::replace(&mut self.stream, Box::leak(Box::new(nobody)));
                self.right();
                self.stream = stream;
                return Some(false);
            }
            _ => _ = self.drain(),
        }
        write(self.stream, ANY[chance.usize(..ANY.len())].as_bytes());
        if chance.bool() {
            reset(self.stream);
        }
        Some(false)
    }

    /// Registries whose token server or challenge is odd want a token.
    pub fn wants_token(&self) -> bool {
        matches!(self.shared.fault, Fault::Odd(odd) if odd.kind == Kind::Token || odd.answer.contains("WWW-Authenticate"))
    }

    pub fn is_odd(&self) -> bool {
        matches!(self.shared.fault, Fault::Odd(odd)
            if self.faulty && odd.kind == self.kind && odd.method == self.method && !odd.answer.contains("WWW-Authenticate"))
    }

    /// Asks for a token in an odd way, as long as none comes.
    pub fn challenges_oddly(&self) -> bool {
        let Fault::Odd(odd) = self.shared.fault else { return false };
        odd.answer.contains("WWW-Authenticate") && self.header("authorization").is_none()
    }

    pub fn odd(&mut self) -> bool {
        let Fault::Odd(odd) = self.shared.fault else { return false };
        self.hit();
        let answer = odd.answer.replace("{address}", &self.shared.address.to_string()).replace("{path}", self.path());
        let answer = answer.replace("{port}", &self.shared.address.port().to_string());
        match odd.way {
            Way::AtOnce => {
                write(self.stream, answer.as_bytes());
                thread::sleep(Duration::from_millis(50));
            }
            Way::Read => {
                self.drain();
                write(self.stream, answer.as_bytes());
            }
            Way::Dripping => {
                for byte in answer.bytes() {
                    thread::sleep(Duration::from_millis(100));
                    if !write(self.stream, &[byte]) {
                        break;
                    }
                }
            }
            Way::Reset => {
                write(self.stream, answer.as_bytes());
                thread::sleep(Duration::from_millis(20));
                reset(self.stream);
            }
        }
        false
    }
}
