//! `pull serve`: a pack as a registry.

use std::sync::Arc;

use tokio::net::TcpListener;

use crate::cli::Serve;
use crate::error::Error;
use crate::network::runtime;
use crate::pack::Pack;
use crate::serve;
use crate::session::Session;

pub fn run(command: &Serve, session: &mut Session<'_>) -> Result<u8, Error> {
    let pack = Arc::new(Pack::open(&session.world.path(&command.pack))?);
    let images = pack.entries.len();
    let failed = |source: std::io::Error| Error::Network { what: command.listen.clone(), source: source.into() };
    runtime()?.block_on(async {
        let listener = TcpListener::bind(&command.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        // For whoever asked for a free port.
        session.line(format_args!("serving {images} images at {address}"))?;
        session.world.stdout.flush()?;
        tokio::select! {
            served = serve::serve(pack, listener) => served.map_err(failed).map(|()| 0),
            _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
        }
    })
}
