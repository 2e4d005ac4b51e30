//! What the page shows: properties in, [`crate::state::Action`]s out, no decisions.

pub mod examples;
pub mod files;
pub mod finding;
pub mod header;
pub mod icon;
pub mod images;
pub mod problems;
pub mod prose;
pub mod questions;
pub mod registries;
pub mod status;
pub mod tabs;
pub mod versions;
