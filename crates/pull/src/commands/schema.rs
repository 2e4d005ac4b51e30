//! `pull schema`: the JSON Schema of cluster.yml.

use drydock_core::image::catalogue::DEFAULT_RELEASE;
use drydock_core::schema::json_schema;

use crate::error::Error;
use crate::session::Session;

pub fn run(session: &mut Session<'_>) -> Result<u8, Error> {
    session.json(&json_schema(), true)?;
    if session.options.rke.as_deref().is_some_and(|rke| rke != DEFAULT_RELEASE) {
        session.remark(format_args!("note: the schema is that of rke {DEFAULT_RELEASE}, whatever --rke names"));
    }
    Ok(0)
}
