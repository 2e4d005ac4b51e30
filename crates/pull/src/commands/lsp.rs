//! `pull lsp`: a language server for cluster.yml on standard input and output.
//!
//! One message after the other, without threads: a check takes less time than a key press.

mod actions;
mod assist;
mod client;
mod file;
mod findings;
mod places;
mod server;

use std::io::{self, BufReader};

use lsp_server::Message;

use crate::error::Error;
use crate::session::Session;
use server::Server;

/// The protocol's code for an end without the request `shutdown`.
const NOT_SHUT_DOWN: u8 = 1;

/// Serves until the editor says `exit` or closes standard input.
pub fn run(session: &mut Session<'_>) -> Result<u8, Error> {
    let mut server = Server::new(session.options.clone());
    let mut input = BufReader::new(&mut session.world.stdin);
    let out = &mut session.world.stdout;
    while let Some(message) = Message::read(&mut input).map_err(not_understood)? {
        match message {
            Message::Notification(notification) if notification.method == "exit" => {
                return Ok(if server.is_shut_down() { 0 } else { NOT_SHUT_DOWN });
            }
            Message::Notification(notification) => {
                if let Some(told) = server.notice(notification) {
                    Message::from(told).write(out)?;
                }
            }
            Message::Request(request) => Message::from(server.answer(request)).write(out)?,
            // Nothing is ever asked of the editor.
            Message::Response(_) => {}
        }
    }
    Ok(NOT_SHUT_DOWN)
}

/// Without the words of the reader: they quote what was read, which may hold secrets.
fn not_understood(error: io::Error) -> Error {
    Error::Usage(match error.kind() {
        io::ErrorKind::InvalidData => {
            "standard input is not the Language Server Protocol; an editor starts `pull lsp`".to_owned()
        }
        io::ErrorKind::UnexpectedEof => "standard input ends within a message".to_owned(),
        _ => format!("cannot read standard input: {error}"),
    })
}
