//! One command a file: reads what it needs through the session, answers with its exit code.

mod changes;
pub mod check;
mod decode;
mod diff;
pub mod doctor;
pub mod explain;
pub mod generate;
pub mod helper;
pub mod images;
pub mod kubelet;
pub mod load;
pub mod login;
pub mod lsp;
pub mod mirror;
pub mod node;
pub mod push;
pub mod rule;
pub mod save;
pub mod schema;
pub mod serve;
pub mod shell;
pub mod verify;
