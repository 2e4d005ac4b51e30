//! Answers that no list of faults has: bytes put on the wire as they are.

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

impl Exchange<'_> {
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
