//! One command a file: reads what it needs through the session, answers with its exit code.

pub mod check;
pub mod explain;
pub mod generate;
pub mod helper;
pub mod images;
pub mod kubelet;
pub mod login;
pub mod rule;
pub mod shell;
