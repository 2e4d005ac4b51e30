//! What is done to Trunk's page: a content security policy, and the page as one file.

pub mod html;
pub mod offline;
pub mod policy;
