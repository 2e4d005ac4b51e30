//! What Trunk does not do to the page: its program, a content security policy, and the page as one file.

pub mod budget;
pub mod html;
pub mod modules;
pub mod offline;
pub mod policy;
