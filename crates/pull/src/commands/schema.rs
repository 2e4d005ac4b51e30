//! `pull schema`: the JSON Schema of cluster.yml.

use drydock_core::schema::json_schema;

use crate::error::Error;
use crate::session::Session;

pub fn run(session: &mut Session<'_>) -> Result<u8, Error> {
    session.json(&json_schema(), true)?;
    Ok(0)
}
