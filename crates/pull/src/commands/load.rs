//! `pull load`: a pack into this node's engine.

use crate::cli::{Load, Network};
use crate::credentials::Keychain;
use crate::engine::Engine;
use crate::error::Error;
use crate::manifest::{Content, Manifest, Platform, choose};
use crate::network;
use crate::pack::Pack;
use crate::session::Session;
use crate::store::Entry;

pub fn run(load: &Load, session: &mut Session<'_>) -> Result<u8, Error> {
    let pack = Pack::open(&session.world.path(&load.pack))?;
    let base = load.base.as_ref().map(|base| Pack::open(&session.world.path(base))).transpose()?;
    let env = session.world.env.clone();
    let policy = load.network.policy();
    let network = Network { no_progress: true, ..load.network.clone() };
    network::run(&network, Keychain::anonymous(), session, |client| async move {
        let events = client.events.clone();
        let engine = Engine::connect(&env, Keychain::anonymous(), policy, events.clone()).await?;
        let platform = engine.platform().await?;
        for entry in &pack.entries {
            let result = match manifest(&pack, entry, &platform) {
                Ok(manifest) => {
                    let blob = |digest: &_| {
                        let found = pack.blob(digest).or_else(|| base.as_ref().and_then(|base| base.blob(digest)));
                        found.cloned().ok_or_else(|| Error::NotFound {
                            what: format!("blob {digest}"),
                            answer: format!("{} lacks it", pack.path.display()),
                        })
                    };
                    engine.load(&entry.name, &manifest, blob).await
                }
                Err(error) => Err(error),
            };
            events.image(&entry.name, result);
        }
        Ok(())
    })
}

/// Of an index the image for the engine.
fn manifest(pack: &Pack, entry: &Entry, platform: &Platform) -> Result<Manifest, Error> {
    let root = pack.manifest(&entry.descriptor)?;
    match &root.content {
        Content::Image { .. } => Ok(root),
        Content::Index { manifests } => {
            let absent = |answer| Error::NotFound { what: entry.name.clone(), answer };
            pack.manifest(choose(manifests, platform).map_err(absent)?)
        }
    }
}
