//! What the page shows: state in, [`crate::state::Action`]s out, no decisions.

pub mod dialog;
pub mod diff;
pub mod examples;
pub mod explain;
pub mod fetched;
pub mod files;
pub mod finding;
pub mod header;
pub mod help;
pub mod icon;
pub mod images;
pub mod menu;
pub mod outcome;
pub mod picture;
pub mod problems;
pub mod prose;
pub mod questions;
pub mod registries;
pub mod release;
pub mod rule;
pub mod sees;
pub mod sides;
pub mod start;
pub mod status;
pub mod tabs;
pub mod versions;
